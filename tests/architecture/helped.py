"""What each place of the walk has of funds and campaigns."""

from __future__ import annotations

from tests.architecture.place import TODAY, Place
from wuyefei.estate.tariffs.public import Tariff
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable
from wuyefei.money.corrections.models import Correction
from wuyefei.money.corrections.rules import digest
from wuyefei.money.divisions.public import Division
from wuyefei.money.pricing.models import Proposal
from wuyefei.money.relief.public import FundKind, FundOrder, ask_care, ask_money, open_fund
from wuyefei.money.rewards.models import Given
from wuyefei.money.rewards.public import CampaignKind, CampaignOrder, Terms, Tier, ask_campaign


def helped(place: Place, actors: dict[str, Actor]) -> None:
    """A care fund with money in it and an aid asked for; a campaign asked for, and a gift of it."""
    word, community_id = place.mark.word, place.community.pk
    fund = open_fund(FundOrder(community_id, FundKind.CARE, f"{word}关爱基金"), actor=actors["lead"])
    money = ask_money(fund.pk, "cash", "person", 100_000, f"{word}清点单", actor=actors["finance"])
    decide(money.request_id or 0, approved=True, actor=actors["lead"])
    row = Receivable.objects.filter(community=place.community, outstanding_fen__gt=0, reversed_at=None).order_by("pk")[0]
    aid = ask_care(fund.pk, [row.pk], 100, f"{word}失业", consented=True, actor=actors["finance"])
    terms = Terms(CampaignKind.GIFT, Span(TODAY, TODAY), (Tier(100, f"{word}洗车券", 500, 9),))
    campaign = ask_campaign(CampaignOrder(community_id, f"{word}活动", "决定", terms), actor=actors["lead"])
    given = Given.objects.create(
        campaign=campaign, community=place.community, property_id=place.ids["property"][0], tier=campaign.tiers.get(), cost_fen=500,
        made_by_id=actors["cashier"].user_id, made_at=clock.now(),
    )  # fmt: skip
    place.ids["correction"] = [_correction(row, actors["lead"]).pk]
    place.ids["proposal"] = [_proposal(row, actors["lead"]).pk]
    division = Division.objects.create(
        organisation_id=row.organisation_id, community_id=community_id, bill=row, way="amounts", amount_fen=1, reason=f"{word}拆分", state="refused",
        made_by_id=actors["finance"].user_id, made_at=clock.now(),
    )  # fmt: skip
    division.parts.create(property_id=row.property_id, payer_id=row.payer_id, amount_fen=1)
    place.ids["division"] = [division.pk]
    place.ids |= {"fund": [fund.pk], "fund_money": [money.pk], "aid": [aid.pk], "campaign": [campaign.pk], "given": [given.pk]}


def _correction(bill: Receivable, actor: Actor) -> Correction:
    """A price entered late that changes one bill."""
    tariff = Tariff.objects.filter(community_id=bill.community_id).order_by("pk")[0]
    made = Correction.objects.create(
        organisation_id=bill.organisation_id, community_id=bill.community_id, tariff=tariff, effective_from=TODAY, per_unit=1, fixed=0, line_count=1,
        digest=digest([(bill.pk, bill.amount_fen, 1)]), up_fen=0, down_fen=1 - bill.amount_fen, same_count=0, made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    made.lines.create(
        organisation_id=bill.organisation_id, community_id=bill.community_id, receivable=bill, billed_fen=bill.amount_fen, should_fen=1,
        difference_fen=1 - bill.amount_fen,
    )  # fmt: skip
    return made


def _proposal(bill: Receivable, actor: Actor) -> Proposal:
    """A new price that is looked through."""
    tariff = Tariff.objects.filter(community_id=bill.community_id).order_by("pk")[0]
    return Proposal.objects.create(
        organisation_id=bill.organisation_id, community_id=bill.community_id, tariff=tariff, effective_from=TODAY, per_unit=1, fixed=0, line_count=1,
        property_count=1, unknown_count=0, before_fen=bill.amount_fen, after_fen=1, rises=False, made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
