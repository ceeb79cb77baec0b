"""The form of a division."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from .rules import WAY_NAMES, Way


class DivisionForm(forms.Form):
    """How a bill is divided, and among which shops."""

    way = forms.ChoiceField(label=_("拆法"), choices=[(way.value, _(WAY_NAMES[way])) for way in Way])
    shops = forms.CharField(
        label=_("商铺"), max_length=8000, strip=False, widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off"}),
        help_text=_("一行一间。按建筑面积只写房号；按份额写房号和份额，如 S-101 3；按金额写房号和元，如 S-101 1200.50。"),
    )  # fmt: skip
    reason = forms.CharField(label=_("原因"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}), help_text=_("复核人和缴费人会看到。"))
