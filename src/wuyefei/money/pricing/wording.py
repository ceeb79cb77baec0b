"""Prices of a proposal in words."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from wuyefei.estate.tariffs.public import price_words

from .models import Proposal


def before_words(row: Proposal) -> str:
    """What the day cost before; a tariff whose first price this is had none."""
    if row.before is None:
        return _("还没有价格")
    old = row.before
    return price_words(row.tariff.method, Decimal(old["per_unit"]), Decimal(old["fixed"]), old["terms"]) or _("免收")
