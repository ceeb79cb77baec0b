"""What is laid out in a matter: booked, given back, laid on the payer and paid first, borne, taken back; and a share among creditors."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests.collection.legal.conftest import at, bills_of, refused
from tests.collection.legal.test_actions_legal import ASSETS, demanded, do
from tests.insight.arrears.test_pages_arrears import client, sheet_of, text
from tests.money.bank.samples import OURS
from tests.scenarios.month import first_finding
from tests.world import World, pay
from wuyefei.collection.legal.models import Cost, Event, Matter
from wuyefei.collection.legal.public import (
    CostOrder,
    Fee,
    Move,
    ask_cost,
    ask_undo,
    award,
    link_dividend,
    make_paper,
    open_matter,
    refund_by_line,
)
from wuyefei.collection.legal.queries.costs import sums_of_matter
from wuyefei.collection.legal.queries.matters import bill_ids, open_matters
from wuyefei.estate.people.public import Person
from wuyefei.foundation.approvals.actions import SamePerson, decide
from wuyefei.foundation.kernel.errors import Forbidden, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.money.bank.public import BankLine, import_statement
from wuyefei.money.billing.public import LateFeeHold, Receivable, ask_reversal, charge_once, open_bills
from wuyefei.money.concessions.public import GivingUp, Ground, Paper, Way, ask_giving_up
from wuyefei.money.ledger.public import Account, balances
from wuyefei.money.payments.public import Allocation, PaymentOrder

pytestmark = pytest.mark.django_db
FILED, JUDGED, LATER = dt.date(2026, 9, 21), dt.date(2026, 9, 23), dt.date(2026, 10, 12)


def balance(world: World, account: Account) -> int:
    return balances(world["lead"], [world.community])[world.community.pk, account]


def order(move: Move, fen: int, on: dt.date, fee: Fee = Fee.COURT, **more: Any) -> CostOrder:
    return CostOrder(move, fee, fen, on, "某区人民法院", "缴费通知 8 号", **more)


def booked(world: World, matter: Matter, one: CostOrder) -> Cost:
    with clock.at(at(one.on)):
        asked = ask_cost(matter.pk, one, actor=world["legal"])
        with pytest.raises((SamePerson, Forbidden)):
            decide(asked.pk, approved=True, actor=world["legal"])
        decide(asked.pk, approved=True, actor=world["manager"])
    return Cost.objects.latest("pk")


def judged(world: World) -> Matter:
    matter = demanded(world)
    do(world, matter, "early", FILED, ground="assets", note="正在卖房")
    do(world, matter, "assets", FILED, **ASSETS)
    do(world, matter, "file", FILED, court="某区人民法院", track="ordinary", fee_fen="50")
    do(world, matter, "judged", JUDGED, number="（2026）示 1 号", perform_by="2026-10-10", awarded_fen="840")
    return Matter.objects.get(pk=matter.pk)


def test_costs_from_the_court_s_counter_to_the_payer_s_bill(world: World) -> None:
    matter = judged(world)
    with refused("not_shifted"), clock.at(at(JUDGED)):
        ask_cost(matter.pk, order(Move.PAID, 30000, JUDGED, Fee.LAWYER), actor=world["legal"])
    booked(world, matter, order(Move.PAID, 5000, FILED))
    booked(world, matter, order(Move.EXPENSED, 30000, FILED, Fee.LAWYER))
    assert [balance(world, account) for account in (Account.ADVANCED, Account.LAWSUITS, Account.BANK)] == [5000, 30000, -35000]
    with clock.at(at(JUDGED)):
        statement = "交易日期,交易流水号,贷方发生额,对方户名,摘要\n2026-09-22,T1,25.00,某区人民法院,退费\n2026-09-22,T2,25.01,某区人民法院,退费\n"
        import_statement(world.community.pk, OURS, "9月.csv", statement.encode(), actor=world["finance"])
        right, over = (BankLine.objects.get(ref=ref) for ref in ("T1", "T2"))
        with pytest.raises((Forbidden, NotFound)):
            refund_by_line(matter.pk, right.pk, Fee.COURT, "退费 3 号", actor=world["legal"])
        back = refund_by_line(matter.pk, right.pk, Fee.COURT, "退费 3 号", actor=world["lead"])
        with refused("not_that_much"):
            refund_by_line(matter.pk, over.pk, Fee.COURT, "退费 4 号", actor=world["lead"])
        assert BankLine.objects.get(pk=over.pk).state == "waiting" and (label := BankLine.objects.get(pk=right.pk)).state == "court" and label.get_state_display() == "法院退费"
        with refused("not_that_much"):
            award(matter.pk, order(Move.AWARDED, 2501, JUDGED), actor=world["legal"])
        given = award(matter.pk, order(Move.AWARDED, 2000, JUDGED), actor=world["legal"])
    booked(world, matter, order(Move.BORNE, 500, JUDGED))
    assert sums_of_matter(matter).waiting_fen == balance(world, Account.ADVANCED) == 0 and balance(world, Account.LAWSUITS) == 30500
    assert back.line_id == right.pk and first_finding(world) == ""
    bill = Receivable.objects.get(pk=given.receivable_id)
    assert (bill.amount_fen, bill.tax_fen, bill.late_fee_rate, bill.allocation_order, bill.item.name) == (2000, 0, None, "costs", "代垫诉讼费")
    with refused("not_at_the_desk"):
        charge_once(bill.property_id, bill.payer_id, bill.item, 100, actor=world["cashier"], community_id=bill.community_id, memo="")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE legal_cost SET amount_fen = 1")
    _paid_first(world, matter, bill)


def _paid_first(world: World, matter: Matter, bill: Receivable) -> None:
    """100.00 comes in: the costs, though youngest, then the oldest debt's late fee and principal. The matter stays until all is paid."""
    do(world, matter, "enforce", LATER, court="某区人民法院")
    with clock.at(at(LATER)):
        assert bill.pk in bill_ids(matter.pk) and matter in open_matters(world["legal"])
        bills = [one for one in open_bills(world["cashier"], clock.today(), receivable_ids=bill_ids(matter.pk)) if one.property_id == bill.property_id]
        paid = pay(PaymentOrder(bill.property_id, bill.payer_id, tuple(one.id for one in bills), {"transfer": 10000}, "k-share", keep_rest=True), actor=world["cashier"])
        parts = list(Allocation.objects.filter(payment=paid).order_by("pk").values_list("receivable_id", "part", "amount_fen"))
        assert parts[0] == (bill.pk, "principal", 2000) and parts[1][1] == "late_fee" and sum(fen for _, _, fen in parts) == 10000
        with refused("has_payments"):
            ask_reversal(bill.pk, actor=world["lead"], reason="登错了")
        paper = make_paper(matter.pk, "sums", actor=world["legal"])
        words = str(paper.data)
        assert "诉讼费用" in words and "判由对方负担" in words and "实现债权的费用" in words
        assert "判由其负担的诉讼费用" not in str(make_paper(matter.pk, "enforce", actor=world["legal"]).data)
        assert "诉讼费用" in [part["title"] for part in make_paper(matter.pk, "pack", actor=world["legal"]).data["parts"]]
    assert first_finding(world) == ""


