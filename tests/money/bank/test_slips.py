"""Cash goes from the drawer to the bank: a slip, and the bank's line that shows it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction

from tests.money.cashdesk.test_pages import client_of
from tests.scenarios.month import first_finding, publish
from tests.world import World, make_world
from wuyefei.foundation.access.models import User
from wuyefei.foundation.approvals.actions import SamePerson, decide
from wuyefei.foundation.approvals.delegating import delegate
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.money.bank.public import BankLine, NotThisSlip, ask_undo_deposit, claim_deposit, import_statement
from wuyefei.money.bank.rules.deposits import PaidIn, Slip, matched
from wuyefei.money.billing.public import open_bills
from wuyefei.money.cashdesk.public import (
    DepositSlip,
    Shift,
    SlipDraft,
    ask_void_slip,
    cash_on_hand,
    get_slip,
    hand_over,
    make_slip,
    open_shift,
    take,
    to_be_banked,
)
from wuyefei.money.cashdesk.rules import (
    AmountDiffers,
    MoreThanHeld,
    banking_late,
    check_slip,
    scan_kind,
    settling_late,
    to_bank,
)
from wuyefei.money.ledger.public import Account, Leg
from wuyefei.money.payments.public import PaymentOrder

D = dt.date.fromisoformat
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
DAY = D("2026-02-10")


def test_what_a_shift_brings_in_and_when_it_is_late() -> None:
    assert (to_bank(75500, 50000), to_bank(40000, 50000)) == (25500, 0)
    assert [banking_late(DAY, D(day)) for day in ("2026-02-10", "2026-02-11", "2026-02-12")] == [False, False, True]
    assert [settling_late(DAY, D(day)) for day in ("2026-02-13", "2026-02-14")] == [False, True]


def test_a_slip_that_differs_needs_its_reason_and_never_exceeds_the_cash() -> None:
    check_slip(25500, 25500, 25500, "")
    check_slip(25000, 25500, 25500, "留 5 元零钱")
    with pytest.raises(AmountDiffers):
        check_slip(25000, 25500, 25500, " ")
    with pytest.raises(MoreThanHeld):
        check_slip(25501, 25500, 25500, "多缴")
    with pytest.raises(DomainError):
        check_slip(0, 0, 25500, "")


def test_a_scan_is_known_by_its_bytes() -> None:
    assert [scan_kind(head + b"x") for head in (b"\xff\xd8\xff", PNG, b"%PDF-1.7")] == ["image/jpeg", "image/png", "application/pdf"]
    for content in (b"<svg onload=alert(1)>", b"MZ", PNG + b"0" * (4 << 20)):
        with pytest.raises(DomainError):
            scan_kind(content)


def test_only_the_number_with_the_same_sum_is_sure() -> None:
    slips = [Slip(1, "JK-0210", 25500, DAY), Slip(2, "99", 100, DAY), Slip(3, "JK-0211", 25500, DAY)]

    def lines(*words: str, fen: int = 25500, on: dt.date = DAY) -> dict[int, int]:
        return matched([PaidIn(number, fen, on, text) for number, text in enumerate(words, start=1)], slips)

    assert lines("现金缴存 JK-0210") == {1: 1}
    assert lines("现金缴存") == {} and lines("编号 99", fen=100) == {}
    assert lines("JK-0210", fen=25400) == {} and lines("JK-0210", on=D("2026-02-09")) == {}
    assert lines("JK-0210 JK-0211") == {} and lines("JK-0210", "JK-0210") == {}


@pytest.fixture(scope="class")
def desk(django_db_setup: None, django_db_blocker: Any) -> Any:
    """A shift with 250.00 in cash, counted five yuan over and accepted on 10 February."""
    with django_db_blocker.unblock():
        point = transaction.atomic()
        point.__enter__()
        try:
            with clock.at(D("2026-01-02")):
                world = make_world()
                publish(world, "2026-01")
            with clock.at(DAY):
                shift = open_shift(world.community.pk, 50000, actor=world["cashier"])
                flat = world.flats["1-1-101"]
                (bill,) = open_bills(world["cashier"], DAY, property_ids=[flat.pk])
                take(PaymentOrder(flat.pk, bill.payer_id, (bill.id,), {"cash": 25000}, "k1"), actor=world["cashier"])
                decide(hand_over(shift.pk, 75500, "多出 5 元", actor=world["cashier"]).pk, approved=True, actor=world["lead"])
            yield world
        finally:
            transaction.set_rollback(True)
            point.__exit__(None, None, None)


def bank_it(world: World, fen: int = 25500, **more: Any) -> DepositSlip:
    shift = Shift.objects.get()
    draft = SlipDraft("JK-0211", D("2026-02-11"), fen, (shift.pk,), **more)
    return make_slip(world.community.pk, draft, actor=world["cashier"])


def balance(account: Account) -> int:
    return sum(Leg.objects.filter(account=account.value).values_list("amount_fen", flat=True))


def file(memo: str, yuan: str = "255.00") -> bytes:
    return f"交易日期,收入,对方户名,摘要,流水号\n2026-02-12,{yuan},,{memo},R-1\n".encode()


@pytest.mark.django_db
class TestSlips:
    def test_cash_is_banked_and_the_bank_shows_it(self, desk: World) -> None:
        with clock.at(D("2026-02-12")):
            assert [row.pk for row in to_be_banked(desk["finance"])] == [Shift.objects.get().pk]
            assert cash_on_hand(desk.community.pk) == 25500
            slip = bank_it(desk, scan=PNG)
            assert (balance(Account.CASH), balance(Account.TRANSIT), balance(Account.BANK)) == (0, 25500, 0)
            assert not to_be_banked(desk["finance"]).exists()
            done = import_statement(desk.community.pk, "3300", "2月.csv", file("现金缴存 JK-0211"), actor=desk["finance"])
            assert (done.booked, done.waiting, done.out) == (0, 0, 0)
            assert BankLine.objects.get().state == "deposit"
            assert (balance(Account.CASH), balance(Account.TRANSIT), balance(Account.BANK)) == (0, 0, 25500)
            assert DepositSlip.objects.get(pk=slip.pk).settled_on == D("2026-02-12")
            assert first_finding(desk) == ""
            with pytest.raises(DomainError, match="到账或作废"):
                ask_void_slip(slip.pk, "写错", actor=desk["cashier"])

    def test_a_line_without_the_number_is_found_by_a_person(self, desk: World) -> None:
        with clock.at(D("2026-02-12")):
            slip = bank_it(desk)
            import_statement(desk.community.pk, "3300", "2月.csv", file("现金"), actor=desk["finance"])
            line = BankLine.objects.get()
            assert (line.state, balance(Account.BANK_SUSPENSE)) == ("waiting", -25500)
            claim_deposit(line.pk, slip.pk, actor=desk["finance"])
            assert (balance(Account.BANK_SUSPENSE), balance(Account.TRANSIT), balance(Account.BANK)) == (0, 0, 25500)
            assert first_finding(desk) == ""

    @pytest.mark.parametrize("memo", ["现金缴存 JK-0211", pytest.param("现金", marks=pytest.mark.long)])
    def test_a_wrong_match_is_undone_by_two(self, desk: World, memo: str) -> None:
        with clock.at(D("2026-02-12")):
            slip = bank_it(desk)
            import_statement(desk.community.pk, "3300", "2月.csv", file(memo), actor=desk["finance"])
            line = BankLine.objects.get()
            if line.state == "waiting":
                with pytest.raises(DomainError):
                    ask_undo_deposit(line.pk, "不是这张", actor=desk["lead"])
                claim_deposit(line.pk, slip.pk, actor=desk["finance"])
            request = ask_undo_deposit(line.pk, "不是这张", actor=desk["lead"])
            with pytest.raises(SamePerson):
                decide(request.pk, approved=True, actor=desk["lead"])
            assert (BankLine.objects.get().state, balance(Account.TRANSIT)) == ("deposit", 0)
            decide(request.pk, approved=True, actor=desk["manager"])
            line.refresh_from_db()
            assert (line.state, line.suspense_fen, line.note, line.due_at is not None) == ("waiting", 25500, "不是这张", True)
            assert (balance(Account.BANK), balance(Account.BANK_SUSPENSE), balance(Account.TRANSIT)) == (25500, -25500, 25500)
            assert DepositSlip.objects.get().settled_at is None and first_finding(desk) == ""
            with pytest.raises(DomainError):
                decide(request.pk, approved=True, actor=desk["manager"])
            claim_deposit(line.pk, slip.pk, actor=desk["finance"])
            assert (balance(Account.BANK_SUSPENSE), balance(Account.TRANSIT)) == (0, 0) and first_finding(desk) == ""
            for sql in ("UPDATE bank_slipline SET slip_id = slip_id + 1", "DELETE FROM bank_slipline", "UPDATE bank_slipline SET undone_at = NULL"):
                with connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
                    cursor.execute(sql)

    def test_another_sum_is_another_matter(self, desk: World) -> None:
        with clock.at(D("2026-02-12")):
            slip = bank_it(desk)
            import_statement(desk.community.pk, "3300", "2月.csv", file("JK-0211", "250.00"), actor=desk["finance"])
            with pytest.raises(NotThisSlip), transaction.atomic():
                claim_deposit(BankLine.objects.get().pk, slip.pk, actor=desk["finance"])
            assert BankLine.objects.get().state == "waiting" and balance(Account.TRANSIT) == 25500
            assert first_finding(desk) == ""

    def test_a_shift_is_banked_once_and_a_void_takes_two(self, desk: World) -> None:
        with clock.at(D("2026-02-12")):
            slip = bank_it(desk)
            with pytest.raises(DomainError, match="已经缴存过"):
                bank_it(desk)
            request = ask_void_slip(slip.pk, "金额抄错", actor=desk["lead"])
            with pytest.raises(SamePerson):
                decide(request.pk, approved=True, actor=desk["lead"])
            decide(request.pk, approved=True, actor=desk["manager"])
            assert (balance(Account.CASH), balance(Account.TRANSIT)) == (25500, 0)
            again = make_slip(desk.community.pk, SlipDraft("JK-0212", DAY, 25500, (Shift.objects.get().pk,)), actor=desk["lead"])
            request = ask_void_slip(again.pk, "金额抄错", actor=desk["cashier"])
            User.objects.filter(pk=desk["collector"].user_id).update(totp_confirmed_at=clock.now())
            days = {"starts_on": clock.today(), "ends_on": clock.today()}
            delegate(desk["collector"].user_id, **days, reason="年假", actor=desk["lead"])
            with pytest.raises(SamePerson):  # nor in the name of whoever wrote the slip
                decide(request.pk, approved=True, actor=desk["collector"])
            decide(request.pk, approved=True, actor=desk["manager"])
            bank_it(desk, 25000, note="留 5 元待查")
            assert first_finding(desk) == ""
            with connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
                cursor.execute("UPDATE cashdesk_depositslip SET amount_fen = 1")

    def test_cash_from_before_is_banked_with_its_reason(self, desk: World) -> None:
        with clock.at(D("2026-02-12")):
            make_slip(desk.community.pk, SlipDraft("JK-0001", DAY, 5500, (), "以前的库存现金"), actor=desk["finance"])
            assert (balance(Account.CASH), balance(Account.TRANSIT)) == (20000, 5500)
            assert first_finding(desk) == ""

    def test_what_is_refused_changes_nothing(self, desk: World) -> None:
        shift = Shift.objects.get()
        good = SlipDraft("JK-0211", D("2026-02-11"), 25500, (shift.pk,))
        with clock.at(D("2026-02-12")):
            for wrong in (
                SlipDraft("", good.bank_on, 25500, good.shift_ids), SlipDraft("J1", D("2026-02-13"), 25500, good.shift_ids),
                SlipDraft("J1", good.bank_on, 25500, ()), SlipDraft("J1", good.bank_on, 25400, good.shift_ids),
                SlipDraft("J1", good.bank_on, 25500, good.shift_ids, scan=b"<html>"),
            ):  # fmt: skip
                with pytest.raises(DomainError), transaction.atomic():
                    make_slip(desk.community.pk, wrong, actor=desk["cashier"])
            for who, error in (("auditor", Forbidden), ("outsider", NotFound)):
                with pytest.raises(error), transaction.atomic():
                    make_slip(desk.community.pk, good, actor=desk[who])
            assert not DepositSlip.objects.exists() and balance(Account.CASH) == 25500

    def test_the_pages(self, desk: World) -> None:
        client = client_of(desk, "cashier")
        with clock.at(D("2026-02-13")):
            assert "逾期未缴存" in client.get("/cashdesk/slips/").content.decode()
            page = client.get(f"/cashdesk/slips/new/{desk.community.pk}").content.decode()
            assert "255.00" in page
            sent = {"shift": [Shift.objects.get().pk], "number": "JK-0211", "bank_on": "2026-02-11", "amount": "200.00"}
            refused = client.post(f"/cashdesk/slips/new/{desk.community.pk}", sent)
            assert refused.status_code == 409 and "请写明原因" in refused.content.decode()
            scan = SimpleUploadedFile("a.png", PNG, content_type="text/html")
            done = client.post(f"/cashdesk/slips/new/{desk.community.pk}", sent | {"amount": "255.00", "scan": scan})
            assert done.status_code == 302
            slip = DepositSlip.objects.get()
            assert "在途" in client.get(f"/cashdesk/slips/{slip.pk}").content.decode()
            shown = client.get(f"/cashdesk/slips/{slip.pk}/scan")
            assert (shown["Content-Type"], shown.content) == ("image/png", PNG)
            assert client_of(desk, "outsider").get(f"/cashdesk/slips/{slip.pk}").status_code == 404
            with pytest.raises(NotFound):
                get_slip(desk["outsider"], slip.pk)
