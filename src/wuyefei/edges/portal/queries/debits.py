"""What the bank was asked to take for bills that are still open: under way, refused, or taken in part (product row D1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from wuyefei.money.debits.public import DebitItem, last_tries
from wuyefei.relations.accounts.public import Place
from wuyefei.relations.notices.public import reason_of

State = DebitItem.State
SAID = (State.WAITING, State.FAILED, State.PARTIAL)


@dataclass(frozen=True, slots=True)
class Debit:
    """One answer of the bank, or its being awaited: ``amount_fen`` was asked for, ``got_fen`` came. ``reason`` in plain words
    where it failed; ``next_on`` is the day of the next try, ``ended`` where no more will be tried on this mandate."""

    state: str
    on: dt.date
    tail: str
    amount_fen: int
    got_fen: int
    reason: str
    next_on: dt.date | None
    ended: bool


def debits_at(place: Place, bill_ids: Collection[int], today: dt.date) -> list[Debit]:
    """For the payer alone, what an owner should know before paying these open bills by hand; the latest first."""
    if not place.own:
        return []
    items = {item.pk: item for item in last_tries(bill_ids).values() if item.state in SAID}
    return [_said(items[pk], today) for pk in sorted(items, reverse=True)]


def _said(item: DebitItem, today: dt.date) -> Debit:
    ended = item.mandate.ended_at is not None
    coming = item.next_try_on if not ended and item.next_try_on and item.next_try_on >= today else None
    reason = reason_of(item.words) if item.state == State.FAILED else ""
    on: dt.date = item.on  # type: ignore[attr-defined]  # annotated by the query
    return Debit(item.state, on, item.mandate.account_tail, item.amount_fen, item.got_fen, reason, coming, ended)
