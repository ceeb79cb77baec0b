"""Drafts as rows: equal to the rule's, and refused by the database where they do not belong together."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from tests.scenarios.month import publish
from tests.world import World, make_world, person
from wuyefei.estate.occupancy.public import Tie
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.kernel.dates import Month, Span
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.copying import copied
from wuyefei.money.billing import facts
from wuyefei.money.billing.public import Run, RunLine, draft_run
from wuyefei.money.billing.rules.drafting import Draft, draft_line, frozen_prices

pytestmark = pytest.mark.django_db
FEB = Month(2026, 2)


@pytest.fixture
def world() -> World:
    """January is billed, 1-1-102 changes hands on 2026-02-11, and 1-1-201 has lost its area."""
    with clock.at(dt.date(2026, 1, 2)):
        world = make_world()
        publish(world, "2026-01")
    Tie.objects.filter(property=world.flats["1-1-102"]).update(ends_on=dt.date(2026, 2, 10))
    heir = person(world.community, "周若兰")
    Tie.objects.create(
        organisation=world.organisation, community=world.community, property=world.flats["1-1-102"], person=heir, role="owner",
        starts_on=dt.date(2026, 2, 11),
    )  # fmt: skip
    Property.objects.filter(pk=world.flats["1-1-201"].pk).update(area_m2=None)
    return world


@pytest.mark.parametrize("chunk", [1, 10_000])
def test_rows_are_what_the_rule_gives(world: World, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "CHUNK", chunk)
    with clock.at(dt.date(2026, 2, 2)):
        result = draft_run(world.community.pk, FEB, actor=world["finance"])
    assert [(gap.property_code, gap.reason) for gap in result.gaps] == [("1-1-201", "no_area")]
    wanted = []
    for part in facts.community_facts(world.community.pk, FEB):
        for found in part:
            if isinstance(found, facts.Found):
                assert found.billed == (Span(dt.date(2026, 1, 1), dt.date(2026, 1, 31)),)
                for row in draft_line(found.facts, found.terms, FEB, found.payers, found.billed, found.last):
                    assert isinstance(row, Draft)
                    wanted.append((
                        found.line.line_id, found.line.property_id, row.payer_id, row.span.first, row.span.last, row.due_on,
                        row.facts.quantity, frozen_prices(row.facts, row.span), row.amount_fen, row.tax_fen,
                        list(row.flags), row.last_fen,
                    ))  # fmt: skip
    rows = RunLine.objects.filter(run=result.run).order_by("id").values_list(
        "contract_line_id", "property_id", "payer_id", "service_from", "service_to", "due_on", "quantity", "prices", "amount_fen",
        "tax_fen", "flags", "last_fen",
    )  # fmt: skip
    assert list(rows) == wanted
    assert [(row[2], row[3], row[8]) for row in wanted if row[1] == world.flats["1-1-102"].pk] == [
        (world.people["沈秋白"].pk, dt.date(2026, 2, 1), 7996),
        (Tie.objects.latest("pk").person_id, dt.date(2026, 2, 11), 14392),
    ]
    assert (result.line_count, result.amount_fen) == (len(wanted), sum(row[8] for row in wanted))


def test_days_billed_before_are_joined(world: World) -> None:
    with clock.at(dt.date(2026, 2, 2)):
        publish(world, "2026-02")
    found = {row.line.property_code: row for part in facts.community_facts(world.community.pk, Month(2026, 3)) for row in part
             if isinstance(row, facts.Found)}  # fmt: skip
    assert found["1-1-102"].billed == (Span(dt.date(2026, 1, 1), dt.date(2026, 2, 28)),)
    last = found["1-1-102"].last
    assert last is not None and (last.amount_fen, last.span.first) == (14392, dt.date(2026, 2, 11))
    assert last.last_price == (Decimal("2.50"), Decimal(0))


@pytest.mark.parametrize("column", ["organisation", "community", "run", "contract", "contract_line", "property", "payer", "item", "tariff"])
@pytest.mark.parametrize("by", ["insert", "update"])
def test_a_draft_that_does_not_belong_together_is_refused(world: World, column: str, by: str) -> None:
    with clock.at(dt.date(2026, 2, 2)):
        run = draft_run(world.community.pk, FEB, actor=world["finance"]).run
    assert isinstance(run, Run)
    before = list(RunLine.objects.order_by("pk").values())
    row = RunLine.objects.earliest("pk")
    setattr(row, f"{column}_id", 10**9)
    if by == "insert":
        row.pk = None
    with pytest.raises(IntegrityError, match="does not belong"), transaction.atomic():
        row.save()
    assert list(RunLine.objects.order_by("pk").values()) == before


def test_text_for_copy_survives_what_people_type() -> None:
    values = (None, True, False, Decimal("1.50"), dt.date(2026, 1, 2), "a\tb\\N\r\n", "")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE typed (n int, yes bool, no bool, d numeric, day date, t text, e text)")
        with cursor.copy("COPY typed FROM STDIN") as copy:
            copy.write("\t".join(copied(values)) + "\n")
        cursor.execute("SELECT * FROM typed")
        assert cursor.fetchall() == [values]
