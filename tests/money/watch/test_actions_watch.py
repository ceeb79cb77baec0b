"""Deeds at a desk become signs, a week out of line an alert, and another person closes it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from python_calamine import CalamineWorkbook

from tests.money.cashdesk.test_pages import client_of
from tests.world import World, make_world, pay
from wuyefei.edges.cli import boot
from wuyefei.edges.cli.main import build
from wuyefei.foundation.access.actor import load_actor
from wuyefei.foundation.access.models import RoleGrant, User
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.approvals.limiting import set_limits
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.public import Receivable, charge_once
from wuyefei.money.cashdesk.public import Shift
from wuyefei.money.payments.public import Payment, PaymentOrder, ask_void
from wuyefei.money.receipts.public import ReceiptPrint
from wuyefei.money.watch.actions import make_round
from wuyefei.money.watch.gathering import gather, span_of
from wuyefei.money.watch.public import Alert, Closed, NotOver, Sign, alerts, close, look

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 6, 1)
NEXT = dt.date(2026, 6, 8)
WHY = "查了监控和底单"


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, 6, day, hour, minute, tzinfo=CHINA)


@pytest.fixture
def world() -> Iterator[World]:
    """A week in which the cashier took six cash payments, two of them at night, voided three of them an hour later and one at once,
    reprinted a receipt three times and was 50.00 short."""
    with clock.at(at(1, 9)):
        made = make_world()
        for number in range(6):
            charge_once(made.flats["1-1-101"].pk, made.people["陆小满"].pk, made.service, 10_000 + number, actor=made["cashier"],
                        community_id=made.community.pk, memo="临时")  # fmt: skip
    paid = []
    for number, bill in enumerate(Receivable.objects.order_by("pk")):
        with clock.at(at(2 + number // 3, 22 if number < 2 else 10)):
            order = PaymentOrder(bill.property_id, bill.payer_id, (bill.pk,), {"cash": bill.amount_fen}, f"k{number}")
            paid.append(pay(order, actor=made["cashier"]))
    for number, payment in enumerate(paid[:4]):
        with clock.at(payment.booked_at + dt.timedelta(minutes=60 if number < 3 else 5)):
            request = ask_void(payment.pk, actor=made["cashier"], reason="金额输错")
            decide(request.pk, approved=True, actor=made["lead"])
    receipt = paid[5].receipt
    assert receipt is not None
    ReceiptPrint.objects.bulk_create([ReceiptPrint(receipt=receipt, user_id=made["cashier"].user_id, at=at(4, 10 + hour)) for hour in range(4)])
    Shift.objects.filter(cashier_id=made["cashier"].user_id).update(state="handed_over", closed_at=at(5, 18), expected_fen=20_000, counted_fen=15_000)
    yield made


def test_a_week_is_looked_at_once(world: World) -> None:
    with clock.at(at(7, 12)), pytest.raises(NotOver):
        look(MONDAY, actor=world["lead"])
    with clock.at(at(8, 10)):
        counts, told = gather(span_of(world.organisation.pk, MONDAY))
        who = (world.community.pk, world["cashier"].user_id)
        assert dict(counts[who, MONDAY]) == {None: 6, Sign.VOID: 3, Sign.HOURS: 2, Sign.REPRINT: 3, Sign.SHORT: 1}
        assert {one.text for one in told if one.deed.sign is Sign.VOID} == set(
            Payment.objects.filter(client_key__in=("k0", "k1", "k2")).values_list("receipt__number", flat=True)
        )
        with pytest.raises(Forbidden):
            look(MONDAY, actor=world["cashier"])
        (row,) = look(MONDAY, actor=world["lead"])
        assert (row.concerns_id, row.week, row.community_id) == (world["cashier"].user_id, MONDAY, world.community.pk)
        assert row.signs[0]["sign"] == "void" and row.signs[0]["count"] == 3 and len(row.evidence) == 9
        assert look(MONDAY, actor=world["lead"]) == [] and make_round(None) == 0
        assert run_checks(world.organisation.pk, only=["watch.evidence"]).holds


def test_another_person_closes_it(world: World) -> None:
    with clock.at(at(8, 10)):
        (row,) = look(MONDAY, actor=world["lead"])
        assert list(alerts(world["outsider"])) == []
        with pytest.raises(NotFound):
            close(row.pk, "explained", WHY, actor=world["outsider"])
        RoleGrant.objects.create(organisation=world.organisation, user_id=world["cashier"].user_id, role="finance_lead", starts_on=MONDAY)
        concerned = load_actor(User.objects.get(pk=world["cashier"].user_id))
        with pytest.raises(NotFound):
            close(row.pk, "explained", WHY, actor=concerned)
        for verdict, finding in (("guilty", WHY), ("wrong", " ")):
            with pytest.raises(Invalid), transaction.atomic():
                close(row.pk, verdict, finding, actor=world["lead"])
        row.refresh_from_db()
        assert row.closed_at is None
        close(row.pk, "wrong", WHY, actor=world["lead"])
        with pytest.raises(Closed):
            close(row.pk, "explained", WHY, actor=world["lead"])
        for sql in ("UPDATE watch_alert SET finding = ''", "UPDATE watch_alert SET score = 0", "DELETE FROM watch_alert"):
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql)
        assert Alert.objects.get().finding == WHY


def test_pages(world: World) -> None:
    with clock.at(at(8, 10)):
        lead = client_of(world, "lead")
        assert "没有警报" in lead.get("/unusual/").content.decode()
        assert lead.post("/unusual/look").status_code == 302
        row = Alert.objects.get()
        text = lead.get("/unusual/").content.decode()
        assert "收现金后作废" in text and "cashier甲" in text
        page = f"/unusual/{row.pk}"
        assert "重打收据" in lead.get(page).content.decode()
        refused = lead.post(f"{page}/close", {"verdict": "", "finding": WHY})
        assert refused.status_code == 409 and WHY in refused.content.decode()
        assert lead.post(f"{page}/close", {"verdict": "mistake", "finding": WHY}).status_code == 302
        assert "操作差错" in lead.get("/unusual/?state=closed").content.decode()
        book = CalamineWorkbook.from_filelike(BytesIO(lead.get("/unusual/export?state=closed").content))
        head, told = book.get_sheet_by_name("警报").to_python()
        assert (told[0], told[3].split("、")[0], told[7]) == ("cashier甲", "收现金后作废", WHY) and len(head) == 10
        assert len(book.get_sheet_by_name("依据").to_python()) == 10
        assert client_of(world, "auditor").get("/unusual/export").status_code == 200
        assert len(CalamineWorkbook.from_filelike(BytesIO(lead.get("/unusual/export").content)).get_sheet_by_name("警报").to_python()) == 1
        assert client_of(world, "outsider").get(page).status_code == 404
        assert client_of(world, "cashier").get(page).status_code == 403


def test_from_the_command_line(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(boot, "ready", lambda: None)
    with clock.at(at(8, 10)):
        User.objects.filter(pk=world["cashier"].user_id).update(username="till")
        book = tmp_path / "警报.xlsx"
        call = build().parse_args(["watch", "--organisation", "桂语物业", "--look", "--output", str(book)])
        done = call.run(call)
        assert done.document["new"] == 1 and [one["concerns"] for one in done.document["alerts"]] == ["cashier甲"]
        assert book.read_bytes()[:2] == b"PK" and "收现金后作废" in done.text
        for wrong in (["--output", "警报.csv"], ["--as", "till"], ["--organisation", "没有"]):
            call = build().parse_args(["watch", "--organisation", "桂语物业", *wrong])
            with pytest.raises(DomainError):
                call.run(call)


def test_limits_say_what_is_split(world: World) -> None:
    """Waivers of 300.00, 250.00 and 500.00 within a day: below a limit of 500.00 the second makes a split of the first two; where no limit is
    set at all, 1,000.00 counts and the third makes one."""
    with clock.at(at(5, 10)):
        for number, fen in enumerate((30_001, 25_001, 50_000)):
            bill = Receivable.objects.order_by("-pk")[number]
            approvals.ask("billing.waive", bill, actor=world["cashier"], community_id=world.community.pk, payload={}, reason="谈妥", amount_fen=fen)
    with clock.at(at(8, 10)):
        split = [one for one in gather(span_of(world.organisation.pk, MONDAY))[1] if one.deed.sign is Sign.SPLIT]
        assert [one.deed.fen for one in split] == [50_000]
        set_limits({("billing.waive", Role.FINANCE_LEAD): 50_000}, reason="年度授权", actor=world["admin"])
        split = [one for one in gather(span_of(world.organisation.pk, MONDAY))[1] if one.deed.sign is Sign.SPLIT]
        assert [one.deed.fen for one in split] == [25_001]
