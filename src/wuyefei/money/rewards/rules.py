"""Campaigns: who has earned what (product rows C3, C4). Pure; money in fen.

Paid ahead is what was put into the prepayment of a property within the days of the campaign and not given back, and the years
of it that were billed ahead and paid within them. The highest tier reached counts, once. A handling fee is waived once a
property, up to a sum each, as long as the budget lasts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase
from wuyefei.foundation.kernel.money import MAX_FEN, yuan_text

MOST_DAYS, MOST_TIERS, MOST_STOCK = 366, 4, 100_000


class CampaignKind(StrEnum):
    GIFT = "gift"
    FEE = "fee"


class CampaignState(StrEnum):
    ASKED = "asked"
    RUNNING = "running"
    REFUSED = "refused"
    ENDED = "ended"


CAMPAIGN_STATE_NAMES = {
    CampaignState.ASKED: "待审批", CampaignState.RUNNING: "进行中", CampaignState.REFUSED: "未通过", CampaignState.ENDED: "已结束",
}  # fmt: skip


class CampaignWrongState(DomainError):
    code = "campaign_state"
    message = "这个活动是「{state}」，不能{verb}。"


class NotInForce(DomainError):
    code = "campaign_days"
    message = "活动在 {first} 至 {last} 之间有效。"


class NotReached(DomainError):
    code = "tier_not_reached"
    message = "活动期间预存和年付合计 {paid} 元，最低一档要 {least} 元。"


class OutOfStock(DomainError):
    code = "out_of_stock"
    message = "「{gift}」一共 {stock} 份，已经发完。"


class OverBudget(DomainError):
    code = "over_budget"
    message = "活动预算还剩 {left} 元，不够减 {wanted} 元。"


@dataclass(frozen=True, slots=True)
class Tier:
    """``gift``: one thing, or a bundle of services; ``cost_fen`` of one; ``stock``: how many there are."""

    least_fen: int
    gift: str
    cost_fen: int
    stock: int


@dataclass(frozen=True, slots=True)
class Terms:
    """Of gifts: ``tiers``. Of a fee: ``most_fen`` each and ``budget_fen`` in all."""

    kind: CampaignKind
    span: Span
    tiers: tuple[Tier, ...] = ()
    most_fen: int = 0
    budget_fen: int = 0

    @property
    def most_cost_fen(self) -> int:
        """What it can cost at most: what the second person agrees to."""
        return sum(tier.cost_fen * tier.stock for tier in self.tiers) if self.kind is CampaignKind.GIFT else self.budget_fen


def check_terms(terms: Terms, today: dt.date) -> None:
    """Raises ``Invalid`` naming the field."""
    if terms.span.last < today:
        raise Invalid(field="止日", reason="不能早于今天")
    if terms.span.days > MOST_DAYS:
        raise Invalid(field="止日", reason=Phrase("活动最长 {days} 天", days=MOST_DAYS))
    if terms.kind is CampaignKind.FEE:
        if not 0 < terms.most_fen <= terms.budget_fen <= MAX_FEN:
            raise Invalid(field="预算", reason="每户上限和预算都要大于 0，上限不超过预算")
        return
    if not 1 <= len(terms.tiers) <= MOST_TIERS:
        raise Invalid(field="档", reason=Phrase("要有 1 到 {most} 档", most=MOST_TIERS))
    for tier in terms.tiers:
        if not tier.gift.strip() or not 0 < tier.least_fen <= MAX_FEN or not 0 <= tier.cost_fen <= MAX_FEN or not 0 < tier.stock <= MOST_STOCK:
            raise Invalid(field="档", reason="每档要写预缴金额、礼品或服务、成本和份数")
    if len({tier.least_fen for tier in terms.tiers}) < len(terms.tiers):
        raise Invalid(field="档", reason="各档的预缴金额不能相同")


def check_day(span: Span, today: dt.date) -> None:
    if not span.first <= today <= span.last:
        raise NotInForce(first=span.first, last=span.last)


def reached(tiers: Sequence[Tier], given: Sequence[int], paid_fen: int) -> int:
    """Which tier was earned with ``paid_fen``: the highest reached. ``given``: how many of each are gone. Raises ``NotReached``;
    ``OutOfStock`` where none of it is left, for a lower one would be less than was promised."""
    open_ = [place for place, tier in enumerate(tiers) if tier.least_fen <= paid_fen]
    if not open_:
        raise NotReached(paid=yuan_text(paid_fen), least=yuan_text(min(tier.least_fen for tier in tiers)))
    best = max(open_, key=lambda place: tiers[place].least_fen)
    if given[best] >= tiers[best].stock:
        raise OutOfStock(gift=tiers[best].gift, stock=tiers[best].stock)
    return best


def waived(open_fen: int, most_fen: int, budget_fen: int, spent_fen: int) -> int:
    """How much of a fee is waived. Raises ``Invalid`` where nothing is open, ``OverBudget``."""
    fen = min(open_fen, most_fen)
    if fen <= 0:
        raise Invalid(field="账单", reason="已经缴清")
    if fen > budget_fen - spent_fen:
        raise OverBudget(left=yuan_text(budget_fen - spent_fen), wanted=yuan_text(fen))
    return fen
