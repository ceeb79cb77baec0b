"""Applying files: exact figures, nothing twice, nothing half."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from tests.money.intake.books import ASSETS, HC, HISTORY, METERS, as_csv, shared, xlsx
from tests.world import World
from wuyefei.estate.contracts.public import Contract, ContractLine
from wuyefei.estate.occupancy.public import Tie
from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Meter, Property, Vehicle
from wuyefei.estate.tariffs.public import Tariff
from wuyefei.foundation.access.models import Community, User
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.public import Receivable, Selection, draft_run
from wuyefei.money.intake import actions, storage
from wuyefei.money.intake.public import (
    Choices,
    ImportFile,
    ImportResult,
    OpeningLine,
    PaymentMemo,
    UploadRefused,
    mapping_of,
    run_import,
)
from wuyefei.money.intake.writing import Writer
from wuyefei.money.payments.public import Prepayment

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 24)
NOVEMBER = Choices(dt.date(2026, 11, 1))
VALID = dataclasses.replace(NOVEMBER, only_valid=True)
ROOMS = ("access", "properties", "people", "occupancy", "tariffs", "contracts", "ledger", "billing", "payments", "receipts")

PLAIN = [
    ["楼号", "单元", "房号", "建筑面积", "业主姓名", "手机号", "单价", "期初欠费", "欠费起", "欠费止", "期初预收", "车位号", "车牌号"],
    ["1", "1", "101", 100.5, "测试甲", "13900000001", 2.5, 1507.5, "2026-04-01", "2026-09-30", None, "B-01", "浙A12345"],
    ["1", "1", "102", 89.55, "测试乙", "13900000002", 2.5, None, None, None, 300, None, None],
    ["1", "2", "201", 120.36, "测试甲", "13900000001", 2.8, None, None, None, None, None, None],
    ["2", "", "S01", 40, "测试商行", "", 6, 88.8, None, None, None, None, None],
]  # fmt: skip


@pytest.fixture(autouse=True)
def _today() -> Any:
    with clock.at(TODAY):
        yield


def bring(world: World, data: bytes, choices: Choices = NOVEMBER, *, community: str = "测试新城", name: str = "book.xlsx", who: str = "lead", **more: Any) -> ImportResult:
    return run_import(name, data, community=community, actor=refreshed(world, who), choices=choices, **more)


def refreshed(world: World, who: str) -> Any:
    from wuyefei.foundation.access.actor import refreshed as fresh

    return fresh(world[who])


def made(result: ImportResult, what: str = "created") -> dict[str, int]:
    return {kind: count for kind, count in result.document[what].items() if count}


def holds(world: World) -> bool:
    return run_checks(world.organisation.pk).holds


def state() -> dict[str, list[tuple[Any, ...]]]:
    found: dict[str, list[tuple[Any, ...]]] = {}
    for room in ROOMS:
        for model in apps.get_app_config(room).get_models():
            manager: models.Manager[Any] = model._default_manager
            found[model.__name__] = [
                tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in manager.order_by("pk").values_list()
            ]
    for model in (OpeningLine, PaymentMemo):
        found[model.__name__] = list(model._default_manager.order_by("pk").values_list())
    return found


def new_place() -> Community:
    return Community.objects.get(name="测试新城")


def test_a_plain_sheet_becomes_a_community_with_balances(world: World) -> None:
    result = bring(world, xlsx({"房屋": PLAIN}))
    assert result.document["state"] == "applied"
    assert made(result) == {
        "buildings": 2, "entrances": 2, "properties": 4, "people": 3, "ties": 5, "parking_spaces": 1, "vehicles": 1,
        "tariffs": 3, "contract_lines": 4, "opening_arrears": 2, "opening_prepayments": 1,
    }  # fmt: skip
    assert result.document["totals"] == {"opening_arrears": "1596.30", "opening_prepayments": "300.00"}
    place = new_place()
    homes = {home.code: home for home in Property.objects.filter(community=place)}
    assert sorted(homes) == ["1-1-101", "1-1-102", "1-2-201", "2-S01", "B-01"]
    assert homes["1-1-101"].area_m2 == Decimal("100.50")
    assert homes["B-01"].attached_to_id == homes["1-1-101"].pk
    assert Vehicle.objects.get(community=place).property_id == homes["1-1-101"].pk
    owner = Person.objects.get(community=place, name="测试甲")
    assert owner.mobile_shown == "139****0001"
    assert set(Tie.objects.filter(person=owner).values_list("property__code", "role")) == {
        ("1-1-101", "owner"), ("1-2-201", "owner"), ("B-01", "payer"),
    }  # fmt: skip
    contract = Contract.objects.get(community=place)
    assert (contract.state, contract.cycle_months, contract.due_day, contract.late_fee_rate) == ("active", 1, 15, None)
    assert {line.starts_on for line in contract.lines.all()} == {dt.date(2026, 11, 1)}
    arrears = {row.property.code: row for row in Receivable.objects.filter(community=place).select_related("property", "payer")}
    first = arrears["1-1-101"]
    assert (first.amount_fen, first.service_from, first.service_to, first.due_on, first.payer) == (
        150750, dt.date(2026, 4, 1), dt.date(2026, 9, 30), dt.date(2026, 9, 30), owner,
    )  # fmt: skip
    assert (arrears["2-S01"].amount_fen, arrears["2-S01"].due_on) == (8880, dt.date(2026, 10, 31))
    assert Prepayment.objects.get(community=place).amount_fen == 30000
    assert holds(world)


def test_what_was_imported_can_be_billed_from_the_takeover_on(world: World) -> None:
    bring(world, xlsx({"房屋": PLAIN}))
    drafted = draft_run(new_place().pk, Month(2026, 11), actor=refreshed(world, "lead"), selection=Selection())
    assert (drafted.line_count, drafted.amount_fen, drafted.gaps) == (4, 25125 + 22388 + 33701 + 24000, [])


def test_the_same_file_again_changes_nothing(world: World) -> None:
    bring(world, xlsx({"房屋": PLAIN}))
    before = state()
    again = bring(world, xlsx({"房屋": PLAIN}))
    assert again.document["state"] == "unchanged"
    assert not made(again) and not made(again, "changed")
    assert made(again, "ignored") == {
        "buildings": 2, "entrances": 2, "properties": 4, "people": 3, "ties": 5, "parking_spaces": 1, "vehicles": 1,
        "tariffs": 3, "contract_lines": 4, "opening_arrears": 2, "opening_prepayments": 1,
    }  # fmt: skip
    assert state() == before


def test_a_corrected_file_updates_and_adds_only_what_is_new(world: World) -> None:
    bring(world, xlsx({"房屋": PLAIN}))
    rows = [list(row) for row in PLAIN]
    rows[1][3], rows[1][5], rows[2][10] = 101.25, "13900000009", 400
    rows[2][5] = "13900000008"
    rows.append(["1", "1", "103", 77, "测试丙", "", 2.5, 10, None, None, None, None, None])
    result = bring(world, xlsx({"房屋": rows}))
    assert made(result) == {"properties": 1, "people": 1, "ties": 1, "contract_lines": 1, "opening_arrears": 1}
    assert made(result, "changed") == {"properties": 1, "people": 1}
    assert made(result, "left_out") == {"opening_prepayments": 1}
    assert [issue["code"] for issue in result.document["issues"]] == ["opening_differs"]
    shown = dict(Person.objects.filter(community=new_place()).values_list("name", "mobile_shown"))
    assert (shown["测试甲"], shown["测试乙"]) == ("139****0001", "139****0008"), "a person of several numbers keeps the known one"
    home = Property.objects.get(community=new_place(), code="1-1-101")
    assert home.area_m2 == Decimal("101.25")
    entry = AuditEntry.objects.get(action="property.update", subject_id=home.pk)
    assert (entry.before, entry.after) == ({"area_m2": "100.50"}, {"area_m2": "101.25"})
    assert Prepayment.objects.get(community=new_place()).amount_fen == 30000
    before = state()
    assert bring(world, xlsx({"房屋": rows})).document["state"] == "unchanged"
    assert state() == before
    assert holds(world)


def test_totals_that_do_not_tie_out_refuse_everything(world: World) -> None:
    before = state()
    off = dataclasses.replace(NOVEMBER, arrears_total_fen=159730)
    result = bring(world, xlsx({"房屋": PLAIN}), off)
    assert not result.applied
    assert result.refused == "期初欠费：表内合计 1,596.30 元，填写的是 1,597.30 元，相差 −1.00 元"
    assert state() == before
    right = dataclasses.replace(NOVEMBER, arrears_total_fen=159630, prepayments_total_fen=30000)
    assert bring(world, xlsx({"房屋": PLAIN}), right).applied


def test_one_error_refuses_all_unless_valid_rows_are_asked_for(world: World) -> None:
    rows = [*PLAIN, ["1", "1", "104", -5, "测试丁", "", 2.5, None, None, None, None, None, None]]
    before = state()
    result = bring(world, xlsx({"房屋": rows}))
    assert (result.applied, result.document["state"], result.document["errors"]) == (False, "refused", 1)
    assert state() == before
    (issue,) = [issue for issue in result.document["issues"] if issue["severity"] == "error"]
    assert (issue["sheet"], issue["row"], issue["column"], issue["value"]) == ("房屋", 6, "D", "-5")
    assert issue["expected"]
    partly = bring(world, xlsx({"房屋": rows}), VALID)
    assert partly.applied and made(partly)["properties"] == 4
    assert holds(world)


def test_a_preview_writes_nothing_at_all(world: World) -> None:
    before, files = state(), ImportFile.objects.count()
    result = bring(world, xlsx({"房屋": PLAIN}), preview_only=True)
    assert result.document["state"] == "preview" and made(result)["properties"] == 4
    assert state() == before
    assert ImportFile.objects.count() == files


@pytest.mark.parametrize("part", ["_places", "_people", "_things", "_charges", "_opening", "_memos"])
def test_broken_off_anywhere_it_leaves_nothing_and_can_be_run_again(world: World, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = state()

    def die(self: Writer) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Writer, part, die)
        bring(world, xlsx({"房屋": PLAIN}))
    assert state() == before
    assert ImportFile.objects.get().state == "failed"
    assert bring(world, xlsx({"房屋": PLAIN})).applied
    assert holds(world)


def test_money_without_anybody_to_owe_it_is_an_error(world: World) -> None:
    rows = [["房号", "建筑面积", "期初欠费"], ["3-1-301", 90, 12.5]]
    result = bring(world, xlsx({"房屋": rows}))
    assert [issue["code"] for issue in result.document["issues"]] == ["no_payer"]
    assert not result.applied


def test_another_owner_in_the_file_does_not_push_out_the_present_one(world: World) -> None:
    rows = [["房号", "建筑面积", "业主姓名"], ["1-1-101", 100, "测试甲"]]
    result = bring(world, xlsx({"房屋": rows}), community=world.community.name)
    assert [issue["code"] for issue in result.document["issues"]] == ["owner_differs"]
    assert made(result, "left_out") == {"people": 1, "ties": 1}
    assert not Person.objects.filter(name="测试甲").exists()


def test_rights_decide_place_by_place(world: World) -> None:
    data = xlsx({"房屋": PLAIN})
    before = state()
    with pytest.raises(Forbidden):
        bring(world, data, who="cashier")
    with pytest.raises(Forbidden):
        bring(world, data, community=world.community.name, who="auditor")
    assert state() == before
    assert not ImportFile.objects.exists()


def test_without_the_right_to_tariffs_the_estate_comes_in_and_the_rest_waits(world: World) -> None:
    result = bring(world, xlsx({"房屋": PLAIN}), who="finance")
    assert result.applied
    assert made(result, "left_out") == {"tariffs": 3, "contract_lines": 4}
    assert not Tariff.objects.filter(community=new_place()).exists()
    rest = bring(world, xlsx({"房屋": PLAIN}))
    assert made(rest) == {"tariffs": 3, "contract_lines": 4}
    assert holds(world)


def test_an_upload_of_elsewhere_is_not_found(world: World) -> None:
    row = actions.keep_upload("a.xlsx", xlsx({"房屋": PLAIN}), world.community.name, actor=world["finance"])
    for who in ("outsider", "cashier"):
        with pytest.raises(NotFound):
            actions.preview(row.pk, NOVEMBER, actor=world[who])
        with pytest.raises(NotFound):
            actions.apply_import(row.pk, NOVEMBER, actor=world[who])
        with pytest.raises(NotFound):
            actions.errors_of(row.pk, actor=world[who])


def test_uploads_lie_encrypted_and_go_after_thirty_days(world: World) -> None:
    data = xlsx({"房屋": PLAIN})
    row = actions.keep_upload("a.xlsx", data, "测试新城", actor=world["lead"])
    file = storage._folder() / row.stored
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"PK" not in file.read_bytes()[:8]
    assert storage.load(row.stored) == data
    with clock.at(TODAY + dt.timedelta(days=31)):
        assert actions.purge() == 1
    assert not file.exists()
    with pytest.raises(storage.UploadGone):
        actions.preview(row.pk, NOVEMBER, actor=world["lead"])


BAD = {
    "empty": (b"", "empty_file"),
    "not a workbook": (b"%PDF-1.7 x", "not_a_spreadsheet"),
    "utf-16 noise": (bytes(range(128, 256)) * 40, ""),
    "no header": (as_csv([["a"], ["b"]]), "no_header"),
    "too large": (b"x" * (21 * 2**20), "too_large"),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_files_are_refused_and_change_nothing(world: World, what: str) -> None:
    data, code = BAD[what]
    before = state()
    with pytest.raises(UploadRefused) as refused:
        bring(world, data, name="a.csv")
    assert not code or refused.value.code == code
    assert refused.value.text
    assert state() == before
    assert not ImportFile.objects.exclude(state="refused", stored="").exists()


def test_absurd_choices_are_refused(world: World) -> None:
    for wrong in ({"cycle_months": 13}, {"cycle_months": 0}, {"due_day": 32}):
        with pytest.raises(Invalid):
            bring(world, xlsx({"房屋": PLAIN}), dataclasses.replace(NOVEMBER, **wrong))


# ---- the peer's workbooks ----

PEER_INVENTED: dict[str, tuple[dict[str, Any], dict[str, int]]] = {
    "hc": (HC, {"buildings": 2, "entrances": 2, "properties": 3, "people": 3, "ties": 4, "parking_spaces": 2, "vehicles": 1, "tariffs": 2, "contract_lines": 4}),
    "assets": (ASSETS, {"buildings": 1, "entrances": 1, "properties": 3, "people": 4, "ties": 4}),
}
PEER_REAL: dict[str, dict[str, int]] = {
    "hc.xlsx": {"buildings": 13, "entrances": 26, "properties": 8, "people": 5, "ties": 5, "parking_spaces": 1, "tariffs": 2, "contract_lines": 11},
    "importRoom.xlsx": {"buildings": 1, "entrances": 1, "properties": 1, "people": 1, "ties": 1},
}  # fmt: skip


@pytest.mark.parametrize("name", [*PEER_INVENTED, *PEER_REAL])
def test_workbooks_of_the_peer_come_in_as_they_are_and_only_once(world: World, name: str) -> None:
    if name in PEER_INVENTED:
        sheets, counts = PEER_INVENTED[name]
        data: bytes | None = xlsx(sheets)
    else:
        data, counts = shared(f"peer-import/{name}"), PEER_REAL[name]
    if data is None:
        assert not shared("README.md"), "the shared folder is there but lacks the workbook"
        return
    result = bring(world, data, VALID, name=name)
    assert made(result) == counts
    assert holds(world)
    before = state()
    again = bring(world, data, VALID, name=name)
    assert (again.document["state"], state()) == ("unchanged", before)
    assert made(again, "ignored") == counts


def test_lines_of_the_peer_begin_at_the_takeover_and_stand_in_one_contract_a_cycle(world: World) -> None:
    bring(world, xlsx(HC), VALID)
    lines = ContractLine.objects.filter(community=new_place()).order_by("contract__cycle_months", "property__sort_key")
    facts = [(line.contract.cycle_months, line.contract.due_month, line.property.code, line.starts_on, line.ends_on) for line in lines]
    assert facts == [
        (6, 1, "1-1-101", dt.date(2026, 11, 1), None),
        (6, 1, "1-1-102", dt.date(2026, 11, 1), None),
        (12, 12, "1-1-101", dt.date(2026, 11, 1), dt.date(2029, 12, 31)),
        (12, 12, "2-S01", dt.date(2026, 11, 1), dt.date(2029, 12, 31)),
    ]
    assert set(Tie.objects.filter(community=new_place()).values_list("role", flat=True)) == {"owner", "occupant", "payer"}


def test_payment_history_is_memo_and_its_shortfall_is_booked_once(world: World) -> None:
    bring(world, xlsx(ASSETS), VALID)
    result = bring(world, xlsx(HISTORY), VALID)
    assert made(result) == {"opening_arrears": 1, "payment_memos": 3}
    assert result.document["totals"]["opening_arrears"] == "149.50"
    row = Receivable.objects.get(community=new_place())
    assert (row.amount_fen, row.service_from, row.payer.name) == (14950, dt.date(2017, 1, 1), "测试甲")
    before = state()
    assert bring(world, xlsx(HISTORY), VALID).document["state"] == "unchanged"
    assert state() == before
    assert holds(world)


def test_history_and_meters_of_an_unknown_property_are_errors(world: World) -> None:
    bring(world, xlsx({"房屋": PLAIN}))
    for sheets in (HISTORY, METERS):
        result = bring(world, xlsx(sheets))
        assert not result.applied
        assert "unknown_property" in {issue["code"] for issue in result.document["issues"]}


def test_meters_come_without_readings(world: World) -> None:
    bring(world, xlsx(ASSETS), VALID)
    assert made(bring(world, xlsx(METERS), VALID)) == {"meters": 1}
    meter = Meter.objects.get(community=new_place())
    assert (meter.kind, meter.number, meter.property.code) == ("水表", "1212", "1-1-1001")


def test_the_real_history_and_meters(world: World) -> None:
    room, history, meters = (shared(f"peer-import/{name}") for name in ("importRoom.xlsx", "importFeeDetail.xlsx", "meterMachine.xlsx"))
    if room is None or history is None or meters is None:
        assert not shared("README.md")
        return
    bring(world, room, VALID, name="importRoom.xlsx")
    result = bring(world, history, name="importFeeDetail.xlsx")
    codes = {memo.property.code for memo in PaymentMemo.objects.select_related("property")}
    assert (result.applied, made(result), codes) == (True, {"payment_memos": 3}, {"1-1-1001"})
    refused = bring(world, meters, VALID, name="meterMachine.xlsx")
    assert (refused.applied, refused.refused) == (False, "没有一行可以导入，什么也没有改变。")
    assert holds(world)


# ---- many flats, mapped by hand ----

COLUMNS = {"District": "区域", "Garden": "楼栋", "Floor": "楼层", "Size": "建筑面积", "Layout": "户型", "Year": "建成年份", "Elevator": "建筑形式"}


@pytest.mark.wide
def test_flats_mapped_by_hand(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    from tests.money.intake.test_rules_intake_plain import FLATS

    for name, data, wanted in (("flats.csv", as_csv(FLATS), 4), ("beijing-flats.csv", shared("beijing-flats.csv"), 34_019)):
        if data is None:
            assert not shared("README.md")
            continue
        choices = dataclasses.replace(NOVEMBER, number_rows=True, mapping=mapping_of(name, data, COLUMNS))
        begun = dt.datetime.now(dt.UTC)
        result = bring(world, data, choices, community=name, name=name)
        spent = dt.datetime.now(dt.UTC) - begun
        assert result.applied and made(result)["properties"] == wanted
        assert Property.objects.filter(community__name=name).count() == wanted
        assert bring(world, data, choices, community=name, name=name).document["state"] == "unchanged"
        with capsys.disabled():
            print(f"\n{name}: {wanted} flats in {spent.total_seconds():.1f} s")
    assert holds(world)
    assert User.objects.exists()
