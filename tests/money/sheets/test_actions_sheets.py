"""Sheets from readings, shared sums and prices to bills, exact to the fen; what is refused leaves nothing behind."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from tests.world import World, make_world, own, person
from wuyefei.estate.metering.public import (
    Installed,
    Reading,
    ReadingRow,
    confirm,
    estimate_missing,
    install,
    put_on,
    record,
    void,
)
from wuyefei.estate.metering.rules import ReadingBilled
from wuyefei.estate.occupancy.public import Tie
from wuyefei.estate.properties.public import Meter, MeterRow, Property, bulk_create_meters
from wuyefei.estate.tariffs.public import (
    By,
    ChargeItem,
    MeasureMissing,
    NobodyTakesPart,
    Tariff,
    create_tariff,
)
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.public import Receivable, ask_reversal
from wuyefei.money.ledger.models import Leg
from wuyefei.money.payments.public import (
    OpeningPrepayment,
    Payment,
    Prepayment,
    book_opening_prepayments,
)
from wuyefei.money.sheets import fingerprint
from wuyefei.money.sheets.actions import take_back
from wuyefei.money.sheets.explaining import steps_of_line
from wuyefei.money.sheets.public import (
    EachTerms,
    Head,
    Line,
    MeteredTerms,
    Scope,
    SharedTerms,
    Sheet,
    Use,
    ask_to_bill,
    discard,
    draft_each,
    draft_metered,
    draft_shared,
    parse_changes,
    parse_price,
    parse_seasons,
    parse_steps,
)
from wuyefei.money.sheets.rules import NothingToBill, PayerMissing, SheetState

pytestmark = pytest.mark.django_db
WATER = "水表"
FLATS = ("1-1-101", "1-1-102", "1-1-201")


def day(month: int, number: int = 25) -> dt.date:
    return dt.date(2026, month, number)


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def water(world: World) -> ChargeItem:
    return ChargeItem.objects.create(
        organisation=world.organisation, code="water", name="代收水费", nature="pass_through", tax_rate=Decimal(0)
    )


@pytest.fixture
def meters(world: World) -> list[Meter]:
    """Water meters of the three flats, put on at 100 on the 25th of December."""
    rows = [MeterRow(world.flats[code].pk, WATER, f"W-{code}") for code in FLATS]
    found = bulk_create_meters(rows, actor=world["manager"], community=world.community)
    with clock.at(day(1, 2)):
        for meter in found:
            install(meter.pk, Installed(dt.date(2025, 12, 25), Decimal(100)), actor=world["manager"])
    return found


def read(world: World, meter: Meter, on: dt.date, value: str, **more: object) -> Reading:
    with clock.at(on):
        return record([ReadingRow(meter.pk, on, Decimal(value), **more)], actor=world["manager"], community=world.community)[0]  # type: ignore[arg-type]


def metered(world: World, item: ChargeItem, month: int, steps: str = "3.45") -> Sheet:
    head = Head(item.pk, f"{month} 月水费", Span(day(month), day(month)), day(month + 1, 15))
    terms = MeteredTerms(WATER, parse_steps(steps), dt.date(2026, 1, 1))
    with clock.at(day(month, 26)):
        return draft_metered(head, terms, actor=world["finance"], community=world.community)


def billed(world: World, sheet: Sheet, on: dt.date) -> Sheet:
    with clock.at(on):
        approvals.decide(ask_to_bill(sheet.pk, actor=world["finance"]).pk, approved=True, actor=world["lead"])
    sheet.refresh_from_db()
    return sheet


def by_flat(sheet: Sheet) -> dict[str, int]:
    return dict(Line.objects.filter(sheet=sheet).values_list("property__code", "amount_fen"))


def proved(world: World) -> list[str]:
    return [str(finding) for outcome in run_checks(world.organisation.pk).checks for finding in outcome.findings]


def test_a_month_of_water_is_billed_held_for_others_and_proved(world: World, water: ChargeItem, meters: list[Meter]) -> None:
    for meter, value in zip(meters, ("115", "112.5", "100"), strict=True):
        read(world, meter, day(1), value)
    sheet = metered(world, water, 1)
    assert by_flat(sheet) == {"1-1-101": 5175, "1-1-102": 4313}  # 15 × 3.45; 12.5 × 3.45 = 43.125
    assert sheet.left_out == [["1-1-201", "nothing", "0.0000"]]
    billed(world, sheet, day(1, 27))
    row = Receivable.objects.get(property=world.flats["1-1-101"])
    assert (row.kind, row.amount_fen, row.tax_fen, row.due_on, row.late_fee_rate) == ("sheet", 5175, 0, day(2, 15), None)
    assert (row.service_from, row.service_to) == (dt.date(2025, 12, 26), day(1))
    assert dict(Leg.objects.values_list("account", "amount_fen")) == {"1122": 9488, "2241": -9488}
    assert proved(world) == []


def test_steps_count_what_the_year_has_used(world: World, water: ChargeItem, meters: list[Meter]) -> None:
    steps = "180 2.07，260 4.07，不限 6.07"
    read(world, meters[0], day(1), "270")
    billed(world, metered(world, water, 1, steps), day(1, 27))
    read(world, meters[0], day(2), "300")
    sheet = billed(world, metered(world, water, 2, steps), day(2, 27))
    assert by_flat(sheet) == {"1-1-101": 2070 + 8140}  # 170 used: 10 in the first step, 20 in the second
    assert proved(world) == []


def test_a_transfer_leaves_each_payer_their_own_use(world: World, water: ChargeItem, meters: list[Meter]) -> None:
    buyer = person(world.community, "岑又安")
    read(world, meters[0], day(1, 10), "110")
    Tie.objects.filter(property=world.flats["1-1-101"]).update(ends_on=day(1, 10))
    own(world.flats["1-1-101"], buyer, day(1, 11))
    read(world, meters[0], day(1), "117")
    sheet = metered(world, water, 1)
    found = Line.objects.filter(sheet=sheet).order_by("service_from").values_list("payer__name", "service_from", "service_to", "amount_fen")
    assert list(found) == [("陆小满", dt.date(2025, 12, 26), day(1, 10), 3450), ("岑又安", day(1, 11), day(1), 2415)]


def test_an_estimate_too_high_is_carried_until_used_up(world: World, water: ChargeItem, meters: list[Meter]) -> None:
    read(world, meters[0], day(1), "130")
    billed(world, metered(world, water, 1), day(1, 27))
    with clock.at(day(2)):
        estimate_missing(world.community, WATER, day(2), since=day(2, 1), actor=world["manager"])
    estimated = Reading.objects.get(meter=meters[0], on=day(2))
    assert estimated.quantity == Decimal("30")
    billed(world, metered(world, water, 2), day(2, 27))
    read(world, meters[0], day(3), "145")  # 15 less than the estimate
    with pytest.raises(NothingToBill):
        metered(world, water, 3)
    read(world, meters[0], day(4), "175")
    sheet = billed(world, metered(world, water, 4), day(4, 27))
    assert by_flat(sheet) == {"1-1-101": 5175}  # 75 by the dial in all, 30 and 30 billed: 15 × 3.45
    assert sum(Receivable.objects.values_list("amount_fen", flat=True)) == 75 * 345
    assert proved(world) == []


def test_what_nobody_has_looked_at_waits(world: World, water: ChargeItem, meters: list[Meter]) -> None:
    row = read(world, meters[0], day(1), "50", rolled=True)
    read(world, meters[1], day(1), "110")
    sheet = metered(world, water, 1)
    assert by_flat(sheet) == {"1-1-102": 3450} and sheet.left_out == [["1-1-101", "held", None]]
    with clock.at(day(2)):
        confirm(row.pk, actor=world["manager"], reason="看过，确实过了满度")
    assert by_flat(metered(world, water, 2)) == {"1-1-101": 99950 * 345}


def test_a_reading_is_charged_once_and_not_void_then(world: World, water: ChargeItem, meters: list[Meter]) -> None:
    row = read(world, meters[0], day(1), "110")
    sheet = metered(world, water, 1)
    with pytest.raises(NothingToBill):
        metered(world, water, 1)
    with pytest.raises(ReadingBilled), clock.at(day(1, 27)):
        void(row.pk, actor=world["manager"], reason="抄错")
    with clock.at(day(1, 27)):
        discard(sheet.pk, actor=world["finance"])
    assert (Use.objects.count(), Line.objects.count()) == (0, 0)
    assert by_flat(metered(world, water, 1)) == {"1-1-101": 3450}


def test_a_reversed_bill_frees_its_readings(world: World, water: ChargeItem, meters: list[Meter]) -> None:
    read(world, meters[0], day(1), "110")
    billed(world, metered(world, water, 1, "9"), day(1, 27))
    bill = Receivable.objects.get()
    with clock.at(day(1, 28)):
        approvals.decide(ask_reversal(bill.pk, actor=world["finance"], reason="单价写错").pk, approved=True, actor=world["lead"])
    again = billed(world, metered(world, water, 1, "3.45"), day(1, 29))
    assert by_flat(again) == {"1-1-101": 3450}
    assert sorted(Receivable.objects.values_list("outstanding_fen", flat=True)) == [0, 3450]
    assert proved(world) == []


def share(world: World, total: int, by: By = By.AREA, scope: Scope | None = None, vacant: str = "1", **more: str) -> Sheet:
    head = Head(world.service.pk, "一季度公共用电", Span(dt.date(2026, 1, 1), dt.date(2026, 3, 31)), day(4, 15))
    terms = SharedTerms(total, by, scope or Scope(kinds=("residential",)), Decimal(vacant), **more)
    with clock.at(day(4, 1)):
        return draft_shared(head, terms, actor=world["finance"], community=world.community)


def test_a_shared_cost_is_conserved_and_its_participants_are_frozen(world: World) -> None:
    sheet = share(world, 30000)
    assert by_flat(sheet) == {"1-1-101": 9680, "1-1-102": 8669, "1-1-201": 11651}
    Property.objects.filter(code="1-1-101").update(area_m2=Decimal(500))
    billed(world, sheet, day(4, 2))
    assert sum(Receivable.objects.values_list("amount_fen", flat=True)) == 30000
    row = Receivable.objects.get(property=world.flats["1-1-101"])
    assert (row.tax_fen, row.late_fee_rate, row.contract_id) == (548, Decimal("0.0005"), world.contract.pk)
    assert proved(world) == []


def test_shares_by_unit_by_usage_and_with_an_empty_home(world: World, meters: list[Meter]) -> None:
    Property.objects.filter(code="1-1-201").update(vacant=True)
    assert by_flat(share(world, 10000, By.UNIT, vacant="0.7")) == {"1-1-101": 3704, "1-1-102": 3704, "1-1-201": 2592}
    assert by_flat(share(world, 10000, By.UNIT, vacant="0")) == {"1-1-101": 5000, "1-1-102": 5000}
    read(world, meters[0], day(1), "110")
    read(world, meters[1], day(2), "130")
    assert by_flat(share(world, 8888, By.USAGE, meter_kind=WATER)) == {"1-1-101": 2222, "1-1-102": 6666}


def test_a_scope_names_an_entrance_some_homes_or_leaves_some_out(world: World) -> None:
    entrance = world.flats["1-1-101"].entrance_id
    assert len(by_flat(share(world, 900, By.UNIT, Scope(entrance_id=entrance)))) == 3
    assert by_flat(share(world, 900, By.UNIT, Scope(only=("1-1-102", "B1-001")))) == {"1-1-102": 450, "B1-001": 450}
    assert by_flat(share(world, 900, By.UNIT, Scope(entrance_id=entrance, leave_out=("1-1-101",)))) == {"1-1-102": 450, "1-1-201": 450}


def test_the_same_price_for_each(world: World) -> None:
    head = Head(world.service.pk, "装修垃圾清运", Span(day(1), day(1)), day(2, 15))
    with clock.at(day(1)):
        by_area = EachTerms(Decimal("1.5"), By.AREA, Scope(only=("1-1-101", "1-1-102")))
        sheet = draft_each(head, by_area, actor=world["finance"], community=world.community)
    assert by_flat(sheet) == {"1-1-101": 15000, "1-1-102": 13433}
    billed(world, sheet, day(1, 26))
    assert proved(world) == []


def refused(world: World, kind: type[DomainError], act: object) -> None:
    before = (Sheet.objects.count(), Line.objects.count(), Receivable.objects.count())
    with pytest.raises(kind):
        act()  # type: ignore[operator]
    assert (Sheet.objects.count(), Line.objects.count(), Receivable.objects.count()) == before


def test_bad_input_is_refused_with_nothing_written(world: World, water: ChargeItem, meters: list[Meter]) -> None:
    everything = Scope()
    refused(world, MeasureMissing, lambda: share(world, 100, By.AREA, everything))  # the parking space has no area
    refused(world, NobodyTakesPart, lambda: share(world, 100, By.UNIT, Scope(kinds=("shop",))))
    refused(world, NobodyTakesPart, lambda: share(world, 100, By.USAGE, meter_kind=WATER))
    refused(world, Invalid, lambda: share(world, 0))
    refused(world, Invalid, lambda: share(world, 100, By.UNIT, Scope(only=("9-9-999",))))
    refused(world, NothingToBill, lambda: metered(world, water, 1))
    refused(world, Invalid, lambda: metered(world, water, 1, "180 2.07，100 4.07，不限 6"))
    Tie.objects.filter(property=world.flats["1-1-102"]).delete()
    refused(world, PayerMissing, lambda: share(world, 100, By.UNIT))
    with pytest.raises(Forbidden):
        draft_shared(
            Head(world.service.pk, "x", Span(day(1), day(1)), day(2)), SharedTerms(100, By.UNIT, Scope()),
            actor=world["cashier"], community=world.community,
        )  # fmt: skip


def test_the_maker_is_not_the_checker_and_a_sheet_goes_one_way(world: World) -> None:
    sheet = share(world, 30000)
    with clock.at(day(4, 2)):
        request = ask_to_bill(sheet.pk, actor=world["lead"])  # another person submits what finance has made
        with pytest.raises(approvals.SamePerson):
            approvals.decide(request.pk, approved=True, actor=world["lead"])
        with pytest.raises(approvals.SamePerson):
            approvals.decide(request.pk, approved=True, actor=world["finance"])
        take_back(sheet.pk, actor=world["lead"])
    assert Receivable.objects.count() == 0
    billed(world, sheet, day(4, 3))
    for act in (lambda: ask_to_bill(sheet.pk, actor=world["finance"]), lambda: discard(sheet.pk, actor=world["finance"])):
        with pytest.raises(SheetState):
            act()


@pytest.mark.parametrize(
    "change",
    ["UPDATE sheets_line SET amount_fen = 1", "DELETE FROM sheets_line", "UPDATE sheets_sheet SET title = 'x'", "DELETE FROM sheets_sheet",
     "UPDATE sheets_line SET receivable_id = NULL"],
)  # fmt: skip
def test_the_database_keeps_what_was_billed(world: World, change: str) -> None:
    billed(world, share(world, 30000), day(4, 2))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_a_booked_sheet_is_offset_against_what_is_held(world: World, water: ChargeItem) -> None:
    """100.00 held: the sheet's 60.00 is settled on the day it is published, the rest stays held."""
    with clock.at(day(2)):
        home, payer = world.flats["1-1-101"], world.people["陆小满"]
        held = OpeningPrepayment(home.pk, payer.pk, 10_000)
        book_opening_prepayments([held], actor=world["manager"], community=world.community)
        terms = EachTerms(Decimal(60), By.UNIT, Scope(only=("1-1-101", "1-1-102")))
        head = Head(world.service.pk, "门禁升级", Span(dt.date(2026, 2, 1), dt.date(2026, 2, 28)), day(3))
        sheet = draft_each(head, terms, actor=world["finance"], community=world.community)
    billed(world, sheet, day(2, 26))
    open_fen = dict(Receivable.objects.filter(kind="sheet").values_list("property__code", "outstanding_fen"))
    assert open_fen == {"1-1-101": 0, "1-1-102": 6000}
    spent = Payment.objects.get(kind="offset")
    assert (spent.amount_fen, spent.remark, spent.value_date) == (6000, "门禁升级抵扣", day(2, 26))
    assert sum(Prepayment.objects.filter(payer=payer).values_list("amount_fen", flat=True)) == 4000
    assert proved(world) == []


