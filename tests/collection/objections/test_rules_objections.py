"""What counts as converted, and the library."""

from __future__ import annotations

import datetime as dt

from wuyefei.collection.followup.rules.scripts import advice
from wuyefei.collection.objections.rules import FIELD, FITTING, Kind, Remedy, Talk, rates
from wuyefei.collection.objections.wording import LIBRARY
from wuyefei.relations.contacts.public import measures_in

DAY = dt.date(2026, 11, 1)


def test_a_talk_counts_once_it_is_paid_or_its_days_are_over() -> None:
    """Of four talks about price: paid on the spot, half paid (30 days not over), the same after 31 days, and one of hardship."""
    talks = [Talk("price", DAY, 30000, 30000), Talk("price", DAY, 30000, 15000), Talk("price", dt.date(2026, 10, 31), 30000, 29999), Talk("hardship", DAY, 1, 0)]
    found = {one.kind: one for one in rates(talks, dt.date(2026, 12, 1))}
    assert (found[Kind.PRICE].settled, found[Kind.PRICE].converted, found[Kind.PRICE].waiting, found[Kind.PRICE].permille) == (2, 1, 1, 500)
    assert (found[Kind.HARDSHIP].settled, found[Kind.HARDSHIP].waiting, found[Kind.HARDSHIP].permille) == (0, 1, None)
    assert [one.permille for one in rates(talks[1:2], dt.date(2026, 12, 2)) if one.settled] == [0]


def test_the_fields_figures() -> None:
    assert {kind.value: rate for kind, rate in FIELD.items()} == {"service": 850, "price": 750, "hardship": 900, "away": 700}


def test_the_library_is_whole_and_passes_the_linter() -> None:
    assert list(LIBRARY) == [kind.value for kind in Kind] == [kind.value for kind in FITTING]
    for kind, steps in LIBRARY.items():
        text = "\n".join(steps)
        assert len(steps) == 4 and all(steps), kind
        assert advice(text) == [] and measures_in(text) == [], (kind, advice(text))
    assert all(Remedy.NONE in fitting or Remedy.RECORD in fitting for fitting in FITTING.values())
