"""Cards at the desk, the acquirer's file the day after, and the bank's line: by terminal and reference."""

from __future__ import annotations

import datetime as dt
from importlib import import_module
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from tests.money.cashdesk.test_pages import client_of
from tests.scenarios.month import first_finding, publish
from tests.world import World, actor_of, make_world
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.bank.public import BankLine, import_statement
from wuyefei.money.bank.queries import owing_to
from wuyefei.money.billing.public import open_bills
from wuyefei.money.cashdesk.public import (
    CardRead,
    CardSlip,
    PosMerchant,
    PosTerminal,
    add_merchant,
    add_terminal,
    open_shift,
    take,
)
from wuyefei.money.ledger.public import Account, Leg
from wuyefei.money.payments.public import Payment, PaymentOrder, ask_void
from wuyefei.money.reconciliation.actions import make_rounds
from wuyefei.money.reconciliation.public import (
    BillRow,
    CardFileRefused,
    ChannelDay,
    Difference,
    ask_unsettle,
    ask_write_off,
    pair_by_hand,
    settle_by_hand,
    take_in_cards,
)

D = dt.date.fromisoformat
DAY, NEXT = D("2026-01-15"), D("2026-01-16")
HEAD = "终端号,交易日期,卡号,交易类型,交易金额,手续费,参考号,原参考号,清算日期\n"
R101, R102, R201 = "260115000101", "260115000102", "260115000201"


def line(reference: str, yuan: str, fee: str, *, deed: str = "消费", original: str = "", day: str = "2026-01-15") -> str:
    return f"T0000001,{day},6222****1234,{deed},{yuan},{fee},{reference},{original},{day}\n"


FULL = HEAD + line(R101, "250.00", "1.50") + line(R102, "223.88", "1.34")


def swipe(world: World, code: str, card: CardRead) -> Payment:
    (bill,) = open_bills(world["cashier"], clock.today(), property_ids=[world.flats[code].pk])
    order = PaymentOrder(bill.property_id, bill.payer_id, (bill.id,), {"card": bill.total_fen}, f"card-{code}")
    return take(order, actor=world["cashier"], card=card).payment


@pytest.fixture(scope="class")
def desk(django_db_setup: None, django_db_blocker: Any) -> Any:
    """101 paid 250.00 by card with its slip, 102 paid 223.88 whose slip the cashier left out."""
    with django_db_blocker.unblock():
        point = transaction.atomic()
        point.__enter__()
        try:
            with clock.at(D("2026-01-02")):
                world = make_world()
                publish(world, "2026-01")
                merchant = add_merchant(world.community.pk, "银联商务", "898310000001", "清算款", actor=world["lead"])
                terminal = add_terminal(merchant.pk, world.community.pk, "T0000001", "前台", actor=world["lead"])
            with clock.at(DAY):
                open_shift(world.community.pk, 0, actor=world["cashier"])
                swipe(world, "1-1-101", CardRead(terminal.pk, R101, "1234"))
                swipe(world, "1-1-102", CardRead())
            yield world
        finally:
            transaction.set_rollback(True)
            point.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def moment() -> Any:
    with clock.at(NEXT):
        yield


def take_in(world: World, text: str = FULL, who: str = "finance") -> Any:
    return take_in_cards(PosMerchant.objects.get().pk, "0115.csv", text.encode(), actor=world[who])


def balance(account: Account) -> int:
    return sum(Leg.objects.filter(account=account.value).values_list("amount_fen", flat=True))


def gaps() -> list[tuple[str, str, int, int, str]]:
    return list(Difference.objects.order_by("kind", "number").values_list("kind", "number", "ours_fen", "theirs_fen", "resolution"))


def sound(world: World) -> bool:
    """What the room itself proves; everything is proved where a day ends."""
    return run_checks(world.organisation.pk, only=["recon.cards", "recon.files", "recon.payouts", "recon.fees"]).holds


