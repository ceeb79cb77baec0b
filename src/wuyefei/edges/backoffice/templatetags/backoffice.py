"""Figures that are not money: prices, quantities and shares without needless zeros."""

from __future__ import annotations

from decimal import Decimal

from django import template

from wuyefei.estate.tariffs.public import TariffPrice, TariffVersion
from wuyefei.estate.tariffs.public import price_words as in_words
from wuyefei.foundation.kernel import errors

register = template.Library()


@register.filter
def plain(value: Decimal | int | None) -> str:
    """``100.0000`` → 100, ``2.5000`` → 2.5; never with an exponent. None → a dash."""
    if value is None:
        return "—"
    text = f"{Decimal(value):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def percent(value: Decimal | None) -> str:
    """``0.0005`` → 0.05%."""
    return "—" if value is None else f"{plain(value * 100)}%"


@register.filter
def numbered(name: str, word: str) -> str:
    """``3`` → 3栋 for a bare number; a name that has its own word stays."""
    return f"{name}{word}" if name.isdigit() else name


@register.filter
def area(value: Decimal | None) -> str:
    """``30273.3`` → 30,273.30; None → 0.00, for sums."""
    return f"{value or Decimal(0):,.2f}"


@register.filter
def spoken(text: str) -> str:
    """Words a rule chose, in the reader's language."""
    return errors.spoken(text)


@register.simple_tag
def price_words(method: str, price: TariffPrice | TariffVersion) -> str:
    """A price in words, whatever its method."""
    return in_words(method, price.per_unit, price.fixed, price.terms)
