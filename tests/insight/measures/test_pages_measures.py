"""The pages of the room: figures and their rows, targets, packs, exports."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from tests.insight.measures.story import END, three_months
from tests.world import World, actor_of
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.access.sessions import pass_factor
from wuyefei.foundation.kernel.errors import Forbidden, Invalid
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.insight.measures.actions import drop_target, set_target
from wuyefei.insight.measures.papers.printing import document, pdf, sentence
from wuyefei.insight.measures.public import Period, Target, pack

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def told(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[World]:
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        yield three_months()
        transaction.set_rollback(True)


@pytest.fixture
def world(told: World, db: None) -> Iterator[World]:
    with clock.at(END):
        yield told


def client_of(user_id: int) -> Client:
    user = User.objects.get(pk=user_id)
    user.totp_confirmed_at = user.password_changed_at = clock.now()
    user.save(update_fields=["totp_confirmed_at", "password_changed_at"])
    client = Client()
    client.force_login(user)
    session = client.session
    pass_factor(session, user)
    session.save()
    return client


def page(world: World, name: str, address: str) -> str:
    answer = client_of(world[name].user_id).get(address)
    assert answer.status_code == 200, answer.content.decode()[-800:]
    return answer.content.decode()


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


def test_the_dashboard_shows_the_worked_figures(world: World) -> None:
    text = plain(page(world, "manager", "/analysis/?period=2026-Q1"))
    for figure in ("67.2 %", "1,642.54", "2,442.54", "50.0 %", "800.00", "980.63", "453.98", "2026 年第 1 季度"):
        assert figure in text, figure
    assert "口径 v1" in text and "截至 03-31 24:00" in text


def test_a_past_day_is_shown_as_it_was(world: World) -> None:
    text = plain(page(world, "manager", "/analysis/?period=2026-02&as_of=2026-02-14"))
    for figure in ("24.2 %", "28.0 %", "504.65", "200.00"):
        assert figure in text, figure


def test_every_figure_opens_rows_that_add_up_to_it(world: World) -> None:
    html = page(world, "manager", "/analysis/?period=2026-Q1")
    found = re.findall(r'class="figure" href="(/analysis/rows[^"]+)"><span class="money[^"]*">([\d,.]+)<', html)
    assert len(found) >= 12
    for address, figure in {(address.replace("&amp;", "&"), figure) for address, figure in found}:
        text = plain(page(world, "manager", address))
        assert f"¥ {figure}" in text, (address, figure)
    received = re.findall(r'class="figure" href="(/analysis/received[^"]+)">([\d,.]+)<', html)
    assert len(received) == 3
    for address, figure in received:
        assert f"¥ {figure}" in plain(page(world, "manager", address.replace("&amp;", "&")))


def test_by_item_and_narrowed(world: World) -> None:
    text = plain(page(world, "manager", f"/analysis/?period=2026-Q1&by=item&community={world.community.pk}"))
    assert "物业服务费" in text and "车位服务费" in text and "在每个项目各计一户" in text
    text = plain(page(world, "manager", f"/analysis/?period=2026-Q1&item={world.parking.pk}"))
    assert "33.3 %" in text and "450.00" in text


def test_rows_page_by_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wuyefei.insight.measures.pages.rows.PAGE", 4)
    address, seen = "/analysis/rows?figure=due&period=2026-Q1", []
    while address:
        html = page(world, "manager", address)
        seen += re.findall(r'data-href="/billing/receivables/(\d+)"', html)
        older = re.search(r'rel="next" href="([^"]+)"', html)
        address = older[1].replace("&amp;", "&") if older else ""
    assert len(seen) == len(set(seen)) == 11  # twelve bills, one of them reversed to nothing


@pytest.mark.parametrize(
    "query", ["as_of=2026-04-01", "period=2026-13", "period=2026-05", "by=colour", "community=x", "item=1.5", "period=2026-Q1&as_of=gestern"]
)
def test_what_cannot_be_understood_is_said(world: World, query: str) -> None:
    answer = client_of(world["manager"].user_id).get(f"/analysis/?{query}")
    assert answer.status_code in (400, 409, 422)


def test_rows_need_the_right_to_open_bills(world: World) -> None:
    mentor = actor_of(world.organisation, "mentor-m", Role.MENTOR)
    client = client_of(mentor.user_id)
    shown = client.get("/analysis/?period=2026-Q1")
    assert shown.status_code == 200 and "1,642.54" in plain(shown.content.decode())
    assert "/analysis/rows" not in shown.content.decode()
    assert client.get("/analysis/rows").status_code == 403
    assert client.get("/analysis/export").status_code == 403
    assert client.get("/analysis/packs/file?period=2026-03&inside=1").status_code == 403
    assert client.get("/analysis/packs/file?period=2026-03&kind=xlsx").status_code == 200


def test_targets_are_set_changed_and_dropped(world: World) -> None:
    client = client_of(world["manager"].user_id)
    sent = {"community": str(world.community.pk), "period": "2026-Q1", "rate": "70"}
    assert client.post("/analysis/targets", sent).status_code == 302
    assert client.post("/analysis/targets", {**sent, "rate": "71.5"}).status_code == 302
    row = Target.objects.get()
    assert (row.rate, row.months, row.first) == (Decimal("0.7150"), 3, dt.date(2026, 1, 1))
    assert "目标 71.5" in plain(page(world, "manager", "/analysis/?period=2026-Q1"))
    assert [entry.before for entry in AuditEntry.objects.filter(action="target.set").order_by("pk")] == [None, {"rate": "0.7000"}]
    wrong = client.post("/analysis/targets", {**sent, "period": "2026-Q7", "rate": "120"})
    assert wrong.status_code == 422 and "2026-Q7" in wrong.content.decode()
    assert Target.objects.get().rate == Decimal("0.7150")
    assert client.post(reverse("measures:target_drop", args=[row.pk])).status_code == 302
    assert not Target.objects.exists()


def test_who_may_set_targets(world: World) -> None:
    year = Period.parse("2026")
    with pytest.raises(Forbidden):
        set_target(world.community.pk, year, Decimal("0.9"), actor=world["auditor"])
    with pytest.raises(Invalid):
        set_target(world.community.pk, Period.parse("2026-W10"), Decimal("0.9"), actor=world["manager"])
    local = actor_of(world.organisation, "local-m", Role.PROJECT_MANAGER, world.community)
    with pytest.raises(Forbidden):
        set_target(None, year, Decimal("0.9"), actor=local)
    row = set_target(None, year, Decimal("0.9"), actor=world["manager"])
    with pytest.raises(Forbidden):
        drop_target(row.pk, actor=local)
    assert Target.objects.count() == 1


def test_the_dashboard_as_a_workbook(world: World) -> None:
    answer = client_of(world["manager"].user_id).get("/analysis/export?period=2026-Q1&by=kind")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    figures = {row[0]: row[1] for row in book.get_sheet_by_name("指标").to_python()}
    assert (figures["应收"], figures["已收"], figures["当期收缴率"]) == (2442.54, 1642.54, 67.25)
    kinds = book.get_sheet_by_name("物业类型").to_python()
    assert [row[:3] for row in kinds[1:]] == [["住宅", 1992.54, 1492.54], ["车位", 450.0, 150.0]]


def test_a_pack_says_the_month(world: World) -> None:
    found = pack(world["manager"], Period.parse("2026-03"))
    assert sentence(found) == (
        "本月收款 557.65 元，上月 153.08 元；2026-03 当期收缴率 56.7%，目标 87.2%，相差 −30.5 个点；"
        "到期未缴 800.00 元，2 户；桂语花园低于目标 5 个点以上。"
    )  # fmt: skip
    assert [(one.kind, one.count, one.fen) for one in found.happenings] == [
        ("作废收款", 0, 0), ("红冲应收", 1, -30090), ("调减应收", 1, -3090), ("调增应收", 0, 0), ("坏账核销", 0, 0),
        ("收回已核销坏账", 0, 0), ("倒签收款日", 0, 0),
    ]  # fmt: skip
    assert [(debt.building, debt.code, debt.names, debt.fen) for debt in found.debts] == [("1", "", "", 50000), ("", "", "", 30000)]
    inside = pack(world["manager"], Period.parse("2026-03"), inside=True)
    assert [(debt.code, debt.names, debt.fen) for debt in inside.debts] == [("1-1-101", "陆小满", 50000), ("B1-001", "陆小满", 30000)]
    assert pdf(found)[:5] == b"%PDF-" and pdf(found) == pdf(found)


def test_the_shared_pack_names_nobody(world: World) -> None:
    shared = str(document(pack(world["manager"], Period.parse("2026-03"))))
    assert not [name for name in (*world.people, *world.flats) if name in shared]


def test_a_week_is_seen_from_its_end(world: World) -> None:
    found = pack(world["manager"], Period.parse("2026-W08"))
    assert (found.as_of, found.received_fen) == (dt.date(2026, 2, 22), 0)
    assert found.before is not None and (found.before.cleared_fen, found.board.figures.cleared_fen) == (19625, 0)
    assert [(one.kind, one.count) for one in found.happenings if one.count] == [("作废收款", 1)]
    with pytest.raises(Invalid):
        pack(world["manager"], Period.parse("2026-W15"))
    with pytest.raises(Invalid):
        pack(world["manager"], Period.parse("2026-Q1"))


def test_packs_are_listed_with_their_files(world: World) -> None:
    html = page(world, "manager", "/analysis/packs?unit=month")
    assert "2026 年 3 月" in html and "进行中" in html
    answer = client_of(world["manager"].user_id).get("/analysis/packs/file?period=2026-W08")
    assert answer["Content-Type"] == "application/pdf" and answer.content[:5] == b"%PDF-"
