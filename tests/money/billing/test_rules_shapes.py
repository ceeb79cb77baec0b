"""A shape is drafted once, and every line of it comes out as the plain rule drafts it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from wuyefei.foundation.kernel.dates import DAY, Month, Span
from wuyefei.money.billing.rules.drafting import Draft, Last, LineFacts, Terms, draft_line
from wuyefei.money.billing.rules.proration import Convention, Price
from wuyefei.money.billing.rules.shapes import Drafter

RUN = Month(2026, 6)
JAN1 = dt.date(2026, 1, 1)
PRICES = [
    [Price(dt.date(2025, 1, 1), Decimal("2.50")), Price(dt.date(2026, 5, 11), Decimal("2.80"))],
    [Price(dt.date(2026, 3, 15), Decimal(0), Decimal("12.50"))],
    [],
]
TERMS = [
    Terms(n, JAN1, ends, cycle, Month(2026, 1), 1, 15, convention, Decimal("0.0005"), Decimal("0.03"), "law")
    for n, (ends, cycle, convention) in enumerate(
        [(None, 1, Convention.CALENDAR), (None, 3, Convention.THIRTY), (dt.date(2026, 6, 20), 12, Convention.CALENDAR)]
    )
]
VERSIONS = [{price.since: n for n, price in enumerate(prices, 1)} for prices in PRICES]
offset = st.integers(0, 200)


@st.composite
def alike(draw: st.DrawFn) -> LineFacts:
    """What several lines are charged by."""
    which, first = draw(st.integers(0, 2)), JAN1 + DAY * draw(st.sampled_from([0, 0, 40, 151]))
    ends = draw(st.none() | st.integers(0, 120).map(lambda days: first + DAY * days))
    quantity = draw(st.sampled_from([Decimal("89.55"), Decimal("100"), Decimal("0.01")]))
    rate, own = draw(st.sampled_from([(Decimal("0.06"), True), (Decimal(0), False)]))
    return LineFacts(1, 1, "1-1-101", which + 1, which + 1, first, ends, quantity, PRICES[which], VERSIONS[which], rate, own)


@st.composite
def history(draw: st.DrawFn) -> tuple[list[tuple[int, Span]], tuple[Span, ...], Last | None]:
    """Payers one after the other, perhaps with a gap, days billed before, and the last bill."""
    payers, cursor = [], JAN1
    for _ in range(draw(st.integers(0, 3))):
        first = cursor + DAY * draw(st.sampled_from([0, 0, 0, 9]))
        last = first + DAY * draw(st.sampled_from([30, 150, 400]))
        payers.append((draw(st.integers(7, 9)), Span(first, last)))
        cursor = last + DAY
    billed = tuple(Span(JAN1 + DAY * a, JAN1 + DAY * (a + b)) for a, b in draw(st.lists(st.tuples(offset, offset), max_size=2)))
    if not draw(st.booleans()):
        return payers, billed, None
    first = JAN1 + DAY * draw(offset)
    price = draw(st.sampled_from([(Decimal("2.50"), Decimal(0)), (Decimal("2.80"), Decimal(0))]))
    last = Last(draw(st.integers(1, 50_000)), draw(st.sampled_from([Decimal("89.55"), Decimal(100)])), draw(st.integers(7, 10)),
                Span(first, first + DAY * draw(st.integers(0, 40))), price)  # fmt: skip
    return payers, billed, last


@settings(max_examples=150, deadline=None)
@given(st.lists(alike(), min_size=1, max_size=3), st.data())
def test_every_line_as_the_plain_rule(kinds: list[LineFacts], data: st.DataObject) -> None:
    drafter = Drafter(RUN)
    shapes = data.draw(st.lists(st.tuples(st.integers(0, len(kinds) - 1), st.integers(0, 2), history()), min_size=1, max_size=6))
    for kind, terms, (payers, billed, last) in [*shapes, *shapes]:
        facts = kinds[kind]
        plain = list(draft_line(facts, TERMS[terms], RUN, payers, billed, last))
        assert drafter.draft(facts, TERMS[terms], payers, billed, last) == plain


@given(history())
def test_other_persons_in_the_same_pattern_share_the_shape(past: tuple[list[tuple[int, Span]], tuple[Span, ...], Last | None]) -> None:
    payers, billed, last = past
    facts = LineFacts(1, 1, "1", 1, 1, JAN1, None, Decimal("89.55"), PRICES[0], VERSIONS[0], Decimal("0.06"), True)
    drafter = Drafter(RUN)
    first, _ = drafter.shape(facts, TERMS[0], payers, billed, last)
    others = [(person + 100, span) for person, span in payers]
    before = None if last is None else Last(last.amount_fen, last.quantity, last.payer_id + 100, last.span, last.last_price)
    second, persons = drafter.shape(facts, TERMS[0], others, billed, before)
    assert second is first
    drafts = [row for row in drafter.draft(facts, TERMS[0], others, billed, before) if isinstance(row, Draft)]
    assert {row.payer_id for row in drafts} <= set(persons) <= {person for person, _ in others}
