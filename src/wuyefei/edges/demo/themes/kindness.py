"""Who pays for others and what is given: a head office for its shops, a couple by share, a care fund, a campaign."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from fractions import Fraction
from functools import partial

from wuyefei.estate.occupancy.public import Tie, TieRow, agree_sharing, bulk_tie
from wuyefei.estate.people.public import PersonRow, create_person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import DAY, Month, Span
from wuyefei.foundation.platform import clock
from wuyefei.money.concessions.public import Seat
from wuyefei.money.payments.public import Batch, BatchRow, Source, take_payments_in_bulk
from wuyefei.money.relief.public import Fund, FundKind, FundOrder, ask_care, ask_money, assess, open_fund
from wuyefei.money.rewards.public import (
    Campaign,
    CampaignKind,
    CampaignOrder,
    Terms,
    Tier,
    ask_campaign,
    give,
    progress_at,
)

from ..scene import Act, Scene
from .corrections import overdue

HEAD_OFFICE, SHOPS, MONTHS = "山茶便利商业管理有限公司", 4, 4
"""A chain that pays for so many shops, since so many months."""
SPOUSE = "宁见山"
CAMPAIGN_DAYS = 40
GIFTS = (Tier(100_000, "洗车券两张", 3_000, 60), Tier(300_000, "空调清洗一次", 9_000, 30))


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    at, today = scene.calendar.at, scene.calendar.today
    first = max(scene.started.plus(1), scene.calendar.month.plus(-MONTHS))
    if scene.place.since is None and month == first:
        if scene.place.shop_per_m2:
            yield Act(at(month.first, 6), partial(_head_office, scene, month.first))
        elif Role.HOUSEKEEPER in scene.crew:
            yield Act(at(month.first, 6), partial(_by_share, scene, month.first))
    if Role.HOUSEKEEPER not in scene.crew or Role.PROJECT_MANAGER not in scene.crew or scene.place.shop_per_m2:
        return
    opened = today - DAY * CAMPAIGN_DAYS
    if Month.of(opened) == month and Month.of(opened) > scene.started:
        yield Act(at(opened, 10), partial(_open_fund, scene))
        yield Act(at(opened, 11), partial(_campaign, scene, Span(opened, today + 20 * DAY)))
    for days, act in ((25, _aid), (20, _prepaid), (18, _gift), (1, _asked_aid)):
        day = today - DAY * days
        if Month.of(day) == month and Month.of(opened) > scene.started:
            yield Act(at(day, 14, days), partial(act, scene))


def _head_office(scene: Scene, day: dt.date) -> None:
    """One payer for shops that nobody else pays for: a bill paper with a line for each."""
    held = Tie.objects.filter(community=scene.community, role="payer").values("property_id")
    shops = Property.objects.filter(community=scene.community, kind="shop", ended_on__isnull=True).exclude(pk__in=held)
    head = create_person(PersonRow(HEAD_OFFICE, kind="company", mobile="19900008800"), actor=scene.manager, community=scene.community)
    rows = [TieRow(shop.pk, head.pk, "payer", day) for shop in shops.order_by("-sort_key")[:SHOPS]]
    bulk_tie(rows, actor=scene.manager, community=scene.community)


def _by_share(scene: Scene, day: dt.date) -> None:
    """A couple pays for a flat by halves."""
    owners = Tie.objects.filter(community=scene.community, role="owner", property__kind="residential", ends_on__isnull=True)
    owner = owners.order_by("property__sort_key", "pk").first()
    if owner is None:
        return
    spouse = create_person(PersonRow(SPOUSE, mobile="19900008801"), actor=scene.manager, community=scene.community)
    bulk_tie([TieRow(owner.property_id, spouse.pk, "occupant", day)], actor=scene.manager, community=scene.community)
    halves = [(owner.person_id, Fraction(1, 2)), (spouse.pk, Fraction(1, 2))]
    agree_sharing(owner.property_id, halves, day, actor=scene.manager, document="夫妻财产约定书")


def _open_fund(scene: Scene) -> None:
    """A care fund: what the firm puts in, and cash out of the box, each counted by two."""
    fund = open_fund(FundOrder(scene.community.pk, FundKind.CARE, f"{scene.place.name}关爱基金"), actor=scene[Role.FINANCE_LEAD])
    for way, giver, fen, paper in (("firm", "firm", 500_000, "集团公益预算"), ("cash", "person", 86_650, "捐款箱清点表")):
        row = ask_money(fund.pk, way, giver, fen, paper, actor=scene[Role.FINANCE])
        decide(row.request_id or 0, approved=True, actor=scene[Role.FINANCE_LEAD])


def _care(scene: Scene, reason: str) -> int | None:
    """Ask for the oldest arrears of a household; the request's number."""
    fund = Fund.objects.filter(community=scene.community, kind=FundKind.CARE).first()
    bills = [bill for bill in overdue(scene) if bill.outstanding_fen <= 200_000]
    if fund is None or not bills:
        return None
    bill = bills[0]
    aid = ask_care(fund.pk, [bill.pk], min(bill.outstanding_fen, 60_000), reason, consented=True, actor=scene[Role.FINANCE])
    assess(aid.pk, Seat.PROJECT, agreed=True, note="", actor=scene[Role.PROJECT_MANAGER])
    assess(aid.pk, Seat.SERVICE, agreed=True, note="入户看过，情况属实", actor=scene[Role.HOUSEKEEPER])
    return aid.request_id


def _aid(scene: Scene) -> None:
    request = _care(scene, "独居老人，上月住院，费用清单已看")
    if request is not None:
        decide(request, approved=True, actor=scene[Role.FINANCE_LEAD])


def _asked_aid(scene: Scene) -> None:
    """One that waits for the second person today."""
    _care(scene, "家中一人失业，申请资助一期")


def _campaign(scene: Scene, span: Span) -> None:
    order = CampaignOrder(scene.community.pk, "年终预缴礼遇", "集团年终活动方案", Terms(CampaignKind.GIFT, span, GIFTS))
    row = ask_campaign(order, actor=scene[Role.FINANCE_LEAD])
    decide(row.request_id or 0, approved=True, actor=scene[Role.GROUP_MANAGER])


def _prepaid(scene: Scene) -> None:
    """Three households pay ahead by transfer."""
    owners = list(
        Tie.objects.filter(community=scene.community, role="owner", property__kind="residential", ends_on__isnull=True)
        .order_by("-property__sort_key", "pk")[:3]
    )  # fmt: skip
    today = clock.today()
    rows = tuple(
        BatchRow(f"{scene.place.prefix}YC{today:%y%m%d}{n}", tie.property_id, tie.person_id, fen, "transfer", today, ())
        for n, (tie, fen) in enumerate(zip(owners, (360_000, 120_000, 50_000), strict=False), start=1)
    )
    if rows:
        name = f"预缴到账-{today}.csv"
        document = hashlib.sha256(repr(rows).encode()).hexdigest()
        take_payments_in_bulk(Batch(scene.community.pk, Source.BANK, name, document, rows), actor=scene[Role.FINANCE])


def _gift(scene: Scene) -> None:
    """Two of them have fetched their gift; the third is short of the first tier."""
    row = Campaign.objects.filter(community=scene.community, kind=CampaignKind.GIFT).order_by("-pk").first()
    if row is None:
        return
    homes = Property.objects.filter(community=scene.community, kind="residential", ended_on__isnull=True).order_by("-sort_key")
    for home in homes[:3]:
        if any(one.earned for one in progress_at(home.pk, scene.community.pk, clock.today())):
            give(row.pk, home.pk, actor=scene[Role.FINANCE])
