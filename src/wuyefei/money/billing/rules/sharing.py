"""A contract line that several pay by share, cut into what each of them owes (product row A4). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wuyefei.foundation.kernel.dates import Span

from .drafting import Last
from .proration import Share

Payers = Sequence[tuple[int, Span]]
Agreed = tuple[Span, Sequence[tuple[int, Share]]]
"""The days of an agreement, and each payer (id) with their share."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A bill that stands of the line; ``share`` None: all of it was one payer's."""

    share: Share | None
    last: Last


@dataclass(frozen=True, slots=True)
class Slice:
    """What is drafted by itself: the payers and their days, the days not to be billed, and what was billed last of it."""

    share: Share | None
    payers: Payers
    billed: tuple[Span, ...]
    last: Last | None


def slices(whole: Span, payers: Payers, agreed: Sequence[Agreed], billed: Sequence[Slot], last: Last | None) -> Iterator[Slice]:
    """One slice for each share of each agreement, and one for the days without any.

    A day of a share that was billed, or a day that was billed whole, is not billed again; the days of others are none of a
    slice's, so that a share that was reversed can be billed again while the others stay as they are.
    """
    all_of_it = [slot for slot in billed if slot.share is None]
    inside = [part for days, _portions in agreed if (part := days.overlap(whole)) is not None]
    for agreement, portions in agreed:
        span = agreement.overlap(whole)
        if span is None:
            continue
        outside = whole.minus([span])
        for person_id, share in portions:
            mine = [slot for slot in billed if slot.share == share and span.overlap(slot.last.span) is not None]
            days = [slot.last.span for slot in (*mine, *all_of_it)]
            yield Slice(share, [(person_id, span)], (*outside, *days), mine[-1].last if mine else None)
    rest = [(payer_id, part) for payer_id, paid_for in payers for part in paid_for.minus(inside)]
    if whole.minus(inside):
        yield Slice(None, rest, (*inside, *(slot.last.span for slot in billed)), all_of_it[-1].last if all_of_it else last)
