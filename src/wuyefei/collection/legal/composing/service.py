"""What was done for the fee: the work orders of the household, service in the community, and the published accounts."""

from __future__ import annotations

import datetime as dt

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA, DAY
from wuyefei.relations.governance.public import published
from wuyefei.relations.service.public import record_of, tickets_for

from ..models import Matter
from ..queries.matters import claims_of
from .blocks import Block, facts, h, table

QUARTERS = 12
"""So many of the latest quarters' published accounts are looked through."""


def service_blocks(matter: Matter, on: dt.date, actor: Actor) -> list[Block]:
    """From the first day of service that is claimed: orders of the household with their answers, how many there were in the
    community and how they were answered, and the quarters' accounts as published. Blocks only for what there is."""
    claims = claims_of(matter)
    first = min(claim.receivable.service_from for claim in claims)
    last = dt.datetime.combine(on + DAY, dt.time(), tzinfo=CHINA)
    begin = dt.datetime.combine(first, dt.time(), tzinfo=CHINA)
    return [*_orders(matter, begin, last), *_community(matter, begin, last, actor), *_accounts(matter, first, on)]


def _orders(matter: Matter, begin: dt.datetime, end: dt.datetime) -> list[Block]:
    homes = {claim.receivable.property_id for claim in claims_of(matter)}
    rows = [
        [
            f"{row.made_at.astimezone(CHINA):%Y-%m-%d}", str(row.get_kind_display()), row.text, f"{row.answered_at.astimezone(CHINA):%Y-%m-%d}" if row.answered_at else "—",
            row.answer or "—", f"{row.closed_at.astimezone(CHINA):%Y-%m-%d}" if row.closed_at else "—",
        ]
        for row in tickets_for(matter.person_id, homes).filter(made_at__gte=begin, made_at__lt=end)
    ]  # fmt: skip
    return [h("本户工单"), table(["提出", "类型", "事由", "答复", "答复内容", "办结"], rows, widths=[2, 1, 4, 2, 4, 2])] if rows else []


def _community(matter: Matter, begin: dt.datetime, end: dt.datetime, actor: Actor) -> list[Block]:
    if not actor.may(Permission.CONTACT_VIEW, matter.community_id):
        return []
    found = record_of(actor, matter.community_id, begin, end)
    if not found.opened:
        return []
    return [
        h("小区工单"),
        facts(("收到", f"{found.opened} 张"), ("已答复", f"{found.answered} 张，其中 48 小时内 {found.in_time} 张"), ("已办结", f"{found.closed} 张")),
    ]


def _accounts(matter: Matter, first: dt.date, on: dt.date) -> list[Block]:
    """A quarter's accounts as last published, with the digest that its public page shows."""
    rows = [
        [f"{row.quarter.year} 年第 {(row.quarter.month + 2) // 3} 季度", f"{row.published_at.astimezone(CHINA):%Y-%m-%d}", row.services or "—", row.digest[:16]]
        for row in sorted(published(matter.community_id, QUARTERS), key=lambda one: one.quarter)
        if row.published_at is not None and row.quarter + 92 * DAY > first and row.published_at.astimezone(CHINA).date() <= on
    ]
    return [h("收支公示"), table(["季度", "公示日期", "公示的服务", "摘要"], rows, widths=[2, 2, 6, 3])] if rows else []
