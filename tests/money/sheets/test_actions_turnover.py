"""A shop's turnover from its declaration to the bill: a second person, the share beyond the minimum, corrections."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from python_calamine import CalamineWorkbook

from tests.estate.metering.test_pages_metering import client_of
from tests.money.sheets.test_actions_sheets import billed, proved
from tests.world import World, charge, flat, make_world, own, person
from wuyefei.estate.contracts.public import ContractLine
from wuyefei.estate.tariffs.deposits import PolicyDayTaken
from wuyefei.estate.tariffs.public import (
    ChargeItem,
    DepositBy,
    DepositRule,
    NoPolicy,
    RentMissing,
    create_tariff,
    set_policy,
)
from wuyefei.estate.turnover.public import Declaration, DeclaredRow, declare, settle
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import Month, Span
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable, confirm_run, draft_run
from wuyefei.money.ledger.models import Leg
from wuyefei.money.sheets.explaining import steps_of_line
from wuyefei.money.sheets.public import (
    DepositTerms,
    Head,
    Line,
    Sheet,
    TurnoverTerms,
    draft_deposit,
    draft_turnover,
)
from wuyefei.money.sheets.rules import NothingToBill

pytestmark = pytest.mark.django_db
LEASE = {
    "by": "total", "steps": [["1", "10000"]], "escalation": ["12", "0.05"], "free": [["1", "1"]],
    "turnover": [["200000", "0.08"], ["", "0.05"]],
}  # fmt: skip


@dataclass
class Shop:
    world: World
    line: ContractLine

    def say(self, month: str, yuan: int, note: str = "", who: str = "finance") -> Declaration:
        (made,) = declare(
            [DeclaredRow(self.line.pk, Month.parse(month), yuan * 100, note)], actor=self.world[who], community=self.world.community
        )
        return made

    def confirm(self, *rows: Declaration, who: str = "lead") -> None:
        settle([row.pk for row in rows], approved=True, actor=self.world[who], community=self.world.community)

    def sheet(self, until: str) -> Sheet:
        month = Month.parse(until)
        head = Head(self.line.tariff.item_id, f"{until} 营业额分成", Span(month.first, month.last), dt.date(2026, 12, 15))
        return draft_turnover(head, TurnoverTerms(month), actor=self.world["finance"], community=self.world.community)


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A shop let from the 15th of January: the first month free, 10,000 a month, 8 % to 200,000 and 5 % above."""
    with clock.at(dt.date(2026, 11, 25)):
        world = make_world()
        tenant, room = person(world.community, "岑又安"), flat(world.community, "S-01", "80.00", "shop")
        own(room, tenant)
        tariff = create_tariff(
            world.service.pk, "商铺租金", "rent", effective_from=dt.date(2026, 1, 1), terms=LEASE, actor=world["manager"], community=world.community
        )
        yield Shop(world, charge(world.contract, room, tariff, dt.date(2026, 1, 15)))


def refused(shop: Shop, code: str, act: object) -> None:
    """Refused with the code, and nothing changed."""
    before = list(Declaration.objects.order_by("pk").values_list("pk", "state"))
    with pytest.raises(DomainError) as error, transaction.atomic():
        act()  # type: ignore[operator]
    assert error.value.code == code
    assert list(Declaration.objects.order_by("pk").values_list("pk", "state")) == before