def test_what_was_written_in_error_is_taken_back(world: World) -> None:
    matter = judged(world)
    one = booked(world, matter, order(Move.PAID, 5000, FILED))
    with clock.at(at(JUDGED)):
        given = award(matter.pk, order(Move.AWARDED, 5000, JUDGED), actor=world["legal"])
        with refused("by_its_bill"):
            ask_undo(given.pk, "登错了", actor=world["legal"])
        asked = ask_undo(one.pk, "登错了", actor=world["legal"])
        with refused("not_that_much"):  # all of it has become the payer's bill
            decide(asked.pk, approved=True, actor=world["manager"])
        decide(asked.pk, approved=False, note="先红冲账单", actor=world["manager"])
        decide(ask_reversal(given.receivable_id or 0, actor=world["legal"], reason="判决改判").pk, approved=True, actor=world["lead"])
        assert sums_of_matter(matter).waiting_fen == balance(world, Account.ADVANCED) == 5000 and first_finding(world) == ""
        decide(ask_undo(one.pk, "登错了", actor=world["legal"]).pk, approved=True, actor=world["manager"])
        with refused("cost_taken_back"):
            ask_undo(one.pk, "再冲一次", actor=world["legal"])
    assert (balance(world, Account.ADVANCED), balance(world, Account.BANK)) == (0, 0) and first_finding(world) == ""
    with pytest.raises(NotFound):
        ask_cost(matter.pk, order(Move.PAID, 100, FILED), actor=world["outsider"])


def test_a_judgment_comes_before_an_award(world: World) -> None:
    matter = demanded(world)
    booked(world, matter, order(Move.PAID, 5000, FILED))
    with clock.at(at(FILED)), refused("no_judgment"):
        award(matter.pk, order(Move.AWARDED, 5000, FILED), actor=world["legal"])
    assert Cost.objects.count() == 1


