"""Fields that forms of many rooms have."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.kernel.dates import EARLIEST, LATEST, Month
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.money import parse_yuan


class DayField(forms.DateField):
    """A day by the browser's own picker, in the years that the books know."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def validate(self, value: dt.date | None) -> None:
        super().validate(value)
        if value and not EARLIEST <= value <= LATEST:
            raise forms.ValidationError(_("日期应在 1950 到 2100 年之间。"))


class YuanField(forms.CharField):
    """An amount in yuan, cleaned to fen."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "num", "autocomplete": "off"})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return parse_yuan(text, str(self.label))
        except Invalid as error:
            raise forms.ValidationError(error.data["reason"]) from error


class MonthField(forms.CharField):
    """A month by the browser's own picker, cleaned to ``Month``."""

    widget = forms.TextInput(attrs={"type": "month", "placeholder": "2026-11"})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return Month.parse(text)
        except Invalid as error:
            raise forms.ValidationError(str(error.data["reason"])) from error
