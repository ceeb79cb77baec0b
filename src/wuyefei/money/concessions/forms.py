"""The form of a new plan, read into ``PlanTerms``."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.kernel.dates import EARLIEST, LATEST

from .actions.plans import PlanTerms
from .rules import BASIS_NAMES, HARDSHIP_MONTHS, POLICY_MONTHS, Basis


class DayField(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def validate(self, value: dt.date | None) -> None:
        super().validate(value)
        if value and not EARLIEST <= value <= LATEST:
            raise forms.ValidationError(_("日期应在 1950 到 2100 年之间。"))


class PlanForm(forms.Form):
    basis = forms.ChoiceField(label=_("依据"), widget=forms.RadioSelect)
    months = forms.IntegerField(label=_("期数"), min_value=POLICY_MONTHS[0], max_value=HARDSHIP_MONTHS[1])
    first_due_on = DayField(label=_("首期到期日"), help_text=_("以后各期在每月的这一天；没有这一天的月份在月末。"))
    relief_percent = forms.TypedChoiceField(
        label=_("违约金减免"), coerce=int, choices=[(0, _("不减免")), *((n, f"{n}%") for n in range(50, 101, 10))],
        help_text=_("只有困难分期可以，全部按期付清才生效。"),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("原因"), max_length=400, strip=True, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("写明困难或大额的事由。不要写病情、证件号等敏感信息。"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        basis = self.fields["basis"]
        assert isinstance(basis, forms.ChoiceField)
        spans = {Basis.POLICY: POLICY_MONTHS, Basis.HARDSHIP: HARDSHIP_MONTHS}
        basis.choices = [(code, f"{_(name)}（{spans[code][0]}–{spans[code][1]}）") for code, name in BASIS_NAMES.items()]

    def terms(self, follows: int | None) -> PlanTerms:
        data = self.cleaned_data
        return PlanTerms(
            Basis(data["basis"]), data["months"], data["first_due_on"], data["reason"], data["relief_percent"], follows
        )
