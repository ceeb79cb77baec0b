"""The parts of a calculation in words an owner reads (product row B2)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from wuyefei.estate.tariffs.public import Tariff, figure, price_words, score_words, unit_of
from wuyefei.estate.tariffs.rules.public import ENGLISH_PARTS, PARTS, SEASONS
from wuyefei.foundation.kernel.dates import Month

from .rules.explaining import PieceLine
from .rules.proration import share_text

Method = Tariff.Method


def formula(piece: PieceLine, method: str) -> str:
    """The sum of a whole month, or of the days where it is by the day; and the payer's share of it."""
    words = _whole(piece, method)
    return words if piece.share is None else _("（%(words)s）× 份额 %(share)s") % {"words": words, "share": share_text(piece.share)}


def _whole(piece: PieceLine, method: str) -> str:
    how = json.loads(piece.how) if piece.how else {}
    if how.get("kind") == Method.PER_HEAD:
        return _("%(price)s 元 × %(heads)s 人") % {"price": figure(how["price"]), "heads": how["heads"]}
    if how.get("kind") == Method.FORMULA:
        return _formula(how, piece.fixed)
    if how.get("kind") == Method.RENT:
        return _rent(how, piece)
    counted = unit_of(method, how) if method else ""
    words = _product(piece, counted)
    if how.get("kind") == SEASONS:
        notes = [note for note in (how["name"], score_words(how)) if note]
        words += f"（{'；'.join(notes)}）" if notes else ""
    if how.get("kind") == Method.PARKING_OWN:
        words += _("（自有车位）") if how["owned"] else _("（租用车位）")
    return words


def _product(piece: PieceLine, counted: str) -> str:
    parts = []
    if piece.per_unit:
        facts = {"price": figure(piece.per_unit), "quantity": figure(piece.quantity, 0 if counted != "㎡" else 2), "unit": counted}
        text = _("%(price)s 元 × %(quantity)s %(unit)s") % facts
        parts.append(text + _(" × %(days)s 天") % {"days": piece.span.days} if piece.daily else text)
    if piece.fixed or not parts:
        parts.append(_("%(price)s 元") % {"price": figure(piece.fixed)})
    return " + ".join(parts)


def _place(part: tuple[str, str]) -> int:
    return PARTS.index(ENGLISH_PARTS.get(part[0], part[0]))


def _formula(how: Mapping[str, Any], fixed: Decimal) -> str:
    given = "，".join(f"{name} {figure(number, 0)}" for name, number in sorted(how["parts"].items(), key=_place))
    said = "；".join(f"{name} = {text}" for name, text in how["formulas"])
    return f"{said}{f'（{given}）' if given else ''} → " + _("%(price)s 元") % {"price": figure(fixed)}


def _rent(how: Mapping[str, Any], piece: PieceLine) -> str:
    first = Month.of(dt.date.fromisoformat(how["first"]))
    month = Month.of(piece.span.first).index - first.index + (1 if piece.span.first.day >= int(how["first"][-2:]) else 0)
    facts = {"month": max(1, month), "price": figure(piece.fixed)}
    if not piece.fixed:
        return _("租约第 %(month)s 个月，免租期 0 元") % facts
    return _("租约第 %(month)s 个月，每月租金 %(price)s 元") % facts


def share(piece: PieceLine) -> str:
    """The part of a month, where it is not whole."""
    if piece.whole or piece.daily:
        return ""
    return _("%(parts)s ÷ %(of)s 天") % {"parts": piece.parts, "of": piece.of}


def price(piece: PieceLine, method: str) -> str:
    """The price a piece stands under."""
    how = json.loads(piece.how) if piece.how else {}
    kind = how.get("kind")
    if kind == Method.PER_HEAD:
        return price_words(method, Decimal(how["price"]), Decimal(0), {})
    if kind == Method.FORMULA:
        return price_words(method, Decimal(0), Decimal(0), how)
    if kind == Method.RENT:
        return price_words(method, Decimal(0), Decimal(0), how["terms"])
    if kind == Method.PARKING_OWN:
        return _("%(price)s 元/个·月") % {"price": figure(piece.per_unit)}
    base = (Decimal(how["base"][0]), Decimal(how["base"][1])) if kind == SEASONS else (piece.per_unit, piece.fixed)
    words = price_words(method, *base, how) if method else ""
    return words or _("%(price)s 元/户·月") % {"price": figure(piece.fixed)}
