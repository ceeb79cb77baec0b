"""Forms of objections."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.shell.inputs import DayField

from .models import KINDS, REMEDIES


class TalkForm(forms.Form):
    """A talk in four steps."""

    client_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    kind = forms.ChoiceField(choices=KINDS, widget=forms.HiddenInput)
    heard = forms.CharField(label=_("业主怎么说"), max_length=400, strip=True, widget=forms.Textarea(attrs={"rows": 3}))
    felt = forms.CharField(label=_("怎么回应的"), max_length=200, required=False, strip=True)
    clarified = forms.CharField(label=_("说明了什么"), max_length=400, required=False, strip=True, widget=forms.Textarea(attrs={"rows": 2}))
    remedy = forms.ChoiceField(label=_("怎么办"), choices=REMEDIES, widget=forms.RadioSelect)
    months = forms.TypedChoiceField(label=_("想分几个月"), coerce=int, empty_value=None, required=False)
    agreed = forms.CharField(label=_("谈成什么"), max_length=400, required=False, strip=True)

    def __init__(self, *args: Any, remedies: list[tuple[str, Any]], months: range, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["remedy"].choices = remedies  # type: ignore[attr-defined]
        self.fields["months"].choices = [("", "—"), *((count, str(count)) for count in months)]  # type: ignore[attr-defined]
        if "instalment" not in dict(remedies):
            del self.fields["months"]


class ComparableForm(forms.Form):
    """What a nearby community charges."""

    community = forms.TypedChoiceField(label=_("给哪个小区用"), coerce=int)
    name = forms.CharField(label=_("可比小区"), max_length=40, strip=True)
    price = forms.DecimalField(label=_("每月每平方米（元）"), max_digits=6, decimal_places=2, min_value=Decimal("0.01"))
    source = forms.CharField(label=_("来源"), max_length=120, strip=True, help_text=_("如公示栏照片、政府网站、合同备案。"))
    seen_on = DayField(label=_("看到的日期"))
    note = forms.CharField(label=_("说明"), max_length=200, required=False, strip=True, help_text=_("楼龄、电梯、服务等级的差别。"))

    def __init__(self, *args: Any, places: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["community"].choices = places  # type: ignore[attr-defined]
