"""How shares are written on the pages of this room."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from django import template

register = template.Library()


@register.filter
def percent(share: Decimal) -> str:
    """0.8333 → 83.3%."""
    return f"{(share * 100).quantize(Decimal('0.1'), ROUND_HALF_UP)}%"