def test_a_deposit_is_a_liability_and_never_income_nor_a_monthly_tariff(world: World) -> None:
    held = ChargeItem.objects.create(organisation=world.organisation, code="card", name="门禁卡押金", nature="deposit", tax_rate=0)
    head = Head(held.pk, "门禁卡押金", Span(day(2), day(2)), day(3))
    with clock.at(day(2)):
        sheet = draft_each(head, EachTerms(Decimal(50), By.UNIT, Scope(only=("1-1-101", "1-1-102"))), actor=world["finance"], community=world.community)
    billed(world, sheet, day(2, 26))
    legs = dict(Leg.objects.filter(entry__kind="billing.sheet").values_list("account", "amount_fen"))
    assert legs == {"1122": 10000, "2241.1": -10000}
    assert set(Receivable.objects.filter(kind="sheet").values_list("tax_fen", "late_fee_rate")) == {(0, None)}
    assert proved(world) == []
    with pytest.raises(DomainError) as refused_:
        create_tariff(held.pk, "门禁卡押金", "fixed", effective_from=day(2), fixed=Decimal(50), actor=world["manager"], community=world.community)
    assert refused_.value.code == "deposit_monthly" and not Tariff.objects.filter(item=held).exists()


def test_a_price_that_changes_between_readings_is_billed_by_day(world: World, water: ChargeItem, meters: list[Meter]) -> None:
    read(world, meters[0], day(1), "131")  # 31 units in the 31 days from December 26th to January 25th
    head = Head(water.pk, "1 月水费", Span(day(1), day(1)), day(2, 15))
    terms = MeteredTerms(WATER, parse_steps("3.45"), dt.date(2026, 1, 1), changes=parse_changes("2026-01-10 3.65"))
    with clock.at(day(1, 26)):
        sheet = draft_metered(head, terms, actor=world["finance"], community=world.community)
    assert by_flat(sheet) == {"1-1-101": 5175 + 5840}  # 15 at 3.45, 16 at 3.65
    line = Line.objects.get(sheet=sheet)
    assert [step.what for step in steps_of_line(line)][1::2] == ["换价以前，用量按日分", "2026-01-10 起新价，用量按日分"]
    billed(world, sheet, day(1, 27))
    assert proved(world) == []


