"""Inspections: what may be written down, once; by sheet whole or not at all; on the pages; in the evidence pack, the same for the same facts."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import override

from tests.collection.visits.conftest import PNG
from tests.estate.metering.test_pages_metering import client_of
from tests.insight.arrears.test_pages_arrears import sheet_of
from tests.scenarios.month import publish
from tests.world import World, actor_of, make_world
from wuyefei.collection.legal.public import make_paper, open_matter
from wuyefei.estate.properties.public import Building
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.exports import Sheet, workbook
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.money.billing.public import open_bills
from wuyefei.relations.service.inspecting import link_ticket, points_of
from wuyefei.relations.service.inspection_rules import (
    HEAD,
    AlreadyNoted,
    Result,
    Round,
    Sort,
    Voided,
    check_round,
    lines_of,
)
from wuyefei.relations.service.models import Inspection, InspectionPhoto, Ticket
from wuyefei.relations.service.public import inspect, inspected, inspections, take_sheet, void_inspection

NOW = dt.datetime(2026, 3, 3, 10, 30, tzinfo=CHINA)
LOBBY = Round(None, "大堂", Sort.CLEANING, NOW, "阮知秋", Result.FINE)


def row(**cells: str) -> dict[str, str]:
    return dict.fromkeys(HEAD, "") | {"日期": "2026-03-02", "点位": "大堂", "类别": "保洁"} | cells


@pytest.mark.parametrize(
    ("change", "says"),
    [({"point": " "}, "点位：不能为空"), ({"who": ""}, "巡检人：不能为空"), ({"result": Result.WRONG}, "有问题的写明"), ({"at": NOW + dt.timedelta(minutes=6)}, "不能在将来"),
     ({"at": NOW - dt.timedelta(days=8)}, "最多补记 7 天")],
)  # fmt: skip
def test_what_a_round_must_say(change: dict[str, object], says: str) -> None:
    with pytest.raises(Invalid) as error:
        check_round(replace(LOBBY, **change), NOW)  # type: ignore[arg-type]
    assert says in error.value.text


def test_a_sheet_is_read_row_by_row() -> None:
    rows = [
        row(), row(时间="9:05", 楼栋="1", 巡检人="方小棠", 结果="有问题", 情况="灯不亮"), dict.fromkeys(HEAD, ""), row(), row(楼栋="9"), row(类别="其他"), row(日期="3月2日"),
        row(结果="有问题", 时间="8:00"), row(时间="25:00"), row(日期="2020-01-01"),
    ]
    found = lines_of(rows, {"1": 7}, "阮知秋", NOW)
    day = dt.datetime(2026, 3, 2, tzinfo=CHINA)
    assert [one.round for one in found[:2]] == [
        Round(None, "大堂", Sort.CLEANING, day, "阮知秋", Result.FINE), Round(7, "大堂", Sort.CLEANING, day.replace(hour=9, minute=5), "方小棠", Result.WRONG, "灯不亮"),
    ]  # fmt: skip
    assert [one.line for one in found] == [2, 3, 5, 6, 7, 8, 9, 10, 11]
    for one, says in zip(found[2:], ["第 2 行", "没有「9」", "应为秩序、设施设备、消防、保洁、绿化之一", "不是日期", "写明是什么问题", "应如 09:30", "最多补记"], strict=True):
        assert one.round is None and says in str(one.wrong)


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """January and February billed; the first building and the keeper of it."""
    with clock.at(dt.date(2026, 1, 2)):
        made = make_world()
        publish(made, "2026-01")
    with clock.at(dt.date(2026, 2, 2)):
        publish(made, "2026-02")
    made.actors |= {"keeper": actor_of(made.organisation, "keeper", Role.HOUSEKEEPER), "legal": actor_of(made.organisation, "legal", Role.LEGAL)}
    with clock.at(NOW):
        yield made


def house() -> int:
    return Building.objects.get(name="1", community__name="桂语花园").pk


def ticket(world: World) -> Ticket:
    home = world.flats["1-1-101"]
    return Ticket.objects.create(
        organisation=world.organisation, community=world.community, property=home, person=world.people["陆小满"], kind="complaint", text="灯不亮", token="t-1",
        made_at=NOW, due_at=NOW, turn_at=NOW,
    )  # fmt: skip


def test_once_with_its_photograph_and_order(world: World) -> None:
    order = ticket(world)
    wrong = replace(LOBBY, building=house(), result=Result.WRONG, note="灯不亮")
    seen = inspect(world.community.pk, wrong, photo=PNG, ticket_id=order.pk, actor=world["keeper"])
    assert (seen.ticket_id, seen.who, seen.made_by_id) == (order.pk, "阮知秋", world["keeper"].user_id)
    shot = InspectionPhoto.objects.get()
    assert (shot.size, shot.sha256) == (len(PNG), hashlib.sha256(PNG).hexdigest())
    with pytest.raises(AlreadyNoted):
        inspect(world.community.pk, wrong, actor=world["keeper"])
    with pytest.raises(NotFound):
        inspect(world.community.pk, replace(wrong, building=10**9), actor=world["keeper"])
    with pytest.raises(NotFound):
        inspect(world.community.pk, replace(wrong, point="地库"), ticket_id=10**9, actor=world["keeper"])
    for name in ("legal", "outsider"):
        with pytest.raises((Forbidden, NotFound)):
            inspect(world.community.pk, LOBBY, actor=world[name])
    assert Inspection.objects.count() == 1
    for change in ({"note": "好的"}, {"result": "fine"}):
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            Inspection.objects.update(**change)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        InspectionPhoto.objects.update(size=1)
    void_inspection(seen.pk, "记错楼", actor=world["manager"])
    with pytest.raises(Voided):
        link_ticket(seen.pk, order.pk, actor=world["manager"])
    again = inspect(world.community.pk, replace(wrong, result=Result.FINE, note=""), actor=world["keeper"])
    with pytest.raises(Invalid):
        link_ticket(again.pk, order.pk, actor=world["keeper"])
    assert [one.point for one in points_of(world.community.pk, house())] == ["大堂"] and inspections(world["outsider"]).count() == 0


def test_a_sheet_is_taken_whole_and_once(world: World) -> None:
    good, bad = [row(楼栋="1"), row(点位="南门", 类别="秩序")], row(点位="")
    wrong, written, known = take_sheet(world.community.pk, [*good, bad], actor=world["keeper"])
    assert ([one.line for one in wrong], written, known, Inspection.objects.count()) == ([4], 0, 0, 0)
    assert take_sheet(world.community.pk, good, actor=world["keeper"]) == ([], 2, 0)
    assert take_sheet(world.community.pk, good, actor=world["keeper"]) == ([], 0, 2)
    assert set(Inspection.objects.values_list("building__name", "point", "by_sheet")) == {("1", "大堂", True), (None, "南门", True)}


def test_the_pages(world: World) -> None:
    page, order = client_of(world["keeper"]), ticket(world)
    new = reverse("service:inspect")
    form = {"community": world.community.pk, "building": house(), "point": "电梯机房", "sort": "facility", "result": "wrong", "note": "", "who": "阮知秋", "on": "2026-03-03", "time": "", "ticket": order.pk}
    refused = page.post(new, form)
    assert refused.status_code == 422 and "有问题的写明是什么问题" in refused.content.decode()
    made = page.post(new, form | {"note": "温控失灵", "photo": SimpleUploadedFile("a.png", PNG)}, follow=True)
    seen = Inspection.objects.get()
    assert "已记下 电梯机房：有问题" in made.content.decode() and (seen.at, seen.building_id, seen.ticket_id) == (NOW, house(), order.pk)
    tap = {"tap": "1", "community": world.community.pk, "building": house(), "point": "电梯机房", "sort": "facility"}
    with clock.at(NOW + dt.timedelta(minutes=3)):
        assert "已记下 电梯机房：正常" in page.post(new, tap, follow=True).content.decode()
        assert "已经记过一次" in page.post(new, tap).content.decode()
        listed = reverse("service:inspections")
        assert Inspection.objects.count() == 2
        for query, has in {"": "温控失灵", "?view=wrong": "温控失灵", "?q=温控": "温控失灵", "?building=common": "没有符合筛选的巡检", "?view=open": "没有符合筛选的巡检", f"?building={house()}&sort=facility&from=2026-03-03": "温控失灵"}.items():
            assert has in page.get(f"{listed}{query}").content.decode(), query
        rows = sheet_of(client_of(world["manager"]).get(reverse("service:inspections_export") + "?view=wrong").content)
        assert [row[4:9] for row in rows[1:]] == [["电梯机房", "设施设备", "阮知秋", "有问题", "温控失灵"]]
        assert AuditEntry.objects.filter(action="inspection.export").count() == 1 and page.get(reverse("service:inspections_export")).status_code == 403
        one = reverse("service:inspection", args=[seen.pk])
        assert hashlib.sha256(PNG).hexdigest() in page.get(one).content.decode() and page.get(f"{one}/photo").content == PNG
        assert "没有这张报修投诉工单" in page.post(f"{one}/ticket", {"ticket": "9"}, follow=True).content.decode()
        assert "已作废" in page.post(f"{one}/void", {"reason": "重复"}, follow=True).content.decode()
        assert page.get(f"{listed}?voided=1").content.decode().count("电梯机房") == 1
        stranger = client_of(actor_of(world.organisation, "beside", Role.HOUSEKEEPER, Community.objects.create(organisation=world.organisation, name="南苑", sort_key="n", receipt_prefix="N")))
        assert [stranger.get(where).status_code for where in (one, f"{one}/photo", f"{new}?community={world.community.pk}")] == [404, 404, 404]


def test_found_fine_in_the_second_in_which_it_was_found_wrong(world: World) -> None:
    """Two looks, however quick the hands: only the same look again is refused."""
    page, new = client_of(world["keeper"]), reverse("service:inspect")
    form = {"community": world.community.pk, "building": house(), "point": "电梯机房", "sort": "facility", "result": "wrong", "on": "2026-03-03", "time": "10:30", "who": "阮知秋", "note": "温控失灵"}
    tap = {"tap": "1", "community": world.community.pk, "building": house(), "point": "电梯机房", "sort": "facility"}
    assert "已记下 电梯机房：有问题" in page.post(new, form, follow=True).content.decode()
    assert "已记下 电梯机房：正常" in page.post(new, tap, follow=True).content.decode()
    assert "已经记过一次" in page.post(new, tap).content.decode() and "已经记过一次" in page.post(new, form).content.decode()
    assert list(Inspection.objects.order_by("pk").values_list("at", "result")) == [(NOW, "wrong"), (NOW, "fine")]
    assert [one.result for one in points_of(world.community.pk, house())] == ["fine"]


def test_a_day_that_is_none_is_said_to_be_none(world: World) -> None:
    page, listed = client_of(world["keeper"]), reverse("service:inspections")
    inspect(world.community.pk, LOBBY, actor=world["keeper"])
    said = page.get(f"{listed}?from=2026-13-01").content.decode()
    assert "从哪天：「2026-13-01」不是日期" in said and 'value="2026-13-01"' in said and "大堂" in said
    assert "大堂" in page.get(f"{listed}?from=2026-03-03&to=2026-03-03").content.decode()
    assert "没有符合筛选的巡检" in page.get(f"{listed}?to=2026-03-02").content.decode()


def test_the_sheet_on_its_page(world: World) -> None:
    page, where = client_of(world["keeper"]), reverse("service:inspection_sheet")
    inspect(world.community.pk, replace(LOBBY, building=house()), actor=world["keeper"])
    blank = sheet_of(page.get(f"{reverse('service:inspection_blank')}?community={world.community.pk}").content)
    assert blank[0][:8] == list(HEAD) and blank[1][2:5] == ["1", "大堂", "保洁"]

    def sent(*rows: list[object]) -> SimpleUploadedFile:
        return SimpleUploadedFile("x.xlsx", workbook([Sheet("巡检表", HEAD, rows)]))  # type: ignore[arg-type]

    fine = [dt.date(2026, 3, 1), "09:00", "1", "大堂", "保洁", None, "正常", None]
    wrong = page.post(where, {"community": world.community.pk, "file": sent(fine, [dt.date(2026, 3, 1), None, "9 栋", "大堂", "保洁", None, None, None])})
    assert wrong.status_code == 422 and "1 行不对，一行也没有记" in wrong.content.decode() and "没有「9 栋」" in wrong.content.decode()
    assert "已记下 1 条" in page.post(where, {"community": world.community.pk, "file": sent(fine)}, follow=True).content.decode()
    assert page.post(where, {"community": world.community.pk, "file": SimpleUploadedFile("x.xlsx", io.BytesIO(b"no").getvalue())}).status_code == 422


def test_the_evidence_pack_holds_the_rounds_of_the_time_claimed(world: World) -> None:
    order = ticket(world)
    bills = [bill.id for bill in open_bills(world["legal"], clock.today(), payer_ids=[world.people["陆小满"].pk])]
    matter = open_matter(bills, actor=world["legal"])

    def pack() -> dict[str, object]:
        return {part["title"]: part for part in make_paper(matter.pk, "pack", actor=world["legal"]).data["parts"]}

    assert "巡检记录" not in pack()
    rows = [row(日期=f"2026-{day}", 时间="9:00", 楼栋=place, 点位=point) for day, place, point in [("01-10", "1", "大堂"), ("02-10", "1", "大堂"), ("02-11", "", "南门"), ("03-01", "1", "大堂")]]
    take_sheet(world.community.pk, rows, actor=world["keeper"])  # the last one lies after the months claimed
    with clock.at(dt.datetime(2026, 2, 28, 10, 30, tzinfo=CHINA)):
        broken = inspect(world.community.pk, Round(house(), "电梯", Sort.FACILITY, clock.now(), "阮知秋", Result.WRONG, "抖动"), photo=PNG, ticket_id=order.pk, actor=world["keeper"])
    assert [one.point for one in inspected(world.community.pk, [house()], dt.date(2026, 1, 1), dt.date(2026, 2, 28))] == ["大堂", "大堂", "南门", "电梯"]
    part = pack()["巡检记录"]
    tables = [block["rows"] for block in part["blocks"] if block["k"] == "table"]  # type: ignore[index]
    digest, walker = hashlib.sha256(PNG).hexdigest(), world["keeper"].name
    assert tables[0] == [
        ["2026-01-10 09:00", "1 大堂", "保洁", "正常", "—", walker, "—"], ["2026-02-10 09:00", "1 大堂", "保洁", "正常", "—", walker, "—"],
        ["2026-02-28 10:30", "1 电梯", "设施设备", "有问题", "抖动", "阮知秋", str(order.pk)],
    ]  # fmt: skip
    assert tables[1] == [["保洁", "1", "0"]] and tables[2] == [["2026-02-28 10:30", "1 电梯", f"image/png，{len(PNG)} 字节", digest[:32], digest[32:]]]
    with override("en"):
        assert pack()["巡检记录"]["digest"] == part["digest"]  # type: ignore[index]
    void_inspection(broken.pk, "记错楼", actor=world["manager"])
    assert pack()["巡检记录"]["digest"] != part["digest"]  # type: ignore[index]
