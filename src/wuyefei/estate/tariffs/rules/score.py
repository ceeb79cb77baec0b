"""A price linked to the yearly assessment 考核挂钩 (product row B1). Pure: no database, no clock.

A part of the price, ``linked`` per cent of it, is earned by the score of an assessment: the band that the score reaches
says how much of that part is due. What a unit costs is

    price × (1 − linked × (1 − earned))

to four places, half up. The agreed price itself stays as it is, so that a better score later is no rise of it. Kept as

    {"linked": "20", "bands": [["90", "100"], ["80", "90"], ["0", "70"]], "points": "86"}

a band being (from so many points on, per cent of the linked part), the highest first and the last from 0 on. What the score
rests on stands beside it as ``report``: {"on": "2026-01-15", "by": "考核单位", "paper": "考核报告 2025-07"}; it is kept with the
price, not with the bills.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from wuyefei.foundation.kernel.dates import parse_day
from wuyefei.foundation.kernel.errors import Invalid, Phrase
from wuyefei.foundation.kernel.money import parse_decimal

FIELD = "考核挂钩"
MOST_BANDS = 10
MOST_POINTS = Decimal(1000)
LONGEST = 60
PLACES = Decimal("0.0001")
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Score:
    """``linked`` and ``earned`` in per cent; ``points``: the score."""

    linked: Decimal
    points: Decimal
    earned: Decimal

    def of(self, price: Decimal) -> Decimal:
        """What is due of a price."""
        lost = price * self.linked * (HUNDRED - self.earned) / (HUNDRED * HUNDRED)
        return (price - lost).quantize(PLACES, ROUND_HALF_UP) if lost else price


def check_score(given: Mapping[str, Any]) -> dict[str, Any]:
    """As it is kept. Raises ``Invalid``."""
    linked, points = parse_decimal(str(given.get("linked", "")), FIELD), parse_decimal(str(given.get("points", "")), FIELD)
    if not 0 < linked <= HUNDRED or linked != round(linked, 2):
        raise Invalid(field=FIELD, reason="挂钩的比例应大于 0、不超过 100%，最多两位小数")
    if not 0 <= points <= MOST_POINTS or points != round(points, 2):
        raise Invalid(field=FIELD, reason=Phrase("得分应在 0 到 {most} 之间，最多两位小数", most=MOST_POINTS))
    bands = [(parse_decimal(str(least), FIELD), parse_decimal(str(share), FIELD)) for least, share in given.get("bands") or ()]
    if not 1 <= len(bands) <= MOST_BANDS:
        raise Invalid(field=FIELD, reason=Phrase("应有 1 到 {most} 档", most=MOST_BANDS))
    if bands[-1][0] != 0:
        raise Invalid(field=FIELD, reason="最后一档应从 0 分起，如 0 70")
    for number, ((least, share), following) in enumerate(zip(bands, [*bands[1:], None], strict=True), 1):
        if not 0 <= share <= HUNDRED or least > MOST_POINTS or least < 0:
            raise Invalid(field=FIELD, reason=Phrase("第 {number} 档应写作「多少分起 计百分之几」，如 90 100", number=number))
        if following and not (following[0] < least and following[1] <= share):
            raise Invalid(field=FIELD, reason="各档从高分写到低分，分低的不能计得更多")
    report = check_report(given["report"]) if given.get("report") else None
    kept = {"linked": str(linked), "points": str(points), "bands": [[str(least), str(share)] for least, share in bands]}
    return kept | ({"report": report} if report else {})


def check_report(given: Mapping[str, Any]) -> dict[str, str]:
    """The assessment a score rests on: its day, who assessed, and the document. Raises ``Invalid``."""
    on, by, paper = parse_day(given.get("on") or "", "考核日期"), str(given.get("by", "")).strip(), str(given.get("paper", "")).strip()
    if not by or not paper or len(by) > LONGEST or len(paper) > LONGEST:
        raise Invalid(field=FIELD, reason=Phrase("请写明考核单位和报告编号，各最多 {most} 个字", most=LONGEST))
    return {"on": on.isoformat(), "by": by, "paper": paper}


def without_report(terms: Mapping[str, Any]) -> dict[str, Any]:
    """Terms as a bill keeps them."""
    score = terms.get("score")
    return {**terms, "score": {name: value for name, value in score.items() if name != "report"}} if score else dict(terms)


def score_of(terms: Mapping[str, Any]) -> Score | None:
    """The score of kept terms, with what it earns."""
    kept = terms.get("score")
    if not kept:
        return None
    points = Decimal(kept["points"])
    earned = next(Decimal(share) for least, share in kept["bands"] if points >= Decimal(least))
    return Score(Decimal(kept["linked"]), points, earned)