def test_a_meter_that_tells_the_time_is_billed_by_season_and_band(world: World, water: ChargeItem) -> None:
    home, found = world.flats["1-1-101"], []
    for band, opening in (("peak", "1000"), ("valley", "500")):
        with clock.at(day(5, 15)):
            opened = Installed(day(5, 15), Decimal(opening), band=band)
            row = MeterRow(home.pk, "电表", f"E-1-{band}")
            found.append(put_on(row, opened, actor=world["manager"], community=world.community).meter)
    for meter, value in zip(found, ("1062", "531"), strict=True):
        read(world, meter, day(6, 15), value)
    head = Head(water.pk, "6 月电费", Span(day(6, 15), day(6, 15)), day(7, 15))
    price, since = parse_price("峰 1.2，谷 0.4"), dt.date(2026, 1, 1)
    seasons = parse_seasons("夏季 06-01 09-30 峰 1.4，谷 0.4")
    with clock.at(day(6, 16)):
        with pytest.raises(Invalid) as refused:
            draft_metered(head, MeteredTerms("电表", parse_steps("0.9"), since), actor=world["finance"], community=world.community)
        assert "峰时段的表" in refused.value.text and not Sheet.objects.exists()
        terms = MeteredTerms("电表", price.steps, since, bands=price.bands, seasons=seasons)
        sheet = draft_metered(head, terms, actor=world["finance"], community=world.community)
    assert by_flat(sheet) == {"1-1-101": 3840 + 4200 + 640 + 600}  # 32 × 1.2, 30 × 1.4, 16 × 0.4, 15 × 0.4
    said = [(step.what, step.how) for step in steps_of_line(Line.objects.get(sheet=sheet))]
    assert ("峰：夏季，2026-06-01 起，用量按日分", "30") in said and ("峰时段，用量 × 单价", "30 × 1.4 元") in said
    assert ("谷：其余日子，用量按日分", "16") in said
    billed(world, sheet, day(6, 17))
    assert proved(world) == []