def paid(world: World, yuan: str, on: str = "2026-01-16", name: str = "银联商务清算款") -> BankLine:
    text = f"交易日期,收入,对方户名,摘要,流水号\n{on},{yuan},{name},结算,S-{on}-{yuan}\n"
    import_statement(world.community.pk, "3300", "1月.csv", text.encode(), actor=world["finance"])
    return BankLine.objects.latest("pk")


@pytest.mark.django_db
class TestCards:
    def test_a_day_that_agrees_and_its_money(self, desk: World) -> None:
        done = take_in(desk)
        (day,) = done.days
        assert (day.row_count, day.paid_fen, day.fee_fen, day.net_fen) == (2, 47388, 284, 47104)
        assert gaps() == [] and (balance(Account.BANK_FEE), balance(Account.CHANNEL)) == (284, 47104)
        told = CardSlip.objects.get(payment__client_key="card-1-1-102")
        assert (told.reference, told.terminal.number if told.terminal else "", told.source) == (R102, "T0000001", "file")
        paid(desk, "471.04")
        make_rounds(desk.organisation.pk)
        day.refresh_from_db()
        assert day.settled_line is not None and day.settled_line.state == BankLine.State.SETTLED
        assert (balance(Account.CHANNEL), balance(Account.BANK_SUSPENSE)) == (0, 0)
        assert first_finding(desk) == ""

    def test_the_same_file_changes_nothing_and_a_changed_line_is_a_difference(self, desk: World) -> None:
        take_in(desk)
        before = (BillRow.objects.count(), Leg.objects.count())
        again = take_in(desk)
        assert (again.days, again.rows, again.known, again.changed) == ((), 2, 2, ()) and gaps() == []
        other = take_in(desk, FULL.replace("223.88,1.34", "223.80,1.34"))
        assert (other.days, other.known, other.changed) == ((), 2, (3,))
        assert (BillRow.objects.count(), Leg.objects.count()) == before
        assert gaps() == [("changed", f"T0000001-{R102}", 22254, 22246, "")]
        take_in(desk, FULL.replace("223.88,1.34", "223.80,1.34"))
        make_rounds(desk.organisation.pk)
        assert len(gaps()) == 1 and gaps()[0][4] == ""
        assert sound(desk)

    @pytest.mark.long
    def test_a_row_more_is_the_days_next_part(self, desk: World) -> None:
        take_in(desk)
        more = take_in(desk, FULL + line(R201, "10.00", "0.06"))
        (day,) = more.days
        assert (day.part, day.row_count, str(day)) == (2, 1, "银联商务 898310000001 2026-01-15 补 1")
        assert gaps() == [("not_ours", f"T0000001-{R201}", 0, 1000, "")]
        paid(desk, "480.98")
        make_rounds(desk.organisation.pk)
        assert set(ChannelDay.objects.values_list("settled_line__amount_fen", flat=True)) == {48098}
        assert sound(desk)

    @pytest.mark.long
    def test_what_one_side_lacks_is_worked_to_its_end(self, desk: World) -> None:
        take_in(desk, HEAD + line(R201, "223.88", "1.34"))
        assert [gap[:4] for gap in gaps()] == [("not_theirs", f"T0000001-{R101}", 25000, 0)]
        told = CardSlip.objects.get(payment__client_key="card-1-1-102")
        assert told.reference == R201
        take_in(desk, HEAD + line(R101, "250.00", "1.50"))
        assert gaps() == [("not_theirs", f"T0000001-{R101}", 25000, 0, "vanished")]
        assert sound(desk)

    def test_a_slip_typed_wrongly_is_found_by_a_person(self, desk: World) -> None:
        terminal = PosTerminal.objects.get()
        with clock.at(DAY):
            payment = swipe(desk, "1-1-201", CardRead(terminal.pk, "2601150002"))
        take_in(desk, FULL + line(R201, "300.90", "1.80"))
        assert [gap[:2] for gap in gaps()] == [("not_ours", f"T0000001-{R201}"), ("not_theirs", "T0000001-2601150002")]
        one = Difference.objects.get(kind="not_ours")
        page = client_of(desk, "finance").get(f"/reconciliation/differences/{one.pk}").content.decode()
        assert "2601150002" in page and "300.90" in page
        with pytest.raises(NotFound):
            pair_by_hand(one.pk, Payment.objects.get(client_key="card-1-1-101").pk, actor=desk["finance"])
        with pytest.raises((Forbidden, NotFound)):
            pair_by_hand(one.pk, payment.pk, actor=desk["outsider"])
        pair_by_hand(one.pk, payment.pk, actor=desk["finance"])
        assert {gap[4] for gap in gaps()} == {"vanished"}
        assert sound(desk)

    def test_a_voided_card_has_to_be_taken_back(self, desk: World) -> None:
        payment = Payment.objects.get(client_key="card-1-1-101")
        take_in(desk)
        assert gaps() == []
        decide(ask_void(payment.pk, actor=desk["cashier"], reason="刷错").pk, approved=True, actor=desk["lead"])
        make_rounds(desk.organisation.pk)
        assert gaps() == [("not_theirs", f"T0000001-{R101}-R", -25000, 0, "")]
        take_in(desk, HEAD + line("260116000009", "250.00", "1.50", deed="消费撤销", original=R101, day="2026-01-16"))
        assert [gap[4] for gap in gaps()] == ["vanished"]
        assert (balance(Account.CHANNEL), balance(Account.BANK_FEE)) == (22388 - 134, 134)
        assert sound(desk)

    def test_a_payout_of_another_sum_is_written_off_by_two(self, desk: World) -> None:
        (day,) = take_in(desk).days
        found = paid(desk, "461.04")
        page = client_of(desk, "finance").get(f"/reconciliation/{day.pk}").content.decode()
        assert "461.04" in page and "就是这一天的" in page
        assert client_of(desk, "finance").post(f"/reconciliation/{day.pk}/settle", {"line": found.pk}).status_code == 302
        assert gaps() == [("settlement", found.ref, 47104, 46104, "")] and first_finding(desk) == ""
        with pytest.raises(DomainError):
            settle_by_hand(day.pk, found.pk, actor=desk["finance"])
        request = ask_write_off(Difference.objects.get().pk, "终端月租 10 元", actor=desk["finance"])
        decide(request.pk, approved=True, actor=desk["lead"])
        make_rounds(desk.organisation.pk)
        assert gaps()[0][4] == "written_off" and (balance(Account.CHANNEL), balance(Account.BANK_FEE)) == (0, 1284)
        assert first_finding(desk) == ""
        decide(ask_unsettle(day.pk, "是别家的货款", actor=desk["finance"]).pk, approved=True, actor=desk["lead"])
        make_rounds(desk.organisation.pk)
        assert gaps() == [("settlement", "", 47104, 0, ""), ("settlement", found.ref, 47104, 46104, "vanished")]
        assert (balance(Account.CHANNEL), balance(Account.BANK_FEE), balance(Account.BANK_SUSPENSE)) == (47104, 284, -46104)
        paid(desk, "471.04")
        make_rounds(desk.organisation.pk)
        assert [gap[4] for gap in gaps()] == ["vanished", "vanished"] and balance(Account.CHANNEL) == 0
        assert first_finding(desk) == ""

    def test_one_payout_for_two_communities(self, desk: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """An account of the whole firm: what of its payout is the next community's, the one whose bank has the money owes to it."""
        east = Community.objects.create(organisation=desk.organisation, name="桂语东苑", sort_key="guiyudongyuan", receipt_prefix="GD")
        boss, maker = (actor_of(desk.organisation, who, role) for who, role in (("boss", Role.FINANCE_LEAD), ("maker", Role.FINANCE)))
        merchant = add_merchant(None, "通联支付", "898310000009", "通联清算", actor=boss)
        for place, number in ((desk.community, "T0000008"), (east, "T0000009")):
            add_terminal(merchant.pk, place.pk, number, "前台", actor=boss)
        rows = "T0000008,2026-01-15,6222****1234,消费,50.00,0.30,R8,,2026-01-15\nT0000009,2026-01-15,6222****1234,消费,100.00,0.60,R9,,2026-01-15\n"
        (day,) = take_in_cards(merchant.pk, "0115.csv", (HEAD + rows).encode(), actor=maker).days
        found = paid(desk, "149.10", name="通联清算款")

        def stands() -> dict[tuple[str, str], int]:
            legs = Leg.objects.filter(account__in=("1221.1", "1012")).values_list("account", "entry__community__name").annotate(fen=Sum("amount_fen"))
            return {(account, name): fen for account, name, fen in legs if fen}

        settled = {("1012", "桂语花园"): 47388 - 5000, ("1012", "桂语东苑"): -10000, ("1221.1", "桂语花园"): -9940, ("1221.1", "桂语东苑"): 9940}
        monkeypatch.setattr("wuyefei.money.reconciliation.settling._parts", lambda _days, _home: {})
        make_rounds(desk.organisation.pk)
        monkeypatch.undo()
        assert stands() == {("1012", "桂语花园"): 47388 - 30 - 14910, ("1012", "桂语东苑"): -60}, "as books were before"
        move = import_module("wuyefei.money.reconciliation.migrations.0006_payouts_for_others")
        for _time in range(2):
            with connection.cursor() as cursor:
                cursor.execute(move.KEPT)
                cursor.execute(move.OWED)
        assert stands() == settled and first_finding(desk) == ""
        decide(ask_unsettle(day.pk, "看错", actor=maker).pk, approved=True, actor=boss)
        assert stands() == {("1012", "桂语花园"): 47388 - 30, ("1012", "桂语东苑"): -60} and first_finding(desk) == ""
        settle_by_hand(day.pk, found.pk, actor=maker)
        assert stands() == settled and owing_to(east.pk) == {desk.community.pk: 9940} and first_finding(desk) == ""

    def test_a_file_with_a_wrong_row_is_refused_whole(self, desk: World) -> None:
        for text, words in ((FULL.replace("T0000001", "T9", 1), "第 2 行：终端号 T9 没有登记"), (FULL + line(R102, "1.00", "0.01"), "第 4 行：参考号与第 3 行重复")):
            with pytest.raises(CardFileRefused) as refused:
                take_in(desk, text)
            assert words in refused.value.text
        for who in ("outsider", "cashier"):
            with pytest.raises((NotFound, Forbidden)):
                take_in(desk, who=who)
        assert not ChannelDay.objects.exists() and not Leg.objects.filter(account=Account.BANK_FEE.value).exists()

    def test_the_pages(self, desk: World) -> None:
        client = client_of(desk, "finance")
        page = client.get("/reconciliation/").content.decode()
        assert "2 笔刷卡" in page and "收刷卡清算文件" in page
        file = SimpleUploadedFile("0115.csv", FULL.encode())
        sent = client.post("/reconciliation/cards", {"merchant": PosMerchant.objects.get().pk, "file": file})
        assert sent.status_code == 302 and "•••• 1234" in client.get(sent["Location"]).content.decode()
        assert "没有清算文件" not in client.get("/reconciliation/").content.decode()
        lead = client_of(desk, "lead")
        made = lead.post("/cashdesk/terminals/", {"act": "terminal", "merchant": PosMerchant.objects.get().pk, "community": desk.community.pk, "number": "T0000001"})
        assert made.status_code == 409 and "已经登记过" in made.content.decode()
        lead.post("/cashdesk/terminals/", {"act": "end", "terminal": PosTerminal.objects.get().pk})
        assert "已停用" in lead.get("/cashdesk/terminals/").content.decode()

    def test_what_the_desk_refuses_and_the_database_keeps(self, desk: World) -> None:
        with clock.at(DAY):
            for card in (CardRead(None, "参考"), CardRead(None, "", "12"), CardRead(999999)):
                with pytest.raises((Invalid, NotFound)):
                    swipe(desk, "1-1-201", card)
        assert CardSlip.objects.count() == 2
        for sql in ("UPDATE cashdesk_cardslip SET payment_id = payment_id + 1", "DELETE FROM cashdesk_cardslip", "UPDATE cashdesk_posterminal SET number = 'X'"):
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql)
