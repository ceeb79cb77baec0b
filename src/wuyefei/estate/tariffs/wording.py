"""A price in words, as staff and owners read it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from .models import Tariff
from .rules.score import score_of
from .rules.seasons import seasons_of, year_day_text
from .rules.terms import BY_AREA

Method = Tariff.Method


def figure(value: Decimal | str, least: int = 2) -> str:
    """A decimal without idle zeros, but with at least ``least`` decimals: 2.5000 → 2.50."""
    whole, _dot, part = f"{Decimal(value).normalize():f}".partition(".")
    return f"{whole}.{part.ljust(least, '0')}" if max(least, len(part)) else whole


def price_words(method: str, per_unit: Decimal, fixed: Decimal, terms: Mapping[str, Any]) -> str:
    """``2.50 元/㎡·月``, ``自有 60.00 元，租用 300.00 元/个·月`` and so on; empty for a price of nothing."""
    if method == Method.FORMULA:
        return "；".join(f"{name} = {text}" for name, text in terms["formulas"])
    if method == Method.RENT:
        return rent_words(terms)
    if method == Method.PARKING_OWN:
        return _("自有 %(own)s 元，租用 %(rented)s 元/个·月") % {"own": figure(per_unit), "rented": figure(terms["rented"])}
    plain = _sum_words(method, per_unit, fixed, terms)
    seasons = [
        _("%(name)s（%(first)s 至 %(last)s）%(price)s")
        % {
            "name": one.when.name, "first": year_day_text(one.when.first), "last": year_day_text(one.when.last),
            "price": _sum_words(method, one.per_unit, one.fixed, terms) or _("免收"),
        }
        for one in seasons_of(terms)
    ]  # fmt: skip
    words = "；".join([*seasons, _("其余日子 %(price)s") % {"price": plain or _("免收")}]) if seasons else plain
    return words + (f"（{score_words(terms)}）" if score_of(terms) else "")


def score_words(terms: Mapping[str, Any]) -> str:
    """How a price follows a score; empty where it does not."""
    score = score_of(terms)
    if score is None:
        return ""
    facts = {"linked": figure(score.linked, 0), "points": figure(score.points, 0), "earned": figure(score.earned, 0)}
    return _("其中 %(linked)s%% 和考核挂钩：%(points)s 分，计 %(earned)s%%") % facts


def _sum_words(method: str, per_unit: Decimal, fixed: Decimal, terms: Mapping[str, Any]) -> str:
    words = [_unit_words(method, terms) % {"price": figure(per_unit)}] if per_unit else []
    if fixed:
        words.append(_("%(price)s 元/户·月") % {"price": figure(fixed)})
    return " + ".join(words)


def _unit_words(method: str, terms: Mapping[str, Any]) -> str:
    if method == Method.PER_HEAD:
        return _("%(price)s 元/人·月")
    if method == Method.PARKING_DAY:
        return _("%(price)s 元/个·天")
    if method == Method.PARKING:
        return _("%(price)s 元/个·月")
    if method == Method.QUANTITY:
        return _("%(price)s 元/{unit}·月").replace("{unit}", unit_of(method, terms))
    return _("%(price)s 元/㎡·月")


def unit_of(method: str, terms: Mapping[str, Any]) -> str:
    """What the quantity of a charge counts."""
    if method in (Method.AREA, Method.FIXED_AREA):
        return "㎡"
    if method in (Method.PARKING, Method.PARKING_DAY, Method.PARKING_OWN):
        return "个"
    if method == Method.QUANTITY:
        return str(terms.get("unit") or "份")
    return "人" if method == Method.PER_HEAD else "户"


def rent_words(terms: Mapping[str, Any]) -> str:
    """The terms of a lease in one line."""
    unit = _("元/㎡·月") if terms["by"] == BY_AREA else _("元/月")
    words = [
        _("第 %(month)s 个月起 %(price)s %(unit)s") % {"month": month, "price": figure(price), "unit": unit} for month, price in terms["steps"]
    ]
    if terms["escalation"]:
        months, share = terms["escalation"]
        words.append(_("每 %(months)s 个月递增 %(share)s%%") % {"months": months, "share": figure(Decimal(share) * 100, 0)})
    words += [_("第 %(month)s 个月起免租 %(count)s 个月") % {"month": month, "count": count} for month, count in terms["free"]]
    words += [
        _("营业额至 %(upto)s 元分成 %(share)s%%") % {"upto": upto, "share": figure(Decimal(share) * 100, 0)}
        if upto else _("以上分成 %(share)s%%") % {"share": figure(Decimal(share) * 100, 0)}
        for upto, share in terms["turnover"]
    ]  # fmt: skip
    return "；".join(words)
