"""One concession on many bills at once: what is taken off each, and its days without late fee (product row C6).

What ``discount`` and ``place_hold`` do to one bill is done to a set: facts are read and the bills written by one statement, what the
bills lose is one entry an item, as when they were published. The two agree to the fen (a test holds them equal).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.money import tax_included
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.inserting import drafts, insert_many
from wuyefei.money.ledger.public import post

from ..fees import refresh
from ..models import Adjustment, Deferral, LateFeeHold, Receivable
from ..postings import gross_postings, opening_postings
from .adjusting import DISCOUNT, changed_later


@dataclass(frozen=True, slots=True)
class Grant:
    """What one locked bill, its ``item`` at hand, is granted: fen taken off, at most to nothing open, and the days without late
    fee."""

    bill: Receivable
    off_fen: int
    rests: Span | None


@dataclass(frozen=True, slots=True)
class Concession:
    """Why, in the owner's words: ``words`` beside what is taken off, ``rest_words`` beside the days without late fee. ``approval_id``:
    the request that a second person agreed to. ``entry``: the kind and source of the journal's entries."""

    words: str
    rest_words: str
    hold_kind: str
    source_ref: str
    approval_id: int
    entry: tuple[str, int]


Granted = tuple[Adjustment | None, LateFeeHold | None]


def grant(grants: Sequence[Grant], why: Concession, *, actor: Actor, community_id: int) -> list[Granted]:
    """Carry a concession out on locked bills of a community; what was made of each, in their order."""
    actor.require(Permission.ADJUST_REQUEST, community_id)
    now, place = clock.now(), {"organisation_id": actor.organisation_id, "community_id": community_id}
    made = _lowered(grants, why, place, now)
    hold = drafts(LateFeeHold, **place, kind=why.hold_kind, source_ref=why.source_ref, reason=why.rest_words)
    rests: dict[int, LateFeeHold] = {
        one.bill.pk: hold(receivable_id=one.bill.pk, starts_on=one.rests.first, ends_on=one.rests.last) for one in grants if one.rests
    }  # fmt: skip
    insert_many(list(rests.values()))
    refresh(one.bill for one in grants)
    _posted(grants, made, why, actor, community_id, now)
    return [(made.get(one.bill.pk), rests.get(one.bill.pk)) for one in grants]


def _lowered(grants: Sequence[Grant], why: Concession, place: dict[str, int], now: dt.datetime) -> dict[int, Adjustment]:
    """The adjustments by receivable, and what they take of later months."""
    adjustment = drafts(
        Adjustment, **place, kind=Adjustment.Kind.ADJUST.value, value_date=clock.today(), booked_at=now, approval_id=why.approval_id,
        reason=why.words[:400], by_month=True,
    )  # fmt: skip
    deferral = drafts(Deferral, **place, source_kind=DISCOUNT)
    made: dict[int, Adjustment] = {}
    deferred = []
    for one in grants:
        if one.off_fen:
            bill, tax = one.bill, tax_included(one.off_fen, one.bill.tax_rate)
            later = changed_later(bill, tax - one.off_fen)
            made[bill.pk] = adjustment(receivable_id=bill.pk, amount_fen=-one.off_fen, tax_fen=-tax, deferred_fen=sum(later.values()))
            deferred += [
                deferral(item_id=bill.item_id, month=month.first, net_fen=fen, source_id=bill.pk) for month, fen in later.items()
            ]  # fmt: skip
    insert_many(list(made.values()))
    insert_many(deferred)
    return made


def _posted(
    grants: Sequence[Grant], made: dict[int, Adjustment], why: Concession, actor: Actor, community_id: int, now: dt.datetime
) -> None:
    """One entry an item; what was brought along from before goes against the opening."""
    groups: dict[tuple[str, bool, str], list[Adjustment]] = defaultdict(list)
    for one in grants:
        if one.off_fen:
            item = one.bill.item
            groups[item.name, one.bill.kind == Receivable.Kind.OPENING, item.nature].append(made[one.bill.pk])
    kind, source_id = why.entry
    for (name, opening, nature), rows in sorted(groups.items()):
        off = sum(row.amount_fen for row in rows)
        whole = gross_postings(nature, off, sum(row.tax_fen for row in rows), sum(row.deferred_fen for row in rows))
        postings = opening_postings(nature, off) if opening else whole
        post(kind, source_id, postings, actor=actor, community_id=community_id, memo=f"{name} {why.words}", booked_at=now)
