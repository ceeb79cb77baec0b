"""How figures of a dial are written."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils.translation import gettext as _

from wuyefei.estate.tariffs.public import DOUBT_NAMES, Doubt

register = template.Library()


@register.filter
def plain(value: Decimal | int | None) -> str:
    """``1218.0000`` → 1218; never with an exponent. None → a dash."""
    if value is None:
        return "—"
    text = f"{Decimal(value):f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")


@register.filter
def doubt(code: str) -> str:
    """``high`` → 用量明显偏高, in the reader's language."""
    return _(DOUBT_NAMES[Doubt(code)])
