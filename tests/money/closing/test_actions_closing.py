"""A month is closed by two people; then the database takes nothing dated in it, and ``verify`` sees what came in by force."""

from __future__ import annotations

import datetime as dt
import threading
import time
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests.money.books.company import bill_of, make_company
from tests.money.cashdesk.test_pages import client_of
from tests.scenarios.month import first_finding
from tests.world import World
from wuyefei.foundation.approvals.actions import SamePerson, cancel, decide
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import CHINA, Month
from wuyefei.foundation.kernel.errors import Forbidden, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.money.billing.public import ask_adjustment
from wuyefei.money.cashdesk.public import Shift, open_shift
from wuyefei.money.closing.public import (
    AlreadyAsked,
    Closing,
    Hindered,
    Key,
    NotTheLatest,
    ReasonMissing,
    ask_close,
    ask_reopen,
    checklist,
)
from wuyefei.money.ledger.public import (
    Account,
    Entry,
    PeriodClose,
    PeriodClosed,
    Posting,
    closed_through,
    hold_books,
    post,
)

JANUARY, FEBRUARY = Month(2026, 1), Month(2026, 2)
MARCH = dt.date(2026, 3, 3)
WHY = "月末没有核验的下周补"


@pytest.fixture(scope="class")
def company(django_db_setup: None, django_db_blocker: Any) -> Any:
    """Made once for the class, its shift counted; every test works in a transaction that is undone."""
    with django_db_blocker.unblock():
        point = transaction.atomic()
        point.__enter__()
        try:
            world = make_company()
            Shift.objects.update(state="accepted", closed_at=dt.datetime(2026, 2, 28, tzinfo=dt.UTC), expected_fen=100000, counted_fen=100000)
            yield world
        finally:
            transaction.set_rollback(True)
            point.__exit__(None, None, None)


def shut(world: World, month: Month) -> Request:
    request = ask_close(world.community.pk, month, actor=world["finance"], reason=WHY)
    return decide(request.pk, approved=True, actor=world["lead"])


def legs(fen: int = 100) -> list[Posting]:
    return [Posting(Account.RECEIVABLE, fen), Posting(Account.INCOME, -fen)]


def dated(world: World, day: dt.date) -> Entry | None:
    moment = dt.datetime.combine(day, dt.time(10), CHINA)
    return post("billing.adjust", 1, legs(), actor=world["lead"], community_id=world.community.pk, memo="补记", booked_at=moment)


