"""Forms of visits."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wuyefei.collection.followup.public import Reason
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.foundation.shell.inputs import DayField
from wuyefei.relations.contacts.public import Contact

_O = Contact.Outcome
OUTCOMES = [
    (_O.PROMISED, _("选日期")), (_O.NOT_HOME, _("留联系单")), (_O.REACHED, _("按规则再排")), (_O.DISPUTES, _("记原因")),
    (_O.HARDSHIP, _("可申请分期")), (_O.CLAIMS_PAID, _("核对到账")), (_O.HUNG_UP, _("不再敲门")), (_O.STOP, _("登记")),
]  # fmt: skip
"""Outcomes of a visit in the order of the buttons, each with what follows."""


class RouteForm(forms.Form):
    """Who goes and when; the steps are ticked beside it."""

    time = forms.TimeField(label=_("出发时间"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    first = forms.TypedChoiceField(label=_("负责人"), coerce=int)
    second = forms.TypedChoiceField(label=_("同行人"), coerce=int)

    def __init__(self, *args: Any, first: list[tuple[int, str]], second: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose = ("", _("请选择"))
        self.fields["first"].choices = [choose, *first]  # type: ignore[attr-defined]
        self.fields["second"].choices = [choose, *second]  # type: ignore[attr-defined]

    def begins_at(self, on: dt.date) -> dt.datetime:
        return dt.datetime.combine(on, self.cleaned_data["time"], tzinfo=CHINA)


class YuanOrNone(forms.CharField):
    """An amount in yuan cleaned to fen; blank is none."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return parse_yuan(text[:20], "金额")
        except Invalid as error:
            raise forms.ValidationError(error.text) from error


class VisitForm(forms.Form):
    """A visit as it went. ``at``: the moment on the visitor's phone, where it was sent later."""

    client_key = forms.CharField(max_length=64)
    seen = forms.IntegerField(min_value=0)
    at = forms.CharField(max_length=40, required=False)
    outcome = forms.ChoiceField(label=_("结果"), choices=[(code.value, code.label) for code, _hint in OUTCOMES])
    reason = forms.ChoiceField(label=_("未缴原因"), choices=[("", "—"), *Reason.choices], required=False)
    note = forms.CharField(label=_("说了什么"), max_length=400, required=False, strip=True)
    promise_on = DayField(label=_("承诺日期"), required=False)
    promise = YuanOrNone(label=_("承诺金额"), required=False)
    photo = forms.FileField(label=_("照片"), required=False)
    signature = forms.FileField(label=_("签名"), required=False)

    def clean_at(self) -> dt.datetime | None:
        text = self.cleaned_data["at"]
        if not text:
            return None
        try:
            moment = dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
        except ValueError as error:
            raise forms.ValidationError(_("时间应如 2026-11-26 18:30。")) from error
        return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)
