"""What a person types: the assessment of a large debt, the firm's rates."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.shell.inputs import DayField, YuanField

from .rules import BUCKET_NAMES, RATED, Terms


class AssessForm(forms.Form):
    reserve = YuanField(label=_("单项计提"))
    reason = forms.CharField(label=_("依据"), max_length=400)
    plan = forms.CharField(label=_("办法"), max_length=400)


class RatesForm(forms.Form):
    """Per cent by age, in order; the sum from which a debt is large."""

    effective_from = DayField(label=_("从哪天起"))
    large = YuanField(label=_("大额起点（元）"), help_text=_("同一缴费人在一个小区逾期满这个数，单项评估"))
    reason = forms.CharField(label=_("依据"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rates = {
            bucket.name.lower(): forms.DecimalField(
                label=_(BUCKET_NAMES[bucket]) + "（%）", min_value=Decimal(0), max_value=Decimal(100), max_digits=5, decimal_places=2,
            )
            for bucket in RATED
        }  # fmt: skip
        self.fields = {"effective_from": self.fields["effective_from"], **rates, "large": self.fields["large"], "reason": self.fields["reason"]}

    @property
    def terms(self) -> Terms:
        found = self.cleaned_data
        return Terms({bucket: found[bucket.name.lower()] / 100 for bucket in RATED}, found["large"])
