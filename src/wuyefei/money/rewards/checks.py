"""What ``verify`` proves of campaigns."""

from __future__ import annotations

from collections.abc import Iterator

from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.kernel.money import yuan
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded, register_check

from .models import Campaign
from .queries import gone, spent_fen, terms_of
from .rules import CampaignKind, CampaignState


def kept(organisation_id: int) -> Iterator[Yielded]:
    """A campaign gave no more than there was, at the cost agreed, by another's leave; what it waived stands in the books."""
    rows = Campaign.objects.filter(organisation_id=organisation_id, state__in=[CampaignState.RUNNING, CampaignState.ENDED])
    for row in rows.prefetch_related("tiers").order_by("pk"):
        yield Examined(1)
        terms, spent = terms_of(row), spent_fen(row)
        over = terms.kind is CampaignKind.GIFT and any(count > tier.stock for tier, count in zip(terms.tiers, gone(row), strict=True))
        if over or spent > terms.most_cost_fen:
            what = Phrase("活动花了 {spent}，最多 {most}，或有一档超发", spent=yuan(spent), most=yuan(terms.most_cost_fen))
            yield Finding("rewards.kept", "rewards_campaign", row.pk, what)
        for one in row.given.select_related("tier", "adjustment").order_by("pk"):
            yield Examined(1)
            fact = one.adjustment
            has = one.tier.cost_fen if one.tier else -fact.amount_fen if fact else 0
            if has != one.cost_fen or (fact and (fact.receivable_id, fact.approval_id) != (one.receivable_id, row.request_id)):
                yield Finding("rewards.kept", "rewards_given", one.pk, "发放的成本与档或账上的减免不一致")
        if row.agreed_by_id in (None, row.made_by_id):
            yield Finding("rewards.kept", "rewards_campaign", row.pk, "没有由不同的人审批")


def register() -> None:
    register_check("rewards.kept", "活动没有超发，成本和账上一致", kept)
