"""Terms as a person types them, a line or a part after a comma each (product row B2). Pure."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from wuyefei.foundation.kernel.errors import Invalid, Phrase
from wuyefei.foundation.kernel.money import parse_decimal

from .seasons import typed_seasons

ENDLESS = "不限"


def lines(text: str, field: str, least: int, most: int) -> list[list[str]]:
    """Lines, or parts after commas, each cut at spaces. Raises ``Invalid`` naming the line."""
    found = [part.split() for part in re.split(r"[,;、\n]+", normalize("NFKC", text)) if part.strip()]
    for number, words in enumerate(found, 1):
        if not least <= len(words) <= most:
            raise Invalid(field=field, reason=Phrase("第 {number} 行写得不对", number=number))
    return found


def formulas(text: str) -> list[list[str]]:
    """``名称 = 公式``, one a line; a single line may leave the name out."""
    rows = [row.strip() for row in text.replace("＝", "=").splitlines() if row.strip()]
    if len(rows) == 1 and "=" not in rows[0]:
        return [["每月金额", rows[0]]]
    found = []
    for number, row in enumerate(rows, 1):
        name, sign, formula = row.partition("=")
        if not sign:
            raise Invalid(field="公式", reason=Phrase("第 {number} 行应写作「名称 = 公式」", number=number))
        found.append([normalize("NFKC", name).strip(), formula.strip()])
    return found


def _percent(text: str, field: str) -> str:
    return str(parse_decimal(text, field) / 100)


def seasons(method: str, text: str) -> list[list[str]]:
    """``采暖季 11-15 03-15 3.5`` a line; two figures where a price has a unit price and a fixed sum. Raises ``Invalid``."""
    return typed_seasons(method, lines(text, "分季价格", 4, 5))


def score(linked: Decimal | None, bands: str, points: Decimal | None) -> dict[str, Any]:
    """A part of the price linked to a score, bands ``90 100`` a line; empty where nothing is typed. Raises ``Invalid``."""
    if linked is None and points is None and not bands.strip():
        return {}
    if linked is None or points is None or not bands.strip():
        raise Invalid(field="考核挂钩", reason="挂钩比例、各档、得分要一并填写，或都不填")
    return {"linked": str(linked), "points": str(points), "bands": lines(bands, "考核挂钩", 2, 2)}


def rent(by: str, steps: str, months: int | None, share: Decimal | None, free: str, turnover: str) -> dict[str, Any]:
    """A lease: steps ``第几个月 价格``, free stretches ``第几个月 几个月``, bands ``上限 %`` with the last one ``不限 %``.

    ``share`` in per cent, of every ``months`` months. Raises ``Invalid``.
    """
    if (months is None) != (share is None):
        raise Invalid(field="递增", reason="周期和比例须一并填写，或都不填")
    bands = [
        ["" if len(row) == 1 or row[0] == ENDLESS else row[0], _percent(row[-1], "分成")] for row in lines(turnover, "分成", 1, 2)
    ]
    return {
        "by": by,
        "steps": lines(steps, "租金", 2, 2),
        "escalation": None if months is None or share is None else [str(months), str(share / 100)],
        "free": lines(free, "免租期", 2, 2),
        "turnover": bands,
    }
