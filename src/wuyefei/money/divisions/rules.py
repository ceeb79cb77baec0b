"""How a sum is divided among shops (product row A4). Pure: no database, no clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.kernel.errors import Invalid, Phrase
from wuyefei.foundation.kernel.money import FEN_PER_YUAN, allocate, yuan_text

GRACE_DAYS = 15
"""The least time for a payer who did not owe the bill before."""
MOST = 200


class Way(StrEnum):
    AREA = "area"
    SHARES = "shares"
    AMOUNTS = "amounts"


WAY_NAMES = {Way.AREA: "按建筑面积", Way.SHARES: "按份额", Way.AMOUNTS: "按金额"}


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop that takes part: ``figure`` its share, or its sum in yuan; its area where the way asks for none."""

    code: str
    area: Decimal | None
    figure: Decimal | None = None


def divide(total_fen: int, way: Way, shops: Sequence[Shop]) -> list[int]:
    """What each shop takes over, in fen, conserving the sum. Raises ``Invalid`` naming the shop."""
    if not 2 <= len(shops) <= MOST:
        raise Invalid(field="商铺", reason=Phrase("应有 2 到 {most} 间", most=MOST))
    codes = [shop.code for shop in shops]
    twice = next((code for code in codes if codes.count(code) > 1), None)
    if twice is not None:
        raise Invalid(field="商铺", reason=Phrase("{code} 写了两次", code=twice))
    if way is Way.AMOUNTS:
        found = [_fen(shop) for shop in shops]
        if sum(found) != total_fen:
            raise Invalid(field="金额", reason=Phrase("各商铺合计 {has} 元，账单未缴 {should} 元", has=yuan_text(sum(found)), should=yuan_text(total_fen)))
        return found
    parts = allocate(total_fen, [_weight(shop, way) for shop in shops])
    none = next((shop.code for shop, fen in zip(shops, parts, strict=True) if fen <= 0), None)
    if none is not None:
        raise Invalid(field="商铺", reason=Phrase("{code} 分不到一分钱", code=none))
    return parts


def _weight(shop: Shop, way: Way) -> Decimal:
    weight = shop.area if way is Way.AREA else shop.figure
    if weight is None or weight <= 0:
        by_area = way is Way.AREA
        reason = Phrase("{code} 没有面积", code=shop.code) if by_area else Phrase("{code} 没有份额", code=shop.code)
        raise Invalid(field="面积" if by_area else "份额", reason=reason)
    return weight


def _fen(shop: Shop) -> int:
    figure = shop.figure
    if figure is None or figure <= 0 or figure != round(figure, 2):
        raise Invalid(field="金额", reason=Phrase("{code} 的金额应大于 0，最多两位小数", code=shop.code))
    return int(figure * FEN_PER_YUAN)


def due_of(due_on: dt.date, today: dt.date, same_payer: bool) -> dt.date:
    """When a part is due: as the bill was for its own payer; for another one at least ``GRACE_DAYS`` from today."""
    return due_on if same_payer else max(due_on, today + GRACE_DAYS * DAY)
