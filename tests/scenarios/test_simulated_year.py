"""Follow-up day by day over months: within the caps, nobody on hold, nobody who has paid, minimums met or explained."""

from __future__ import annotations

import pytest

from tests.scenarios.month import first_finding
from tests.scenarios.year import FIRST, caps_held, days_of, live, settle
from wuyefei.collection.followup.models import Act, Case, Promise, Step
from wuyefei.foundation.platform import clock
from wuyefei.relations.service.public import Ticket

pytestmark = pytest.mark.django_db


COMMITTED = (pytest.mark.long, pytest.mark.django_db(transaction=True))
"""Of the full year every action is a transaction of its own: a year in one holds more locks than a database has."""


@pytest.mark.parametrize(("homes", "days"), [(12, 107), pytest.param(2000, 365, marks=COMMITTED)])
def test_a_year_within_the_law(homes: int, days: int) -> None:
    with clock.at(FIRST):
        year = settle(homes)
    last = FIRST
    for last in days_of(days):
        live(year, last)
    with clock.at(last):
        assert first_finding(year.world) == ""
    assert caps_held(year) >= homes
    assert year.paid_out > homes and year.refused
    assert {"kept", "broken"} <= set(Promise.objects.values_list("state", flat=True))
    assert {"S", "A", "B"} <= set(Case.objects.values_list("grade", flat=True))
    assert {"done", "refused"} <= set(Step.objects.values_list("state", flat=True))
    assert {"reached", "promised", "no_answer", "stop"} <= set(Act.objects.values_list("outcome", flat=True))
    assert year.planned and year.silent and Ticket.objects.filter(kind="dispute", state="closed").exists()
