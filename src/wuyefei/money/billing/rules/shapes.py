"""Lines of one shape are drafted once (product row C1: a month's run of any size). Pure: no database, no clock.

Two contract lines are of one shape where terms, prices, quantity, days, what was billed before and the pattern of payers
are equal, so that their drafts differ in nothing but the line, the property and the persons. Each shape goes through
``drafting.draft_line``, the only statement of the rule; a property test holds ``draft`` equal to it line by line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from wuyefei.foundation.kernel.dates import Month, Span

from .drafting import Draft, Gap, Last, LineFacts, Terms, draft_line

Payers = Sequence[tuple[int, Span]]
NOBODY_HERE = -1
"""The position of a former payer who is not among the present ones."""


class Drafter:
    """Drafts the lines of a run of ``month``. Facts and terms are told apart by identity: the faster, the more lines share
    them; nobody may change them meanwhile."""

    def __init__(self, month: Month) -> None:
        self.month = month
        self._known: dict[tuple[Any, ...], tuple[list[Draft | Gap], LineFacts, Terms]] = {}

    def shape(
        self, facts: LineFacts, terms: Terms, payers: Payers, billed: tuple[Span, ...], last: Last | None
    ) -> tuple[list[Draft | Gap], list[int]]:
        """(what the line's shape drafts, the persons): a draft's ``payer_id`` is a position among the persons, and line and
        property are those of the first line of the shape."""
        persons, pattern = _pattern(payers)
        key = id(facts), id(terms), pattern, billed, last and _before(last, persons)
        known = self._known.get(key)
        if known is None:
            stand_in = None if last is None else replace(last, payer_id=_position(last, persons))
            spans = [(position, Span(first, to)) for position, first, to in pattern]
            made = list(draft_line(facts, terms, self.month, spans, billed, stand_in))
            known = self._known[key] = made, facts, terms  # kept alive, so that their identities stay theirs
        return known[0], persons

    def draft(
        self, facts: LineFacts, terms: Terms, payers: Payers, billed: tuple[Span, ...], last: Last | None
    ) -> list[Draft | Gap]:
        """What ``draft_line`` gives for the line."""
        found, persons = self.shape(facts, terms, payers, billed, last)
        return [own(row, facts, persons) for row in found]


def own(row: Draft | Gap, facts: LineFacts, persons: Sequence[int]) -> Draft | Gap:
    """A shape's draft as that of the line with these facts and persons."""
    if isinstance(row, Gap):
        return replace(row, property_id=facts.property_id, property_code=facts.property_code)
    return replace(row, facts=facts, payer_id=persons[row.payer_id])


def _pattern(payers: Payers) -> tuple[list[int], tuple[tuple[int, dt.date, dt.date], ...]]:
    """The persons in order of their first appearance, and the payers with positions among them in their place."""
    if len(payers) == 1:
        person, span = payers[0]
        return [person], ((0, span.first, span.last),)
    persons: list[int] = []
    pattern = []
    for person, span in payers:
        if person not in persons:
            persons.append(person)
        pattern.append((persons.index(person), span.first, span.last))
    return persons, tuple(pattern)


def _position(last: Last, persons: list[int]) -> int:
    return persons.index(last.payer_id) if last.payer_id in persons else NOBODY_HERE


def _before(last: Last, persons: list[int]) -> tuple[Any, ...]:
    return last.amount_fen, last.quantity, _position(last, persons), last.span.first, last.span.last, last.last_price
