"""Scoped reads of divisions, and working one out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from wuyefei.estate.occupancy.public import payers
from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property, properties
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.errors import Invalid, NotFound, Phrase
from wuyefei.foundation.kernel.money import parse_decimal
from wuyefei.money.billing.public import Adjustment, Receivable

from .models import Division
from .rules import Shop, Way, divide


def divisions(actor: Actor) -> QuerySet[Division]:
    """The divisions of the communities whose bills the actor may see."""
    rows = Division.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.BILLING_VIEW))
    return rows.select_related("community", "bill__property", "bill__item", "bill__payer", "made_by", "agreed_by")


def get_division(actor: Actor, division_id: int) -> Division:
    row = divisions(actor).filter(pk=division_id).first()
    if row is None:
        raise NotFound()
    return row


def divided_on(receivable_id: int) -> list[tuple[str, int]]:
    """(What its payer reads, the change in fen) of what left a bill by a division, or came back. For callers that have checked
    its place."""
    rows = Adjustment.objects.filter(receivable_id=receivable_id, kind=Adjustment.Kind.ADJUST).order_by("pk").values_list("approval_id", "reason", "amount_fen")
    found = list(rows)
    ours = set(Request.objects.filter(pk__in=[one[0] for one in found], kind__startswith="divisions.").values_list("pk", flat=True))
    return [(words, fen) for approval, words, fen in found if approval in ours]


@dataclass(frozen=True, slots=True)
class Planned:
    """What a shop would take over, and who owes it."""

    home: Property
    payer: Person
    amount_fen: int


def plan(actor: Actor, bill: Receivable, way: Way, text: str) -> list[Planned]:
    """The parts of what is open of a bill; ``text``: a shop a line, its code and (but by area) its figure. Raises ``Invalid``."""
    typed = _typed(text, way)
    homes = {home.code: home for home in properties(actor).filter(community_id=bill.community_id, code__in=[code for code, _ in typed], ended_on=None)}
    missing = next((code for code, _ in typed if code not in homes), None)
    if missing is not None:
        raise Invalid(field="商铺", reason=Phrase("这个小区没有「{code}」", code=missing))
    shops = [Shop(code, homes[code].area_m2, figure) for code, figure in typed]
    found = zip(typed, divide(bill.outstanding_fen, way, shops), strict=True)
    owing = _owing(bill, [home.pk for home in homes.values()])
    return [Planned(homes[code], _payer(homes[code], owing), fen) for (code, _), fen in found]


WRITTEN = {
    Way.AREA: "第 {number} 行「{text}」应只写一个房号",
    Way.SHARES: "第 {number} 行「{text}」应为房号和份额，如 S-101 3",
    Way.AMOUNTS: "第 {number} 行「{text}」应为房号和金额，如 S-101 1200.50",
}
"""How a line is to be written, by the way of dividing."""


def _typed(text: str, way: Way) -> list[tuple[str, Decimal | None]]:
    found: list[tuple[str, Decimal | None]] = []
    wanted = 1 if way is Way.AREA else 2
    for number, line in enumerate((line for line in text.splitlines() if line.strip()), 1):
        words = line.replace("，", " ").replace(",", " ").split()
        if len(words) != wanted:
            raise Invalid(field="商铺", reason=Phrase(WRITTEN[way], number=number, text=line.strip()[:40]))
        found.append((words[0], parse_decimal(words[1], "商铺") if wanted == 2 else None))
    return found


def _owing(bill: Receivable, home_ids: Sequence[int]) -> dict[int, Person]:
    last = Span(bill.service_to, bill.service_to)
    by_home = {home_id: rows[0][0] for home_id, rows in payers(home_ids, last).items() if rows}
    people = Person.objects.in_bulk(set(by_home.values()))
    return {home_id: people[person_id] for home_id, person_id in by_home.items()}


def _payer(home: Property, owing: dict[int, Person]) -> Person:
    if home.pk not in owing:
        raise Invalid(field="商铺", reason=Phrase("{code} 在账单的日子没有缴费人", code=home.code))
    return owing[home.pk]