def shared_by(world: World, item: ChargeItem, by: By, **more: object) -> Sheet:
    head = Head(item.pk, "电梯电费", Span(dt.date(2026, 1, 1), dt.date(2026, 1, 31)), day(3, 15))
    terms = SharedTerms(10_000, by, Scope(kinds=("residential",)), **more)  # type: ignore[arg-type]
    with clock.at(day(2)):
        return draft_shared(head, terms, actor=world["finance"], community=world.community)


def test_a_cost_shared_by_those_who_live_there(world: World, water: ChargeItem) -> None:
    for name in ("岑又安", "岑小满"):
        lodger = person(world.community, name)
        Tie.objects.create(
            organisation=world.organisation, community=world.community, property=world.flats["1-1-101"], person=lodger, role="occupant",
            starts_on=dt.date(2026, 1, 20),
        )  # fmt: skip
    sheet = shared_by(world, water, By.PERSONS)
    assert by_flat(sheet) == {"1-1-101": 6000, "1-1-102": 2000, "1-1-201": 2000}
    Property.objects.filter(pk=world.flats["1-1-102"].pk).update(vacant=True)
    assert by_flat(shared_by(world, water, By.PERSONS)) == {"1-1-101": 7500, "1-1-201": 2500}
    billed(world, sheet, day(2, 26))
    assert by_flat(sheet) == {"1-1-101": 6000, "1-1-102": 2000, "1-1-201": 2000} and proved(world) == []


