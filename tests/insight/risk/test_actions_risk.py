"""Going through a community: what is written, what is not, and who may see it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext

from tests.insight.arrears.conftest import paid
from tests.insight.arrears.test_pages_arrears import client, sheet_of, text
from tests.scenarios.month import publish
from tests.world import World, make_world
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.platform import clock, jobs
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.foundation.platform.schedule import run_scheduled
from wuyefei.insight.arrears.columns import load_cells
from wuyefei.insight.risk.actions import KIND, ask_reckoning, reckon
from wuyefei.insight.risk.models import Change, Reckoned, Standing
from wuyefei.insight.risk.public import Track, letters, mix, standing_of, standings
from wuyefei.money.billing.public import Receivable, place_hold

pytestmark = pytest.mark.django_db
MONTHS = [dt.date(2026, number, 1) for number in range(1, 5)]
MAY = dt.date(2026, 5, 1)


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """January to April billed, due on the 15th. 102 pays in time, 201 pays twenty days late, 101 never pays."""
    with clock.at(dt.date(2026, 1, 2)):
        made = make_world()
    for month in MONTHS:
        with clock.at(month.replace(day=2)):
            publish(made, f"{month:%Y-%m}")
        with clock.at(month.replace(day=12)):
            fen = Receivable.objects.get(property=made.flats["1-1-102"], period=month).amount_fen
            paid(made, "1-1-102", "沈秋白", month, fen, f"a{month}")
    for month in MONTHS[:3]:
        with clock.at(month + dt.timedelta(days=35)):
            row = Receivable.objects.get(property=made.flats["1-1-201"], period=month)
            paid(made, "1-1-201", "顾予安", month, row.amount_fen + 2000, f"b{month}")
    with clock.at(MAY):
        yield made


def letter(world: World, name: str) -> str:
    return standing_of(world["manager"], world.people[name].pk).letter


def test_classes_follow_from_the_books(world: World) -> None:
    assert reckon(world.community.pk, MAY) == (3, 3)
    assert [letter(world, name) for name in ("沈秋白", "顾予安", "陆小满")] == ["A", "C", "C"]
    row = standing_of(world["manager"], world.people["陆小满"].pk)
    assert (row.periods, row.late, row.open_periods, row.oldest_due_on, row.last_paid_on) == (4, 4, 4, dt.date(2026, 1, 15), None)


def test_twice_writes_nothing_and_time_alone_changes_a_class(world: World) -> None:
    reckon(world.community.pk, MAY)
    before = list(Standing.objects.order_by("pk").values_list())
    assert reckon(world.community.pk, MAY) == (3, 0)
    assert list(Standing.objects.order_by("pk").values_list()) == before and Change.objects.count() == 3
    later = dt.date(2026, 8, 1)
    assert reckon(world.community.pk, later) == (3, 1)
    assert letter(world, "陆小满") == "D"
    change = Change.objects.latest("pk")
    assert (change.was, change.letter, change.on, change.first) == ("C", "D", later, False)
    assert Standing.objects.get(person=world.people["沈秋白"]).since == MAY


def test_a_debt_in_dispute_counts_for_nothing(world: World) -> None:
    for row in Receivable.objects.filter(payer=world.people["陆小满"]):
        place_hold(row.pk, dt.date(2026, 4, 1), None, kind="dispute", source_ref="工单 1", actor=world["finance"])
    reckon(world.community.pk, MAY)
    assert not Standing.objects.filter(person=world.people["陆小满"]).exists()


def test_a_payment_betters_the_class_at_the_next_turn(world: World) -> None:
    reckon(world.community.pk, dt.date(2026, 8, 1))
    for month in MONTHS:
        paid(world, "1-1-101", "陆小满", month, 26000, f"c{month}")
    reckon(world.community.pk, dt.date(2026, 8, 2))
    assert letter(world, "陆小满") == "C"


def test_businesses_stand_on_their_own_track(world: World) -> None:
    type(world.people["顾予安"]).objects.filter(pk=world.people["顾予安"].pk).update(kind="company")
    reckon(world.community.pk, MAY)
    rows = standings(world["manager"])
    assert [(part.letter, part.count, part.permille) for part in mix(rows, Track.HOUSEHOLD)] == [
        ("A", 1, 500), ("B", 0, 0), ("C", 1, 500), ("D", 0, 0), ("", 0, 0),
    ]  # fmt: skip
    assert [part.usual for part in mix(rows, Track.HOUSEHOLD)] == [70, 15, 10, 5, None]
    assert [(part.count, part.usual) for part in mix(rows, Track.BUSINESS)] == [(0, None), (0, None), (1, None), (0, None), (0, None)]


def test_the_clock_and_the_job(world: World) -> None:
    assert run_scheduled(KIND, organisation_id=world.organisation.pk) == 3
    assert run_scheduled(KIND, organisation_id=world.organisation.pk) == 0
    assert Reckoned.objects.get(community=world.community).payers == 3
    job = ask_reckoning(world.community.pk, actor=world["manager"])
    with pytest.raises(DomainError, match="正在重新分类"):
        ask_reckoning(None, actor=world["manager"])
    jobs.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result) == ("done", {"changed": 0})
    assert AuditEntry.objects.filter(action="risk.reckon").count() == 1


def test_who_may(world: World) -> None:
    reckon(world.community.pk, MAY)
    person_id = world.people["陆小满"].pk
    with pytest.raises(Forbidden):
        ask_reckoning(world.community.pk, actor=world["collector"])
    with pytest.raises(NotFound):
        ask_reckoning(world.community.pk, actor=world["outsider"])
    with pytest.raises(NotFound):
        standing_of(world["outsider"], person_id)
    assert letters(world["cashier"], [person_id]) == {} and letters(world["collector"], [person_id]) == {person_id: "C"}


def test_history_is_append_only(world: World) -> None:
    reckon(world.community.pk, MAY)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Change.objects.update(letter="A")


def test_the_pages(world: World) -> None:
    page = client(world, "manager")
    assert "还没有分类" in text(page.get("/classes/"))
    reckon(world.community.pk, MAY)
    shown = text(page.get("/classes/"))
    assert "50.0%" not in shown and "33.3% · 通常 70%" in shown and "由前台服务" in shown
    assert "陆小满" in text(page.get("/classes/?letter=C")) and "沈秋白" not in text(page.get("/classes/?letter=C"))
    assert "没有符合筛选的缴费人" in text(page.get("/classes/?letter=D"))
    one = text(page.get(f"/classes/payers/{world.people['陆小满'].pk}"))
    assert "最早一期已逾期 106 天，超过 90 天" in one and "首次分类" in one
    rows = sheet_of(page.get("/classes/export?letter=C").content)
    assert [row[1] for row in rows[1:]] == ["陆小满", "顾予安"]
    assert client(world, "collector").post("/classes/reckon").status_code == 403
    assert page.post("/classes/reckon").status_code == 302
    assert client(world, "cashier").get("/classes/").status_code == 403


def test_a_longer_list_asks_no_more(world: World) -> None:
    page = client(world, "manager")
    page.get("/classes/")
    reckon(world.community.pk, MAY)
    with CaptureQueriesContext(connection) as one:
        page.get("/classes/?letter=A")
    with CaptureQueriesContext(connection) as two:
        page.get("/classes/?letter=C")
    assert len(one) == len(two)


def test_the_column_of_the_ledger(world: World) -> None:
    reckon(world.community.pk, MAY)
    home = world.flats["1-1-101"].pk
    cells = [cell for cell in load_cells(world["collector"], [home], MAY)[home] if cell]
    assert [(cell.text, cell.html) for cell in cells if cell.text == "C 类"] == [("C 类", '<span class="cl">C 类</span>')]
    assert not [cell for cell in load_cells(world["cashier"], [home], MAY)[home] if cell and cell.text == "C 类"]
