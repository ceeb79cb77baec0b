"""The pages: list and totals, views, exports, places, movement and migration."""

from __future__ import annotations

import datetime as dt
import io
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from tests.insight.arrears.conftest import JANUARY, bill
from tests.world import World, actor_of
from wuyefei.foundation.access.models import Community, User
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.access.sessions import pass_factor
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound
from wuyefei.foundation.platform import clock, jobs
from wuyefei.foundation.platform.models import AuditEntry, Job
from wuyefei.insight.arrears import exporting
from wuyefei.insight.arrears.models import SavedView
from wuyefei.insight.arrears.public import (
    Cell,
    Column,
    Filter,
    drop_column,
    drop_view,
    register_column,
    save_view,
    views,
)

pytestmark = pytest.mark.django_db


def client(world: World, name: str) -> Client:
    user = User.objects.get(pk=world[name].user_id)
    user.totp_confirmed_at = user.password_changed_at = clock.now()
    user.save(update_fields=["totp_confirmed_at", "password_changed_at"])
    found = Client()
    found.force_login(user)
    session = found.session
    pass_factor(session, user)
    session.save()
    return found


def text(answer: object) -> str:
    """The words of a page, without markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))  # type: ignore[attr-defined]


def sheet_of(content: bytes) -> list[list[object]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def test_the_list_and_its_totals(world: World) -> None:
    manager = client(world, "manager")
    page = text(manager.get("/arrears/"))
    assert "1-1-101" in page and "507.38" in page and "本页 4 户" in page and "45 天" in page and "已停计" in page
    totals = text(manager.get("/arrears/totals"))
    # 500.00 + 223.88 + 300.90 + 280.00 and the late fees 7.38 + 1.57 + 2.11 + 4.05
    assert "全部 4 户" in totals and "1,304.78" in totals and "15.11" in totals and "1,319.89" in totals and "31–90 天" in totals
    by_line = text(manager.get("/arrears/?by=line"))
    assert "本页 6 笔" in by_line
    assert "「一万」不是金额" in text(manager.get("/arrears/?amount_from=一万"))
    assert "没有符合条件的欠费" in text(manager.get("/arrears/?days_from=900"))


def test_down_from_the_community_to_the_line(world: World) -> None:
    manager = client(world, "manager")
    places = manager.get("/arrears/places").content.decode()
    assert "1,319.89" in places and "不属于楼栋" in places
    building = world.flats["1-1-101"].building_id
    target = re.search(rf'href="(/arrears/\?community=\d+&amp;building={building})"', places)
    assert target is not None
    assert "1-1-201" in text(manager.get(target[1].replace("&amp;", "&")))
    home = world.flats["1-1-101"].pk
    house = manager.get(f"/arrears/households/{home}").content.decode()
    assert f"/billing/receivables/{bill(world, '1-1-101', JANUARY).pk}" in house and "¥</span>507" in house
    assert manager.get(f"/arrears/households/{home}", headers={"HX-Request": "true"}).status_code == 200
    assert client(world, "outsider").get(f"/arrears/households/{home}").status_code == 404


def test_views_are_saved_shared_and_removed(world: World) -> None:
    manager, collector = client(world, "manager"), client(world, "collector")
    answer = manager.post("/arrears/views", {"name": " 商铺大户 ", "query": "kind=shop&amount_from=500", "shared": "1"}, follow=True)
    assert "已存为视图「商铺大户」" in text(answer) and answer.redirect_chain[0][0] == "/arrears/?kind=shop&amount_from=500.00"
    (row,) = views(world["collector"])
    assert (row.name, row.query, row.shared) == ("商铺大户", {"kind": "shop", "amount_from": "500.00"}, True)
    assert "商铺大户" in text(collector.get("/arrears/")) and views(world["outsider"]) == []
    assert collector.post(f"/arrears/views/{row.pk}/drop").status_code == 404 and SavedView.objects.count() == 1
    manager.post("/arrears/views", {"name": "商铺大户", "query": "kind=shop"})  # the same name again replaces it
    (row,) = SavedView.objects.all()
    assert (row.query, row.shared, views(world["collector"])) == ({"kind": "shop"}, False, [])
    manager.post(f"/arrears/views/{row.pk}/drop")
    assert not SavedView.objects.exists() and AuditEntry.objects.filter(action="arrears.drop_view").count() == 1


@pytest.mark.parametrize("name", ["", "   ", "全部逾期", "长" * 21])
def test_a_view_needs_a_name_of_its_own(world: World, name: str) -> None:
    with pytest.raises(Invalid):
        save_view(name, Filter(), shared=False, actor=world["manager"])
    assert not SavedView.objects.exists() and not AuditEntry.objects.filter(action="arrears.save_view").exists()


def test_views_keep_to_places_and_people(world: World) -> None:
    with pytest.raises(Invalid, match="不能共享"):
        save_view("陆小满", Filter(text="陆小满"), shared=True, actor=world["manager"])
    save_view("陆小满", Filter(text="陆小满"), shared=False, actor=world["manager"])
    other = Community.objects.create(organisation=world.organisation, name="望山", sort_key="wangshan", receipt_prefix="WS")
    wide = actor_of(world.organisation, "wide", Role.GROUP_MANAGER)
    save_view("望山的", Filter(community=other.pk), shared=True, actor=wide)
    there = actor_of(world.organisation, "there", Role.COLLECTOR, other)
    here = actor_of(world.organisation, "here", Role.COLLECTOR, world.community)
    assert [row.name for row in views(there)] == ["望山的"] and views(here) == []
    with pytest.raises(NotFound):
        drop_view(SavedView.objects.get(name="望山的").pk, actor=world["manager"])


def test_export_of_all_and_of_the_ticked(world: World) -> None:
    manager = client(world, "manager")
    head, *rows, foot = sheet_of(manager.get("/arrears/export").content)
    assert head[:2] == ["小区", "房号"] and head[13] == "欠费合计（元）" and [row[1] for row in rows] == ["1-1-101", "1-1-201", "B1-001", "1-1-102"]
    assert [Decimal(str(value)) for value in foot[9:14]] == [Decimal(text) for text in ("1304.78", "0", "1304.78", "15.11", "1319.89")]
    assert foot[0] == "合计" and int(str(foot[5]).partition(".")[0]) == 6
    ticked = [world.flats["B1-001"].pk, world.flats["1-1-102"].pk]
    _, *rows, foot = sheet_of(manager.get("/arrears/export", {"id": ticked, "by": "property"}).content)
    assert [row[1] for row in rows] == ["B1-001", "1-1-102"] and Decimal(str(foot[11])) == Decimal("503.88")
    head, *rows, foot = sheet_of(manager.get("/arrears/export?by=line&bucket=31-90").content)
    first = head.index("服务自")
    assert head[first + 1] == "服务至" and len(rows) == 2
    assert AuditEntry.objects.filter(action="arrears.export").count() == 3
    assert client(world, "cashier").get("/arrears/export").status_code == 403
    assert manager.get("/arrears/export?amount_from=x").status_code == 409


def test_boxes_only_where_something_can_be_done_with_them(world: World) -> None:
    assert "data-pick " in client(world, "manager").get("/arrears/").content.decode()
    seen = client(world, "cashier").get("/arrears/").content.decode()
    assert "data-pick " not in seen and "data-pick-all" not in seen and "data-bulk" not in seen and "ar-room" in seen


def test_a_long_export_is_a_job(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(exporting, "AT_ONCE", 3)
    monkeypatch.setattr(exporting, "folder", lambda: tmp_path)
    manager = client(world, "manager")
    answer = manager.get("/arrears/export")
    job = Job.objects.get()
    assert answer.headers["Location"] == f"/arrears/exports/{job.pk}" and (job.kind, job.total) == ("arrears.export", 4)
    assert "正在后台写文件" in text(manager.get(f"/arrears/exports/{job.pk}"))
    assert manager.get(f"/arrears/exports/{job.pk}/file").status_code == 409
    jobs.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.result and job.result["rows"]) == ("done", 4, 4)
    assert "下载" in text(manager.get(f"/arrears/exports/{job.pk}", headers={"HX-Request": "true"}))
    content = manager.get(f"/arrears/exports/{job.pk}/file").content
    assert len(sheet_of(content)) == 6 and [path.stat().st_mode & 0o777 for path in tmp_path.iterdir()] == [0o600]
    assert client(world, "lead").get(f"/arrears/exports/{job.pk}/file").status_code == 404
    next(tmp_path.iterdir()).unlink()
    with pytest.raises(DomainError, match="已过保存期限"):
        exporting.read_export(job)


def test_rooms_above_add_columns(world: World) -> None:
    asked: list[int] = []

    def load(actor: object, ids: object, today: dt.date) -> dict[int, Cell]:
        asked.extend(ids)  # type: ignore[call-overload]
        return {world.flats["1-1-101"].pk: Cell("=甲", "<b>甲</b>", "注")}

    register_column(Column("test", "级别", load))
    try:
        page = client(world, "manager").get("/arrears/").content.decode()
        assert "级别" in page and "&lt;b&gt;甲&lt;/b&gt;" in page and len(asked) == 4
        head, first, *_ = sheet_of(client(world, "manager").get("/arrears/export?text=1-1-101").content)
        assert (head[-1], first[-1]) == ("级别", "'=甲")
    finally:
        drop_column("test")


def test_movement_and_migration_pages(world: World) -> None:
    lead = client(world, "lead")
    page = lead.get("/arrears/movement?from=2026-01-01&to=2026-03-01").content.decode()
    assert "1,304.78" in page and "924.78" in page and "300.90" in page
    target = re.search(r'href="(/arrears/movement/rows\?from=2026-02-01&amp;to=2026-02-28&amp;kind=new)"', page)
    assert target is not None
    rows = text(lead.get(target[1].replace("&amp;", "&")))
    assert "924.78" in rows and "B1-001" in rows
    matrix = text(lead.get("/arrears/migration?from=2026-01-31&to=2026-03-01"))
    assert "380.00" in matrix and "新出账" in matrix
    cell = lead.get("/arrears/migration/rows?from=2026-01-31&to=2026-03-01&origin=0-30&target=31-90")
    assert "380.00" in text(cell) and "0–30 天 → 31–90 天" in text(cell)
    assert "还没有到" in text(lead.get("/arrears/movement?from=2026-01-01&to=2027-01-01"))
    assert "不是日期" in text(lead.get("/arrears/migration?from=x"))
    assert client(world, "cashier").get("/arrears/movement").status_code == 403
    assert lead.get("/arrears/movement?community=999999").status_code == 404


@pytest.mark.parametrize("most", [24, None], ids=["by itself", "with the columns of rooms above"])
def test_a_page_asks_the_database_the_same_however_many_rows(
    world: World, monkeypatch: pytest.MonkeyPatch, most: int | None
) -> None:
    if most is not None:
        monkeypatch.setattr("wuyefei.insight.arrears.columns._columns", {})
    manager, asked = client(world, "manager"), []
    manager.get("/arrears/")
    for address in ("/arrears/?days_from=45", "/arrears/?days_from=0"):
        with CaptureQueriesContext(connection) as seen:
            manager.get(address)
        asked.append(len(seen))
    assert asked[0] == asked[1] and (most is None or asked[0] <= most)