def test_what_cannot_be_declared_is_refused(shop: Shop) -> None:
    refused(shop, "month_not_over", lambda: shop.say("2026-11", 1))
    refused(shop, "outside_lease", lambda: shop.say("2025-12", 1))
    refused(shop, "invalid", lambda: shop.say("2026-09", -1))
    first = shop.say("2026-09", 300_000)
    refused(shop, "declaration_waiting", lambda: shop.say("2026-09", 250_000))
    refused(shop, "own_declaration", lambda: shop.confirm(first, who="finance"))
    with pytest.raises(Forbidden):
        shop.confirm(first, who="cashier")
    with pytest.raises(NotFound):
        declare([DeclaredRow(shop.line.pk, Month.parse("2026-08"), 1)], actor=shop.world["outsider"], community=shop.world.other_community)
    shop.confirm(first)
    refused(shop, "declaration_state", lambda: shop.confirm(first))
    refused(shop, "declaration_same", lambda: shop.say("2026-09", 300_000, "再报"))
    refused(shop, "declaration_reason", lambda: shop.say("2026-09", 250_000))
    with pytest.raises(IntegrityError), transaction.atomic():
        Declaration.objects.filter(pk=first.pk).update(amount_fen=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Declaration.objects.filter(pk=shop.say("2026-08", 5).pk).update(settled_by_id=shop.world["finance"].user_id)


def test_the_share_beyond_the_minimum_with_free_days(shop: Shop) -> None:
    """January 15th – February 14th are free: of January's 17 days all, of February 14 of 28."""
    shop.confirm(shop.say("2026-01", 90_000), shop.say("2026-02", 300_000), shop.say("2026-03", 100_000), shop.say("2026-04", 260_000))
    with pytest.raises(NothingToBill):
        shop.sheet("2026-01")
    sheet = shop.sheet("2026-04")
    line = Line.objects.get(sheet=sheet)
    assert [(part["month"], part["minimum_fen"], part["free"]) for part in line.inputs["parts"]] == [
        ("2026-02", 500_000, 14), ("2026-04", 1_000_000, 0),
    ]  # fmt: skip
    assert line.amount_fen == (1_050_000 - 500_000) + (1_900_000 - 1_000_000)  # half of 21,000; 16,000 + 3,000
    said = [f"{step.what} {step.how}" for step in steps_of_line(line)]
    assert "免租 14 天不分成 按 14 ÷ 28 天" in said and "保底之外 分成 19,000.00 − 已出账的保底 10,000.00" in said
    billed(shop.world, sheet, dt.date(2026, 11, 25))
    row = Receivable.objects.get(kind="sheet")
    assert (row.amount_fen, row.service_from, row.service_to) == (1_450_000, dt.date(2026, 2, 1), dt.date(2026, 4, 30))
    with pytest.raises(NothingToBill):
        shop.sheet("2026-10")
    assert proved(shop.world) == []


def test_the_minimum_of_the_sheet_is_what_the_run_bills(shop: Shop) -> None:
    shop.confirm(shop.say("2026-02", 300_000))
    run = draft_run(shop.world.community.pk, Month.parse("2026-02"), actor=shop.world["finance"]).run
    assert run is not None
    decide(confirm_run(run.pk, actor=shop.world["finance"]).pk, approved=True, actor=shop.world["lead"])
    (part,) = Line.objects.get(sheet=shop.sheet("2026-02")).inputs["parts"]
    rent = Receivable.objects.get(contract_line=shop.line, service_to=dt.date(2026, 2, 28))
    assert part["minimum_fen"] == rent.amount_fen == 500_000


def test_a_correction_is_another_declaration_and_a_difference(shop: Shop) -> None:
    first = shop.say("2026-09", 200_000)
    shop.confirm(first)
    billed(shop.world, shop.sheet("2026-09"), dt.date(2026, 11, 25))
    up = shop.say("2026-09", 300_000, "漏报外卖")
    shop.confirm(up)
    first.refresh_from_db()
    assert (first.state, up.number) == ("replaced", 2)
    more = shop.sheet("2026-09")
    assert Line.objects.get(sheet=more).amount_fen == 2_100_000 - 1_600_000
    billed(shop.world, more, dt.date(2026, 11, 25))
    shop.confirm(shop.say("2026-09", 150_000, "退货冲回"))  # 12,000: 9,000 too much was charged
    with pytest.raises(NothingToBill):
        shop.sheet("2026-09")
    shop.confirm(shop.say("2026-10", 300_000))
    last = shop.sheet("2026-10")
    assert Line.objects.get(sheet=last).amount_fen == 1_100_000 - 900_000
    billed(shop.world, last, dt.date(2026, 11, 25))
    assert list(Receivable.objects.filter(kind="sheet").order_by("pk").values_list("amount_fen", flat=True)) == [600_000, 500_000, 200_000]
    assert proved(shop.world) == []


def test_pages_from_entering_to_confirming(shop: Shop) -> None:
    client, second, place = client_of(shop.world["finance"]), client_of(shop.world["lead"]), shop.world.community.pk
    board = client.get(f"/turnover/?community={place}&month=2026-09").content.decode()
    assert "S-01" in board and "迟报" in board and "先按保底收" in board
    said = client.post(f"/turnover/{shop.line.pk}/", {"month": "2026-09", "amount": "300,000.00"}, follow=True).content.decode()
    assert "300,000.00" in said and "每 12 个月递增 5%" in said
    assert client.post(f"/turnover/{shop.line.pk}/", {"month": "2026-09", "amount": "1"}).status_code == 422
    waiting = Declaration.objects.get()
    mine = client.post("/turnover/settle", {"community": place, "declared": [waiting.pk], "verdict": "confirm"}, follow=True)
    assert "录入的人不能确认自己录入的营业额" in mine.content.decode()
    nothing = second.post("/turnover/settle", {"community": place, "verdict": "confirm"}, follow=True).content.decode()
    assert "请先勾选" in nothing
    done = second.post("/turnover/settle", {"community": place, "declared": [waiting.pk], "verdict": "confirm", "month": "2026-09"}, follow=True)
    assert "已确认 1 份营业额" in done.content.decode()
    form = client.get(f"/sheets/new/turnover?community={place}").content.decode()
    assert "到哪个月" in form and "2026-10" in form
    made = client.post(
        f"/sheets/new/turnover?community={place}",
        {"item": shop.world.service.pk, "title": "9 月分成", "until": "2026-09", "due_on": "2026-12-15"}, follow=True,
    )  # fmt: skip
    assert "11,000.00" in made.content.decode() and "至 200,000.00 元 8%" in made.content.decode()


def test_a_table_is_taken_whole_or_not_at_all(shop: Shop) -> None:
    client, place = client_of(shop.world["finance"]), shop.world.community.pk
    sheet = client.get(f"/turnover/sheet?community={place}&month=2026-09")
    assert CalamineWorkbook.from_filelike(BytesIO(sheet.content)).get_sheet_by_index(0).to_python()[1][:2] == ["S-01", "2026-09"]
    bad = "房号,月份,营业额（元）,备注\nS-01,2026-08,\"250,000\",\nS-02,2026-09,1,\nS-01,2026年9月,x,\nS-01,2025-12,5,\n"
    answer = client.post("/turnover/upload", {"community": place, "file": SimpleUploadedFile("t.csv", bad.encode())})
    text = answer.content.decode()
    assert answer.status_code == 422 and "3 行不对" in text and "没有带营业额分成的租约" in text and Declaration.objects.count() == 0
    good = "房号,月份,营业额（元）,备注\nS-01,2026-08,\"250,000\",月报\nS-01,2026年9月,300000.5,\n"
    client.post("/turnover/upload", {"community": place, "file": SimpleUploadedFile("t.csv", good.encode())})
    assert list(Declaration.objects.order_by("month").values_list("amount_fen", flat=True)) == [25_000_000, 30_000_050]
    assert client.post("/turnover/upload", {"community": place, "file": SimpleUploadedFile("t.csv", b"a,b\n1,2\n")}).status_code == 422
    assert Declaration.objects.count() == 2


def deposit_item(shop: Shop, code: str, name: str) -> ChargeItem:
    return ChargeItem.objects.create(organisation=shop.world.organisation, code=code, name=name, nature="deposit", tax_rate=Decimal(0))


def test_a_deposit_is_charged_once_by_its_policy(shop: Shop) -> None:
    world, day = shop.world, dt.date(2026, 11, 25)
    item = deposit_item(shop, "shop_deposit", "商铺押金")
    head, terms = Head(item.pk, "商铺押金", Span(day, day), day), DepositTerms(("S-01",))

    def draft(who: str = "finance") -> Sheet:
        return draft_deposit(head, terms, actor=world[who], community=world.community)

    def policy(months: str, since: dt.date, who: str = "manager", on: ChargeItem = item) -> None:
        set_policy(on.pk, DepositRule(DepositBy.MONTHS, Decimal(months)), since, actor=world[who], community=world.community)

    with pytest.raises(NoPolicy):
        draft()
    for bad, code in [(lambda: policy("4", day), "invalid"), (lambda: policy("1", day, on=world.service), "invalid")]:
        with pytest.raises(DomainError) as error:
            bad()
        assert error.value.code == code
    with pytest.raises(Forbidden):
        policy("2", day, "finance")
    policy("1", dt.date(2026, 1, 1))
    policy("2", day)
    with pytest.raises(PolicyDayTaken):
        policy("3", day)
    sheet = draft()
    line = Line.objects.get(sheet=sheet)
    assert (line.amount_fen, steps_of_line(line)[0].how) == (2_000_000, "月租金 10,000.00 元 × 2 个月")
    billed(world, sheet, day)
    row = Receivable.objects.get(item=item)
    assert (row.amount_fen, row.tax_fen, row.late_fee_rate) == (2_000_000, 0, None)
    assert dict(Leg.objects.filter(entry__kind="billing.sheet").values_list("account", "amount_fen")) == {"1122": 2_000_000, "2241.1": -2_000_000}
    with pytest.raises(NothingToBill):
        draft()
    with pytest.raises(RentMissing):
        draft_deposit(head, DepositTerms(("1-1-101",)), actor=world["finance"], community=world.community)
    assert Sheet.objects.count() == 1 and proved(world) == []


def test_deposit_pages(shop: Shop) -> None:
    place, cards = shop.world.community.pk, deposit_item(shop, "card_deposit", "门禁卡押金")
    client = client_of(shop.world["manager"])
    typed = {"item": cards.pk, "by": "piece", "figure": "25.5", "effective_from": "2026-01-01"}
    said = client.post(f"/sheets/deposits?community={place}", typed, follow=True).content.decode()
    assert "门禁卡押金" in said and "25.50 元" in said and "现行" in said
    assert client.post(f"/sheets/deposits?community={place}", typed).status_code == 422
    assert client_of(shop.world["finance"]).post(f"/sheets/deposits?community={place}", typed).status_code == 403
    order = {"item": cards.pk, "title": "门禁卡", "on": "2026-11-25", "due_on": "2026-11-25", "codes": "1-1-101 S-01", "pieces": "3"}
    made = client.post(f"/sheets/new/deposit?community={place}", order, follow=True).content.decode()
    assert "25.5 元 × 3 件" in made and "153.00" in made and "不是收入" in made