@pytest.mark.django_db
class TestClosing:
    def test_the_list_says_what_is_open(self, company: World) -> None:
        with clock.at(MARCH):
            items = {one.key: one for one in checklist(company["finance"], company.community.pk, FEBRUARY)}
            assert {key for key, one in items.items() if not one.settled} == {Key.PROOF, Key.CASH}
            with pytest.raises(ReasonMissing):
                ask_close(company.community.pk, FEBRUARY, actor=company["finance"])
            assert not Closing.objects.exists()

    def test_two_people_close_and_the_days_take_nothing_more(self, company: World) -> None:
        with clock.at(MARCH):
            request = ask_close(company.community.pk, FEBRUARY, actor=company["finance"], reason=WHY)
            with pytest.raises(AlreadyAsked):
                ask_close(company.community.pk, FEBRUARY, actor=company["lead"], reason=WHY)
            assert closed_through(company.community.pk) is None
            with pytest.raises(Forbidden):
                decide(request.pk, approved=True, actor=company["finance"])
            decide(request.pk, approved=True, actor=company["lead"])
            fact = PeriodClose.objects.get()
            assert (fact.first, fact.last, fact.entries) == (None, dt.date(2026, 2, 28), Entry.objects.count())
            count = Entry.objects.count()
            for day in (dt.date(2026, 1, 5), dt.date(2026, 2, 28)):
                with pytest.raises(PeriodClosed), transaction.atomic():
                    dated(company, day)
            assert Entry.objects.count() == count
            assert dated(company, dt.date(2026, 3, 1)) is not None
            actions = set(AuditEntry.objects.filter(action__contains="close").values_list("action", flat=True))
            assert actions == {"closing.close.ask", "closing.close.approve", "closing.close_done", "ledger.close"}

    def test_the_database_refuses_what_goes_round_the_actions(self, company: World) -> None:
        with clock.at(MARCH):
            shut(company, FEBRUARY)
            entry = Entry.objects.latest("pk")
            with pytest.raises(IntegrityError, match="closed"), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO ledger_entry (organisation_id, community_id, entry_date, booked_at, kind, source_id, memo, actor_id)"
                    " SELECT organisation_id, community_id, '2026-02-01', booked_at, kind, source_id, memo, actor_id FROM ledger_entry WHERE id = %s",
                    [entry.pk],
                )
            for sql in ("UPDATE ledger_periodclose SET closed_through = '2025-01-31'", "DELETE FROM ledger_periodclose"):
                with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(sql)
            fact = PeriodClose.objects.get()
            fact.pk, fact.last, fact.closed_through = None, dt.date(2026, 1, 31), dt.date(2026, 1, 31)
            with pytest.raises(IntegrityError, match="begins after"), transaction.atomic():
                fact.save()

    def test_a_late_correction_is_dated_in_the_open_month(self, company: World) -> None:
        with clock.at(MARCH):
            shut(company, FEBRUARY)
            wanted = ask_adjustment(bill_of(company, "1-1-201").pk, -1060, actor=company["finance"], reason="二月少服务一天")
            decide(wanted.pk, approved=True, actor=company["lead"])
            entry = Entry.objects.latest("pk")
            assert (entry.kind, entry.entry_date) == ("billing.adjust", MARCH)
            assert first_finding(company) == ""

    def test_reopening_is_a_decision_of_its_own(self, company: World) -> None:
        with clock.at(MARCH):
            shut(company, JANUARY)
            shut(company, FEBRUARY)
            with pytest.raises(NotTheLatest):
                ask_reopen(company.community.pk, JANUARY, actor=company["finance"], reason="一月错了")
            request = ask_reopen(company.community.pk, FEBRUARY, actor=company["finance"], reason="漏了一张凭证")
            decide(request.pk, approved=True, actor=company["lead"])
            assert closed_through(company.community.pk) == dt.date(2026, 1, 31)
            dated(company, dt.date(2026, 2, 20))
            with pytest.raises(PeriodClosed), transaction.atomic():
                dated(company, dt.date(2026, 1, 31))
            rows = PeriodClose.objects.order_by("pk").values_list("reopened", "closed_through")
            assert list(rows) == [(False, dt.date(2026, 1, 31)), (False, dt.date(2026, 2, 28)), (True, dt.date(2026, 1, 31))]

    def test_a_refused_or_withdrawn_closing_changes_nothing(self, company: World) -> None:
        with clock.at(MARCH):
            request = ask_close(company.community.pk, FEBRUARY, actor=company["finance"], reason=WHY)
            decide(request.pk, approved=False, actor=company["lead"], note="先核验")
            request = ask_close(company.community.pk, FEBRUARY, actor=company["lead"], reason=WHY)
            with pytest.raises(SamePerson):
                decide(request.pk, approved=True, actor=company["lead"])
            cancel(request.pk, actor=company["lead"])
            assert set(Closing.objects.values_list("state", flat=True)) == {"refused"}
            assert closed_through(company.community.pk) is None

    def test_what_came_in_between_hinders_the_decision(self, company: World) -> None:
        with clock.at(MARCH):
            request = ask_close(company.community.pk, FEBRUARY, actor=company["finance"], reason=WHY)
            with clock.at(dt.date(2026, 2, 27)):
                open_shift(company.community.pk, 0, actor=company["cashier"])
            with pytest.raises(Hindered, match="没交完的班"), transaction.atomic():
                decide(request.pk, approved=True, actor=company["lead"])
            assert Request.objects.get(pk=request.pk).state == "open"
            assert closed_through(company.community.pk) is None

    def test_verify_names_what_came_in_by_force(self, company: World) -> None:
        with clock.at(MARCH):
            shut(company, FEBRUARY)
            fact = PeriodClose.objects.get()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL session_replication_role = replica")
                cursor.execute("UPDATE ledger_entry SET memo = memo || '。' WHERE id = %s", [Entry.objects.earliest("pk").pk])
                cursor.execute("SET LOCAL session_replication_role = origin")
            assert first_finding(company) == f"ledger.closed ledger_periodclose {fact.pk}"

    def test_others_neither_see_nor_ask(self, company: World) -> None:
        with clock.at(MARCH):
            with pytest.raises(NotFound):
                checklist(company["outsider"], company.community.pk, FEBRUARY)
            with pytest.raises(Forbidden):
                ask_close(company.community.pk, FEBRUARY, actor=company["auditor"], reason=WHY)
            with pytest.raises(NotFound):
                ask_close(company.community.pk, FEBRUARY, actor=company["outsider"], reason=WHY)

    def test_the_pages(self, company: World) -> None:
        client = client_of(company, "finance")
        with clock.at(MARCH):
            place = f"/closing/{company.community.pk}"
            assert "还没结过" in client.get("/closing/").content.decode()
            text = client.get(f"{place}/2026-02").content.decode()
            assert "10 / 12 项已处理" in text and "申请结账" in text
            refused = client.post(f"{place}/2026-02/close", {"reason": ""})
            assert refused.status_code == 409 and "请写明原因" in refused.content.decode()
            assert client.post(f"{place}/2026-02/close", {"reason": WHY}).status_code == 302
            request = Request.objects.get(kind="closing.close")
            assert WHY in client_of(company, "lead").get("/approvals/").content.decode()
            decide(request.pk, approved=True, actor=company["lead"])
            text = client.get(f"{place}/2026-02").content.decode()
            assert "数据库拒收" in text and PeriodClose.objects.get().digest in text and "申请反结账" in text
            assert "还没有过完" in client.get(f"{place}/2026-03").content.decode()
            assert client.get(f"{place}/2026-99").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_post_and_a_close_wait_for_each_other() -> None:
    """Somebody posts at the last moment of the month and has not committed: the closing waits and then counts the entry;
    who posts while it is being closed waits and is refused."""
    world = make_company()
    posted, done = threading.Event(), {}

    def poster() -> None:
        try:
            with transaction.atomic():
                dated(world, dt.date(2026, 2, 28))
                posted.set()
                time.sleep(0.3)
        finally:
            connection.close()

    def late() -> None:
        try:
            with transaction.atomic():
                dated(world, dt.date(2026, 2, 28))
        except PeriodClosed as error:
            done["late"] = error.code
        finally:
            connection.close()

    from wuyefei.money.ledger.public import close_books

    first, second = threading.Thread(target=poster), threading.Thread(target=late)
    first.start()
    assert posted.wait(10)
    count = Entry.objects.count()
    with clock.at(MARCH), transaction.atomic():
        hold_books(world.community.pk)
        second.start()
        fact = close_books(world.community, FEBRUARY.last, actor=world["lead"], asked_by_id=world["finance"].user_id, reason=WHY)
        time.sleep(0.2)
    first.join(10)
    second.join(10)
    assert (fact.entries, done) == (count + 1, {"late": "period_closed"})