def test_a_share_among_creditors(world: World) -> None:
    matter = judged(world)
    share = {"way": "share", "court": "某区人民法院", "declared_fen": "840", "due_on": "2026-10-31"}
    with refused("invalid"):
        do(world, matter, "admitted", JUDGED, admitted_fen="800")
    with refused("invalid"):
        do(world, matter, "declare", JUDGED, **share | {"way": "bankrupt", "since": "2026-09-01"})
    do(world, matter, "declare", JUDGED, **share)
    with refused("invalid"):
        do(world, matter, "admitted", JUDGED, admitted_fen="841")
    matter.refresh_from_db()
    assert "债权申报期限最后一日" in [event.what for event in _deadlines(world, matter)]
    do(world, matter, "admitted", LATER, admitted_fen="840")
    do(world, matter, "shared", LATER, share_fen="300")
    assert (dt.date(2026, 10, 27), "分配方案异议期满") in [(one.on, one.what) for one in _deadlines(world, matter)]
    with clock.at(at(LATER)):
        bills = list(open_bills(world["cashier"], clock.today(), receivable_ids=bill_ids(matter.pk)))
        home = bills[0].property_id
        mine = [one for one in bills if one.property_id == home]
        paid = pay(PaymentOrder(home, matter.person_id, tuple(one.id for one in mine), {"transfer": 30000}, "k-share"), actor=world["cashier"])
        event = link_dividend(matter.pk, paid.pk, actor=world["legal"])
        with pytest.raises(NotFound):
            link_dividend(matter.pk, paid.pk, actor=world["legal"])
        assert event.facts == {"payment": paid.pk, "amount_fen": 30000}
    do(world, matter, "distributed", LATER, number="（2026）示执 2 号")
    with clock.at(at(LATER)):
        shown = text(client(world, "legal").get(f"/legal/matters/{matter.pk}"))
    assert "分配终结" in shown and "300.00" in shown and "申请核销" in shown and first_finding(world) == ""


def _deadlines(world: World, matter: Matter) -> list[Any]:
    from wuyefei.collection.legal.queries.matters import deadlines_of, past_of

    with clock.at(at(LATER)):
        return deadlines_of(past_of(Matter.objects.get(pk=matter.pk)), clock.today(), None)


def test_in_bankruptcy_no_late_fee_runs_on(world: World) -> None:
    Person.objects.filter(pk=world.people["陆小满"].pk).update(kind="company")
    matter = open_matter(bills_of(world, "陆小满"), actor=world["legal"])
    do(world, matter, "declare", FILED, way="bankrupt", court="某管理人", declared_fen="840", since="2026-09-01")
    with clock.at(at(LATER)):
        assert sum(one.late_fee_fen for one in open_bills(world["legal"], clock.today(), receivable_ids=bill_ids(matter.pk))) <= 4000
    assert set(LateFeeHold.objects.values_list("kind", "starts_on")) == {("bankruptcy", dt.date(2026, 9, 1))}
    assert Event.objects.filter(matter=matter, kind="declare").count() == 1 and first_finding(world) == ""


def test_pages(world: World) -> None:
    matter = judged(world)
    with clock.at(at(JUDGED)):
        page, where = client(world, "legal"), f"/legal/matters/{matter.pk}"
        assert "还没有登记过费用" in text(page.get("/legal/costs"))
        form = {"fee": "court", "amount": "50", "on": "2026-09-21", "party": "某区人民法院", "paper": "通知 8 号"}
        wrong = page.post(f"{where}/costs/paid", form | {"fee": "lawyer"})
        assert wrong.status_code == 422 and "合同约定由违约方承担" in text(wrong)
        assert "已提请复核" in text(page.post(f"{where}/costs/paid", form, follow=True))
        assert "等复核" in text(page.get(where)) and page.get(f"{where}/costs/stolen").status_code == 404
        from wuyefei.foundation.approvals.models import Request

        decide(Request.objects.latest("pk").pk, approved=True, actor=world["manager"])
        assert "还在垫付" in text(page.get(where))
        assert "已成为对方的账单" in text(page.post(f"{where}/costs/awarded", form | {"amount": "20"}, follow=True))
        rows = sheet_of(page.get("/legal/costs/export?waiting=1").content)
        assert [float(cell) for cell in rows[1][4:]] == [50, 0, 20, 0, 30]
        undo = page.post(f"/legal/costs/{Cost.objects.earliest('pk').pk}/undo", {"reason": "登错了"}, follow=True)
        assert "已提请复核" in text(undo)
    with clock.at(at(LATER)):  # what was laid on the payer and cannot be had is the company's own loss
        bill = Cost.objects.get(move="awarded").receivable_id or 0
        gone = GivingUp(Way.WRITE_OFF, Paper("裁定书", "（2026）示 01 执 1 号", clock.today()), "无财产可供执行", Ground.COURT)
        decide(ask_giving_up(bill, gone, actor=world["legal"]).request_id or 0, approved=True, actor=world["lead"])
        assert (balance(world, Account.BAD_DEBT), balance(world, Account.ADVANCED)) == (2000, 3000) and first_finding(world) == ""
