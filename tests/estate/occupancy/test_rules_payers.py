"""Who owes which days."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from wuyefei.estate.occupancy.rules import PAYING, TieFact, overlapping, payer_gaps, payer_spans
from wuyefei.foundation.kernel.dates import DAY, Span

JAN1, JAN31, FEB1, JUN30 = dt.date(2026, 1, 1), dt.date(2026, 1, 31), dt.date(2026, 2, 1), dt.date(2026, 6, 30)
HALF = Span(JAN1, JUN30)
ANNA, BERT, CORA = 1, 2, 3


def test_one_owner_owes_all() -> None:
    ties = [TieFact(1, ANNA, "owner", dt.date(2020, 5, 1), None)]
    assert payer_spans(ties, HALF) == [(ANNA, HALF)]
    assert payer_gaps(ties, HALF) == []


def test_transfer_splits_by_date() -> None:
    ties = [TieFact(1, ANNA, "owner", JAN1, JAN31), TieFact(2, BERT, "owner", FEB1, None)]
    assert payer_spans(ties, HALF) == [(ANNA, Span(JAN1, JAN31)), (BERT, Span(FEB1, JUN30))]


def test_payer_before_owner_before_developer() -> None:
    ties = [
        TieFact(1, CORA, "developer", dt.date(2019, 1, 1), None),
        TieFact(2, ANNA, "owner", FEB1, None),
        TieFact(3, BERT, "payer", dt.date(2026, 3, 1), dt.date(2026, 4, 30)),
    ]
    assert payer_spans(ties, HALF) == [
        (CORA, Span(JAN1, JAN31)),
        (ANNA, Span(FEB1, dt.date(2026, 2, 28))),
        (BERT, Span(dt.date(2026, 3, 1), dt.date(2026, 4, 30))),
        (ANNA, Span(dt.date(2026, 5, 1), JUN30)),
    ]


def test_of_several_owners_the_first_made_owes() -> None:
    ties = [TieFact(9, BERT, "owner", JAN1, None), TieFact(4, ANNA, "owner", JAN1, JAN31)]
    assert payer_spans(ties, HALF) == [(ANNA, Span(JAN1, JAN31)), (BERT, Span(FEB1, JUN30))]


def test_neighbouring_days_of_one_person_are_one_span() -> None:
    ties = [TieFact(1, ANNA, "owner", JAN1, JAN31), TieFact(2, ANNA, "payer", FEB1, None)]
    assert payer_spans(ties, HALF) == [(ANNA, HALF)]


def test_gaps_are_named_and_tenants_owe_nothing() -> None:
    ties = [TieFact(1, ANNA, "owner", FEB1, dt.date(2026, 3, 31)), TieFact(2, BERT, "tenant", JAN1, None)]
    assert payer_spans(ties, HALF) == [(ANNA, Span(FEB1, dt.date(2026, 3, 31)))]
    assert payer_gaps(ties, HALF) == [Span(JAN1, JAN31), Span(dt.date(2026, 4, 1), JUN30)]
    assert (payer_spans([], HALF), payer_gaps([], HALF)) == ([], [HALF])


def test_overlap_needs_a_shared_day() -> None:
    ties = [TieFact(1, ANNA, "owner", JAN1, JAN31)]
    assert overlapping(ties, ANNA, "owner", JAN31, None) == ties[0]
    assert overlapping(ties, ANNA, "owner", FEB1, None) is None
    assert overlapping(ties, ANNA, "payer", JAN31, None) is None
    assert overlapping(ties, BERT, "owner", JAN31, None) is None


_days = st.integers(0, 90).map(lambda offset: JAN1 + DAY * offset)


@st.composite
def _tie(draw: st.DrawFn) -> tuple[int, str, dt.date, dt.date | None]:
    first, second = draw(_days), draw(_days)
    last = draw(st.sampled_from([max(first, second), None]))
    return draw(st.integers(1, 4)), draw(st.sampled_from([*PAYING, "tenant"])), min(first, second), last


@given(st.lists(_tie(), max_size=7), _days, _days)
def test_every_day_once_or_in_a_gap(drafts: list[tuple[int, str, dt.date, dt.date | None]], one: dt.date, two: dt.date) -> None:
    span = Span(min(one, two), max(one, two))
    ties = [TieFact(number, *draft) for number, draft in enumerate(drafts)]
    found, gaps = payer_spans(ties, span), payer_gaps(ties, span)
    owed: dict[dt.date, int | None] = {}
    for person, part in [*found, *((None, gap) for gap in gaps)]:
        for offset in range(part.days):
            day = part.first + DAY * offset
            assert day not in owed, "a day twice"
            owed[day] = person
    for offset in range(span.days):
        day = span.first + DAY * offset
        there = [t for t in ties if t.role in PAYING and t.starts_on <= day and (t.ends_on is None or day <= t.ends_on)]
        first = min(there, key=lambda t: (PAYING.index(t.role), t.id), default=None)
        assert owed.pop(day) == (first.person_id if first else None)
    assert not owed, "a day outside the span"
    assert [part for _, part in found] == sorted(part for _, part in found)
