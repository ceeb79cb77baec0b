"""One transfer for many homes, in several communities, by the list that came with it (product row D1).

A head office pays for its shops: the list says which home, and how much. Everything is booked at once or nothing, and undone at
once as any wrong match is (``claiming.ask_unmatch``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from wuyefei.estate.occupancy.public import payers
from wuyefei.estate.people.public import people
from wuyefei.estate.properties.public import properties
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.errors import Invalid, Phrase
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.billing.public import OpenBill, open_bills
from wuyefei.money.payments.public import Payment

from ..models import BankLine, Remittance
from ..queries import get_line
from ..rules.remittance import MOST_ROWS, Entry, ListRefused
from .claiming import Share, _locked, claim


@dataclass(frozen=True, slots=True)
class Home:
    """A row of the list with the home it means and what its payer owes there as of the line's day."""

    entry: Entry
    property_id: int
    community_id: int
    community: str
    code: str
    payer_id: int
    payer_name: str
    bills: tuple[OpenBill, ...]

    @property
    def owed_fen(self) -> int:
        return sum(bill.total_fen for bill in self.bills)

    @property
    def ahead_fen(self) -> int:
        """What becomes prepayment."""
        return max(0, self.entry.amount_fen - self.owed_fen)


def look_up(line: BankLine, entries: Sequence[Entry], *, actor: Actor) -> list[Home]:
    """What each row means, in the communities where the actor takes payments. Raises ``ListRefused`` naming the first row that means
    no home or more than one, or a home twice."""
    places = dict(Community.objects.filter(pk__in=actor.communities(Permission.PAYMENT_BATCH)).values_list("pk", "name"))
    rows = properties(actor).filter(community_id__in=places, code__in={one.code for one in entries}, ended_on__isnull=True)
    by_code: dict[str, list[tuple[int, int]]] = {}
    for pk, community_id, code in rows.order_by("community_id", "pk").values_list("pk", "community_id", "code"):
        by_code.setdefault(code, []).append((pk, community_id))
    chosen = {one.number: _choose(one, by_code.get(one.code, []), places) for one in entries}
    _no_home_twice(entries, chosen)
    day = line.value_date
    paying = payers([pk for pk, _place in chosen.values()], Span(day, day))
    first = {home: spans[0][0] for home, spans in paying.items() if spans}
    names = dict(people(actor).filter(pk__in=first.values()).values_list("pk", "name"))
    bills = open_bills(actor, day, property_ids=[pk for pk, _place in chosen.values()]) if chosen else []
    found = []
    for one in entries:
        home, place = chosen[one.number]
        payer = first.get(home)
        if payer is None or payer not in names:
            raise ListRefused(row=one.number, reason=Phrase("{home} 在到账日没有缴费人", home=one.code))
        mine = tuple(bill for bill in bills if bill.property_id == home and bill.payer_id == payer)
        found.append(Home(one, home, place, places[place], one.code, payer, names[payer], mine))
    return found


def _choose(entry: Entry, homes: Sequence[tuple[int, int]], places: dict[int, str]) -> tuple[int, int]:
    fitting = [pair for pair in homes if not entry.place or places[pair[1]] == entry.place]
    if not fitting:
        raise ListRefused(row=entry.number, reason=Phrase("没有找到 {home}，请核对项目和房号", home=f"{entry.place} {entry.code}".strip()))
    if len(fitting) > 1:
        names = "、".join(places[place] for _pk, place in fitting[:3])
        raise ListRefused(row=entry.number, reason=Phrase("{home} 在 {places} 都有，请写明项目", home=entry.code, places=names))
    return fitting[0]


def _no_home_twice(entries: Sequence[Entry], chosen: dict[int, tuple[int, int]]) -> None:
    seen: dict[int, int] = {}
    for one in entries:
        home = chosen[one.number][0]
        if home in seen:
            raise ListRefused(row=one.number, reason=Phrase("与第 {other} 行是同一处，请合并", other=seen[home]))
        seen[home] = one.number


@transaction.atomic
def book_list(line_id: int, name: str, entries: Sequence[Entry], *, actor: Actor, ahead: int | None = None) -> list[Payment]:
    """Book a waiting line by its list, all or nothing. Each home's own bills come first, what is over becomes its prepayment. What the
    list leaves of the line stays in suspense, or with ``ahead`` (a row of the list) becomes prepayment there.

    Raises ``ListRefused`` and what ``claim`` raises.
    """
    line = _locked(line_id, actor, Permission.PAYMENT_BATCH)
    homes = look_up(line, entries, actor=actor)
    rest = line.suspense_fen - sum(one.amount_fen for one in entries)
    if ahead is not None and ahead not in {one.number for one in entries}:
        raise Invalid(field="余款", reason="请选清单里的一行")
    shares = [
        Share(home.property_id, home.payer_id, home.entry.amount_fen + (rest if home.entry.number == ahead and rest > 0 else 0),
              tuple(bill.id for bill in home.bills), home.entry.number)
        for home in homes
    ]  # fmt: skip
    made = claim(line.pk, shares, actor=actor, learn=False, leave_rest=ahead is None, most=MOST_ROWS)
    line.refresh_from_db()
    rows = [[home.community, home.code, home.entry.amount_fen] for home in homes]
    text = "\n".join(one.line() for one in entries)
    kept = Remittance.objects.create(
        organisation_id=line.organisation_id, community_id=line.community_id, line=line, name=limited(name, "清单", 120) or f"{line.value_date} 粘贴",
        sha256=hashlib.sha256(text.encode()).hexdigest(), rows=rows, amount_fen=sum(one.amount_fen for one in entries),
        rest_fen=line.suspense_fen, made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    audit.record(actor, "bank.remittance", kept, community_id=line.community_id, after={
        "line": line.pk, "homes": len(rows), "communities": len({home.community_id for home in homes}), "amount_fen": kept.amount_fen, "rest_fen": kept.rest_fen,
    })  # fmt: skip
    return made


def line_for_list(actor: Actor, line_id: int) -> BankLine:
    """A line that the actor may book. Raises ``NotFound`` and ``Forbidden``."""
    line = get_line(actor, line_id)
    actor.require(Permission.PAYMENT_BATCH, line.community_id)
    return line