def test_a_cost_shared_as_agreed(world: World, water: ChargeItem) -> None:
    agreed = {"1-1-101": Decimal("0.5"), "1-1-102": Decimal(1), "1-1-201": Decimal("1.2")}
    sheet = shared_by(world, water, By.AGREED, agreed=agreed)
    assert by_flat(sheet) == {"1-1-101": 1852, "1-1-102": 3704, "1-1-201": 4444}
    assert by_flat(shared_by(world, water, By.UNIT, agreed={"1-1-101": Decimal(0)})) == {"1-1-102": 5000, "1-1-201": 5000}
    count = Sheet.objects.count()
    with pytest.raises(MeasureMissing):
        shared_by(world, water, By.AGREED, agreed={"1-1-101": Decimal(1)})
    with pytest.raises(Invalid, match="9-9-999"):
        shared_by(world, water, By.UNIT, agreed={"9-9-999": Decimal(1)})
    assert Sheet.objects.count() == count
    billed(world, sheet, day(2, 26))
    assert proved(world) == []


def test_a_sheet_submitted_to_an_earlier_version_is_billed(
    world: World, water: ChargeItem, meters: list[Meter], monkeypatch: pytest.MonkeyPatch
) -> None:
    read(world, meters[0], day(1), "115")
    sheet = metered(world, water, 1)
    with clock.at(day(2, 1)):
        with monkeypatch.context() as earlier:
            earlier.setattr("wuyefei.money.sheets.actions.digest", fingerprint._earlier)
            asked = ask_to_bill(sheet.pk, actor=world["finance"])
        now = fingerprint.digest(sheet)
        assert asked.payload["hash"] != now and fingerprint.as_asked(sheet, now) and not fingerprint.as_asked(sheet, "0" * 64)
        approvals.decide(asked.pk, approved=True, actor=world["lead"])
    assert Receivable.objects.get(kind="sheet").amount_fen == 5175 and not proved(world)
