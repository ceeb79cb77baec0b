"""Uses that need consent, and the day from which nobody needs a person's data any more."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum


class Use(StrEnum):
    """Uses of personal data beyond the contract: each needs consent (Personal Information Protection Law, articles 13, 14)."""

    OFFERS = "offers"
    TIMING = "timing"
    PHOTO = "photo"
    HARDSHIP = "hardship"
    HANDOVER = "handover"


USE_NAMES: dict[Use, str] = {
    Use.OFFERS: "推广与增值服务",
    Use.TIMING: "按门禁、电梯事件选择提醒时间",
    Use.PHOTO: "荣誉榜等公开展示姓名或照片",
    Use.HARDSHIP: "困难证明等敏感材料",
    Use.HANDOVER: "提供给其他企业",
}
SEPARATE = frozenset({Use.PHOTO, Use.HARDSHIP, Use.HANDOVER})
"""Uses whose consent is asked for by itself: publishing (article 25), sensitive data (29), handing over (23)."""

YEARS = 5
"""Years after the last tie: the limitation of three years (Civil Code, article 188), and two for what interrupts it."""
LEAST_YEARS, MOST_YEARS = 3, 30


def years_before(today: dt.date, years: int) -> dt.date:
    """The same day ``years`` earlier; 28 February for 29 February of a leap year."""
    try:
        return today.replace(year=today.year - years)
    except ValueError:
        return today.replace(year=today.year - years, day=28)
