"""A dispute holds its bill's late fee exactly while it is open; answers have a clock; nobody answers elsewhere."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from tests.estate.metering.test_pages_metering import client_of
from tests.relations.owners import LU, SHEN, TODAY, Town, owner, place
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.kernel.errors import Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.public import LateFeeHold, Receivable, open_bills
from wuyefei.money.concessions.public import Basis, PlanTerms, propose
from wuyefei.relations.accounts.public import Owner, Place
from wuyefei.relations.service.models import Ticket
from wuyefei.relations.service.public import (
    answer,
    ask_instalments,
    close,
    complain,
    dispute,
    get_ticket_of,
    tickets,
    tickets_of,
    withdraw,
)
from wuyefei.relations.service.rules import (
    AlreadyDisputed,
    DisputedBefore,
    NotAnswered,
    NothingOwed,
    TicketClosed,
    answer_due,
    hold_ends,
    late,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wuyefei.relations.accounts.rules.refuse_too_often", lambda *args: None)


@pytest.fixture
def lu(town: Town) -> tuple[Owner, Place]:
    return owner(town, LU), place(town, LU, "1-1-101")


def bill_of(town: Town, code: str = "1-1-101", month: int = 1) -> Receivable:
    return Receivable.objects.get(property=town.world.flats[code], service_from=dt.date(2026, month, 1))


def late_fee(town: Town, bill: Receivable, on: dt.date) -> int:
    (found,) = open_bills(town.world["manager"], on, receivable_ids=[bill.pk])
    return found.late_fee_fen


def test_the_late_fee_stands_still_while_a_dispute_is_open(town: Town, lu: tuple[Owner, Place]) -> None:
    """January's 250.00, due 15 January; on 14 February 200.00 came in: 3.75 late fee, 196.25 principal.

    53.75 is left from then on: 0.026875 a day. By 19 February that is 5 days, 0.13. Disputed on the 20th, closed on the
    25th: the 20th to the 25th bear nothing; on 1 March four days more, 0.24.
    """
    bill = bill_of(town)
    assert late_fee(town, bill, dt.date(2026, 2, 19)) == 13
    ticket = dispute(*lu, bill.pk, "service", "1 月 8 日起楼道灯一直不亮")
    hold = LateFeeHold.objects.get(receivable=bill)
    assert (hold.kind, hold.starts_on, hold.ends_on, ticket.hold_id) == ("dispute", TODAY, None, hold.pk)
    assert late_fee(town, bill, dt.date(2026, 3, 31)) == 13
    with clock.at(dt.date(2026, 2, 25)):
        answer(ticket.pk, "2 月 21 日已换灯，并核减公共照明一项。", actor=town.world["manager"])
        close(ticket.pk, "partly", actor=town.world["manager"])
    hold.refresh_from_db()
    assert hold.ends_on == dt.date(2026, 2, 25)
    assert late_fee(town, bill, dt.date(2026, 2, 25)) == 13
    assert late_fee(town, bill, dt.date(2026, 3, 1)) == 24
    assert run_checks(town.world.organisation.pk).first is None
    assert set(AuditEntry.objects.filter(subject_type="ticket").values_list("action", flat=True)) == {
        "ticket.open", "ticket.answer", "ticket.close"
    }  # fmt: skip


def test_what_is_withdrawn_the_same_day_holds_that_day(town: Town, lu: tuple[Owner, Place]) -> None:
    ticket = dispute(*lu, bill_of(town).pk, "amount", "面积不对")
    withdraw(*lu, ticket.token)
    assert LateFeeHold.objects.get().ends_on == TODAY
    with pytest.raises(TicketClosed):
        withdraw(*lu, ticket.token)
    again = dispute(*lu, bill_of(town).pk, "amount", "面积还是不对")
    withdraw(*lu, again.token)
    with pytest.raises(DisputedBefore):
        dispute(*lu, bill_of(town).pk, "amount", "第三次")
    assert Ticket.objects.count() == 2


def test_one_open_dispute_a_bill(town: Town, lu: tuple[Owner, Place]) -> None:
    ticket = dispute(*lu, bill_of(town).pk, "other", "请核对")
    with pytest.raises(AlreadyDisputed):
        dispute(*lu, bill_of(town).pk, "other", "再问一次")
    assert LateFeeHold.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.filter(pk=ticket.pk).update(text="别的话")


def test_only_an_own_unpaid_bill_can_be_disputed(town: Town, lu: tuple[Owner, Place]) -> None:
    with pytest.raises(NotFound):
        dispute(*lu, bill_of(town, "1-1-102").pk, "service", "不是我的")
    with pytest.raises(Invalid):
        dispute(*lu, bill_of(town).pk, "weather", "下雨")
    with pytest.raises(Invalid):
        dispute(*lu, bill_of(town).pk, "service", "   ")
    Receivable.objects.filter(pk=bill_of(town, month=2).pk).update(outstanding_fen=0)
    with pytest.raises(NothingOwed):
        dispute(*lu, bill_of(town, month=2).pk, "service", "缴过了")
    assert not Ticket.objects.exists()
    assert not LateFeeHold.objects.exists()


def test_an_answer_is_due_within_two_days(town: Town, lu: tuple[Owner, Place]) -> None:
    ticket = complain(*lu, "电梯异响")
    assert ticket.due_at - ticket.made_at == dt.timedelta(hours=48)
    assert answer_due(ticket.made_at) == ticket.due_at
    assert not late(ticket.made_at, None, ticket.due_at)
    assert late(ticket.made_at, None, ticket.due_at + dt.timedelta(seconds=1))
    assert not late(ticket.made_at, ticket.due_at, ticket.due_at + dt.timedelta(days=9))
    assert hold_ends(TODAY, TODAY) == TODAY


def test_a_ticket_is_answered_before_it_is_closed(town: Town, lu: tuple[Owner, Place]) -> None:
    ticket = ask_instalments(*lu, 3, "")
    with pytest.raises(NotAnswered):
        close(ticket.pk, "upheld", actor=town.world["manager"])
    with pytest.raises(Invalid):
        ask_instalments(*lu, 12, "")
    answer(ticket.pk, "可以，请来签协议", actor=town.world["manager"])
    with pytest.raises(Invalid):
        close(ticket.pk, "withdrawn", actor=town.world["manager"])
    close(ticket.pk, "upheld", actor=town.world["manager"])
    with pytest.raises(TicketClosed):
        answer(ticket.pk, "再补一句", actor=town.world["manager"])


def test_who_may_answer(town: Town, lu: tuple[Owner, Place]) -> None:
    ticket = complain(*lu, "门禁坏了")
    with pytest.raises(NotFound):
        answer(ticket.pk, "x", actor=town.world["outsider"])
    for name in ("cashier", "auditor"):
        with pytest.raises((NotFound, Forbidden)):
            answer(ticket.pk, "x", actor=town.world[name])
    assert tickets(town.world["outsider"]).count() == 0
    assert Role.PROJECT_MANAGER in town.world["manager"].roles
    ticket.refresh_from_db()
    assert ticket.state == "open"


def test_another_owner_sees_no_ticket_of_mine(town: Town, lu: tuple[Owner, Place]) -> None:
    ticket = complain(*lu, "单元门不关")
    shen, there = owner(town, SHEN), place(town, SHEN, "1-1-102")
    assert tickets_of(shen, there).count() == 0
    with pytest.raises(NotFound):
        get_ticket_of(shen, there, ticket.token)
    with pytest.raises(NotFound):
        withdraw(shen, there, ticket.token)


def test_asking_for_instalments_leads_to_one_plan_and_they_show_each_other(town: Town, lu: tuple[Owner, Place]) -> None:
    bill, manager = bill_of(town), town.world["manager"]
    ticket = ask_instalments(*lu, 4, "工资没到账")
    with pytest.raises(Invalid):
        ask_instalments(*lu, 7, "")
    page = client_of(manager).get(f"/service/tickets/{ticket.pk}").content.decode()
    address = f"/concessions/plans/new/{ticket.property_id}?payer={ticket.person_id}&amp;origin=ticket:{ticket.pk}"
    assert address in page
    form = client_of(manager).get(address.replace("&amp;", "&")).content.decode()
    assert "业主在手机上申请分 4 个月缴" in form and 'value="4"' in form
    terms = PlanTerms(Basis.HARDSHIP, 4, clock.today(), "工资没到账", 50, origin=f"ticket:{ticket.pk}")
    with pytest.raises(NotFound):
        propose(bill.property_id, [bill_of(town, "1-1-102").pk], terms, actor=manager)
    plan = propose(bill.property_id, [bill.pk], terms, actor=manager)
    page = client_of(manager).get(f"/service/tickets/{ticket.pk}").content.decode()
    assert f"/concessions/plans/{plan.pk}" in page and address not in page
    assert f"/service/tickets/{ticket.pk}" in client_of(manager).get(f"/concessions/plans/{plan.pk}").content.decode()
