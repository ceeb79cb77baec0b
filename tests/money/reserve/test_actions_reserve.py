"""A quarter is drafted, its large debt assessed, approved by a second person, run again; what the books then hold."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests.docs import rows_of
from tests.money.cashdesk.test_pages import client_of
from tests.scenarios.month import first_finding
from tests.world import World, make_world, pay
from wuyefei.estate.tariffs.public import ChargeItem
from wuyefei.foundation.approvals.actions import SamePerson, cancel, decide
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import Forbidden, Invalid, NotFound
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.verify import Finding
from wuyefei.money.billing.public import OpeningArrears, Receivable, book_opening, charge_once
from wuyefei.money.concessions.public import GivingUp, Ground, Paper, Way, ask_giving_up
from wuyefei.money.ledger.public import Account, Entry, Posting, balances, post
from wuyefei.money.payments.public import PaymentOrder
from wuyefei.money.reserve.checks import balance, recomputed
from wuyefei.money.reserve.public import (
    DEFAULT_TERMS,
    Bucket,
    EarlierQuarter,
    Line,
    NotAssessed,
    OpenRun,
    Part,
    Quarter,
    RatesBackdated,
    Run,
    Single,
    Terms,
    WrongState,
    assess,
    board,
    discard,
    draft_run,
    followed,
    set_rates,
    standing_balance,
    submit,
)
from wuyefei.money.reserve.rules import DEFAULT_RATES, Debt, bucket_of, by_age, large_payers

THIRD = Quarter(2026, 3)
NOW = dt.date(2026, 10, 25)
DOC = "rules/reserve.md"
WHY, PLAN = "停业且账户已冻结", "十一月起诉并申请保全"


@pytest.fixture(scope="class")
def company(django_db_setup: None, django_db_blocker: Any) -> Any:
    """The worked community, its 777.77 paid in October: made once for the class, every test in a transaction undone."""
    with django_db_blocker.unblock():
        point = transaction.atomic()
        point.__enter__()
        try:
            with clock.at(dt.date(2026, 9, 1)):
                world = make_world()
                homes = {"陆小满": world.flats["1-1-101"].pk, "顾予安": world.flats["1-1-201"].pk}
                rows = [
                    OpeningArrears(homes[row["缴费人"]], world.people[row["缴费人"]].pk, due, due, due, parse_yuan(row["欠费"]))
                    for row in rows_of(DOC, 1) for due in [dt.date.fromisoformat(row["到期日"])]
                ]  # fmt: skip
                book_opening(rows, actor=world["lead"], community=world.community, item=world.service)
            with clock.at(dt.date(2026, 10, 20)):
                bill = Receivable.objects.get(amount_fen=77777)
                pay(PaymentOrder(bill.property_id, bill.payer_id, (bill.pk,), {"cash": 77777}, "k1"), actor=world["cashier"])
            yield world
        finally:
            transaction.set_rollback(True)
            point.__exit__(None, None, None)


def drafted(world: World, quarter: Quarter = THIRD) -> Run:
    return draft_run(world.community.pk, quarter, actor=world["finance"])


def judged(world: World, run: Run, fen: int) -> None:
    assess(run.pk, Single.objects.get(run=run).pk, fen, WHY, PLAN, actor=world["finance"])


def carried(world: World, run: Run, fen: int) -> Run:
    """A draft to its end by two people."""
    judged(world, run, fen)
    decide(submit(run.pk, actor=world["finance"]).pk, approved=True, actor=world["lead"])
    return Run.objects.get(pk=run.pk)


def approved(world: World, fen: int = 700000, quarter: Quarter = THIRD) -> Run:
    return carried(world, drafted(world, quarter), fen)


def figures(row: dict[str, str]) -> tuple[int, ...]:
    return tuple(parse_yuan(row[name]) for name in ("应有准备", "入账前余额", "差额"))


def legs_of(entry: Entry | None) -> dict[str, int]:
    return dict(entry.legs.values_list("account", "amount_fen")) if entry else {}


@pytest.mark.django_db
class TestReserve:
    def test_the_worked_community(self, company: World) -> None:
        with clock.at(NOW):
            run = drafted(company)
            want = {(row["到期日"], parse_yuan(row["欠费"]), row["账龄"], parse_yuan(row["按账龄"]), row["缴费人"] == "顾予安") for row in rows_of(DOC, 1)}
            lines = Line.objects.filter(run=run).select_related("receivable")
            assert {(str(one.receivable.due_on), one.outstanding_fen, one.get_bucket_display(), one.reserve_fen, one.single) for one in lines} == want
            single = Single.objects.get(run=run)
            assert (single.outstanding_fen, single.by_age_fen, single.receivables, single.reserve_fen) == (1_000_000, 540_000, 2, None)
            with pytest.raises(NotAssessed, match="顾予安"):
                submit(run.pk, actor=company["finance"])
            assert not Request.objects.filter(kind="reserve.run").exists()
            first, again = rows_of(DOC, 2)
            run = carried(company, run, 700000)
            assert (run.reserve_fen, run.standing_fen, run.difference_fen) == figures(first)
            assert legs_of(run.entry) == {"6702.1": 877659, "1231": -877659}
            second = approved(company, 650000)
            assert (second.reserve_fen, second.standing_fen, second.difference_fen) == figures(again)
            assert legs_of(second.entry) == {"6702.1": -50000, "1231": 50000}
            third = approved(company, 650000)
            assert (third.difference_fen, third.entry) == (0, None), "nothing moved, nothing booked"
            assert standing_balance(company.community.pk) == 827659
            assert first_finding(company) == ""

    def test_sql_follows_the_rules(self, company: World) -> None:
        """Every line of the next quarter as the pure rules say, after a payment and under the firm's own rates."""
        with clock.at(NOW):
            terms = Terms({**DEFAULT_RATES, Bucket.UNDER_3_MONTHS: Decimal("0.0333")}, 300_000)
            set_rates(dt.date(2026, 10, 1), terms, "三年来收回情况", actor=company["lead"])
        with clock.at(dt.date(2027, 1, 5)):
            run = drafted(company, THIRD.plus(1))
            debts = [Debt(one.payer_id, one.due_on, one.outstanding_fen) for one in Receivable.objects.filter(outstanding_fen__gt=0)]
            assert len(debts) == 11
            assert by_age(debts, run.as_of, terms) == sum(Part.objects.filter(run=run).values_list("reserve_fen", flat=True)) == 0
            assert set(Single.objects.filter(run=run).values_list("payer_id", flat=True)) == large_payers(debts, run.as_of, 300_000)
            discard(run.pk, actor=company["finance"])
            lines = {one.receivable_id: one for one in Line.objects.filter(run=run)}
            for bill in Receivable.objects.filter(outstanding_fen__gt=0):
                assert lines[bill.pk].bucket == bucket_of(bill.due_on, run.as_of), bill.due_on
        with clock.at(NOW):
            assert Run.objects.get(pk=drafted(company).pk).rates is None, "an earlier quarter keeps the default"

    def test_written_off_after_it_was_set_aside(self, company: World) -> None:
        """The loss is borne once: 6702 takes the whole debt, the next run gives back in 6702.1 what was set aside for it."""
        with clock.at(NOW):
            approved(company)
            bill = Receivable.objects.get(amount_fen=600000)
            wanted = GivingUp(Way.WRITE_OFF, Paper("终结裁定书", "1 号", dt.date(2026, 10, 20)), "无可供执行的财产", Ground.COURT)
            decide(ask_giving_up(bill.pk, wanted, actor=company["collector"]).request_id or 0, approved=True, actor=company["lead"])
            held = {one.bucket: one for one in followed(company["auditor"], THIRD)}[Bucket.OVER_2_YEARS]
            assert (held.lost_fen, held.lowered_fen, held.uncollected) == (600000, 0, 1)
        with clock.at(dt.date(2027, 1, 5)):
            run = drafted(company, THIRD.plus(1))
            assert not Single.objects.filter(run=run).exists(), "4,000.00 are left, no large debt any more"
            decide(submit(run.pk, actor=company["finance"]).pk, approved=True, actor=company["lead"])
            run.refresh_from_db()
            assert (run.reserve_fen, run.difference_fen) == (293_071, 293_071 - 877_659)
            books = balances(company["lead"], [company.community])
            place = company.community.pk
            assert [books.get((place, account), 0) for account in (Account.BAD_DEBT, Account.CREDIT_LOSS, Account.RESERVE)] == [600_000, 293_071, -293_071]
            assert first_finding(company) == ""

    def test_what_is_collected_for_others_is_not_the_firms_to_lose(self, company: World) -> None:
        with clock.at(dt.date(2026, 9, 10)):
            water = ChargeItem.objects.create(organisation=company.organisation, code="water2", name="代收水费", nature="pass_through", tax_rate=0)
            charge_once(company.flats["1-1-101"].pk, company.people["陆小满"].pk, water, 9999, actor=company["cashier"],
                        community_id=company.community.pk, memo="九月")  # fmt: skip
        with clock.at(NOW):
            assert not Line.objects.filter(run=drafted(company), receivable__item=water).exists()

    def test_two_people_and_one_road(self, company: World) -> None:
        with clock.at(NOW):
            run = drafted(company)
            with pytest.raises(OpenRun):
                drafted(company)
            single = Single.objects.get(run=run)
            for fen, reason, plan in ((-1, WHY, PLAN), (1_000_001, WHY, PLAN), (1, " ", PLAN), (1, WHY, "")):
                with pytest.raises(Invalid), transaction.atomic():
                    assess(run.pk, single.pk, fen, reason, plan, actor=company["finance"])
            single.refresh_from_db()
            assert single.reserve_fen is None
            judged(company, run, 700000)
            request = submit(run.pk, actor=company["lead"])
            with pytest.raises(SamePerson), transaction.atomic():
                decide(request.pk, approved=True, actor=company["lead"])
            with pytest.raises(NotFound), transaction.atomic():
                decide(request.pk, approved=True, actor=company["finance"])
            with pytest.raises(WrongState):
                judged(company, run, 1)
            with pytest.raises(WrongState):
                discard(run.pk, actor=company["finance"])
            cancel(request.pk, actor=company["lead"])
            judged(company, run, 600000)
            request = submit(run.pk, actor=company["finance"])
            decide(request.pk, approved=False, actor=company["lead"], note="再看看保全")
            run.refresh_from_db()
            assert (run.state, run.asked_by_id, standing_balance(company.community.pk)) == ("draft", None, 0)

    def test_quarters_go_forward_and_rates_never_back(self, company: World) -> None:
        with clock.at(dt.date(2027, 1, 5)):
            approved(company, 800000, THIRD.plus(1))
            with pytest.raises(EarlierQuarter):
                drafted(company)
            with pytest.raises(RatesBackdated):
                set_rates(dt.date(2026, 12, 31), DEFAULT_TERMS, "补设", actor=company["lead"])
            with pytest.raises(Forbidden):
                set_rates(dt.date(2027, 1, 1), DEFAULT_TERMS, "复核", actor=company["finance"])

    def test_what_was_collected_afterwards(self, company: World) -> None:
        with clock.at(NOW):
            approved(company)
            held = {one.bucket: one for one in followed(company["auditor"], THIRD)}
            years = held[Bucket.YEARS_1_2]
            assert (years.outstanding_fen, years.expected_fen, years.collected_fen) == (78778, 39390, (77777, 0, 0, 0))
            assert years.uncollected == Decimal("0.0127")
            assert held[Bucket.OVER_2_YEARS].uncollected == 1
            assert followed(company["outsider"], THIRD)[3].outstanding_fen == 0

    def test_the_database_refuses_what_goes_round_the_actions(self, company: World) -> None:
        with clock.at(NOW):
            run = approved(company)
            for sql in (
                "UPDATE reserve_line SET reserve_fen = 0", "DELETE FROM reserve_part", "UPDATE reserve_rates SET reason = ''",
                "UPDATE reserve_run SET reserve_fen = 1", "UPDATE reserve_run SET as_of = '2026-06-30'", "UPDATE reserve_single SET reserve_fen = 1",
                "INSERT INTO reserve_line (run_id, community_id, receivable_id, payer_id, bucket, single, outstanding_fen, reserve_fen)"
                " SELECT run_id, community_id, receivable_id, payer_id, 1, false, 1, 0 FROM reserve_line LIMIT 1",
            ):  # fmt: skip
                if "rates" in sql:
                    set_rates(dt.date(2026, 10, 1), DEFAULT_TERMS, "复核", actor=company["lead"])
                with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(sql)
            assert Run.objects.get(pk=run.pk).reserve_fen == 877659

    def test_verify_names_what_came_in_by_force(self, company: World) -> None:
        with clock.at(NOW):
            run = approved(company)
            with transaction.atomic():
                post("other.kind", 1, [Posting(Account.RESERVE, 100), Posting(Account.CREDIT_LOSS, -100)], actor=company["lead"],
                     community_id=company.community.pk, memo="手工")  # fmt: skip
                found = [row for row in balance(company.organisation.pk) if isinstance(row, Finding)]
                assert [(row.table, row.row_id) for row in found] == [("access_community", company.community.pk)] * 2
                transaction.set_rollback(True)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET LOCAL session_replication_role = replica")
                cursor.execute("UPDATE reserve_line SET outstanding_fen = outstanding_fen + 1 WHERE run_id = %s AND bucket = 4", [run.pk])
                cursor.execute("SET LOCAL session_replication_role = origin")
            part, line = Part.objects.get(run=run, bucket=4), Line.objects.filter(run=run, bucket=4).order_by("receivable_id").first()
            assert line is not None and first_finding(company) == f"reserve.lines reserve_part {part.pk}"
            found = [row for row in recomputed(company.organisation.pk) if isinstance(row, Finding)]
            assert (found[0].table, found[0].row_id) == ("billing_receivable", line.receivable_id)

    def test_others_neither_see_nor_draft(self, company: World) -> None:
        with clock.at(NOW):
            with pytest.raises(NotFound):
                draft_run(company.community.pk, THIRD, actor=company["outsider"])
            with pytest.raises(Forbidden):
                draft_run(company.community.pk, THIRD, actor=company["auditor"])
            run = drafted(company)
            with pytest.raises(NotFound):
                submit(run.pk, actor=company["outsider"])
            assert [row.community.name for row in board(company["outsider"], THIRD)] == ["青禾里"]

    def test_the_pages(self, company: World) -> None:
        client = client_of(company, "finance")
        with clock.at(NOW):
            assert "还没计提" in client.get("/reserve/?quarter=2026-Q3").content.decode()
            assert client.post("/reserve/draft", {"quarter": "2026-Q3"}).status_code == 302
            run = Run.objects.get()
            page = f"/reserve/runs/{run.pk}"
            refused = client.post(f"{page}/submit")
            assert refused.status_code == 409 and "还有 1 笔大额欠费没有单项评估" in refused.content.decode()
            single = f"{page}/singles/{Single.objects.get().pk}"
            refused = client.post(single, {"reserve": "20000", "reason": WHY, "plan": PLAN})
            assert refused.status_code == 409 and "应在 0 和欠费之间" in refused.content.decode() and WHY in refused.content.decode()
            assert client.post(single, {"reserve": "abc", "reason": WHY, "plan": PLAN}).status_code == 409
            assert client.post(single, {"reserve": "7,000.00", "reason": WHY, "plan": PLAN}).status_code == 302
            assert client.post(f"{page}/submit").status_code == 302
            lead = client_of(company, "lead")
            assert "8,776.59" in lead.get("/approvals/").content.decode()
            decide(Request.objects.get(kind="reserve.run").pk, approved=True, actor=company["lead"])
            text = client.get(page).content.decode()
            assert "8,776.59" in text and PLAN in text and "看凭证" in text
            assert "388.89" in client.get(f"{page}?age=4").content.decode()
            assert "8,776.59" in client.get("/reserve/").content.decode()
            text = lead.get("/reserve/rates?quarter=2026-Q3").content.decode()
            assert "777.77" in text and "这一季还没有复核过比例" in text
            form = {"effective_from": "2026-10-01", "under_3_months": "0", "months_3_6": "15", "months_6_12": "30", "years_1_2": "50",
                    "over_2_years": "80", "large": "10000", "reason": "看过，不改"}  # fmt: skip
            assert lead.post("/reserve/rates", {**form, "years_1_2": "20"}).status_code == 422
            assert lead.post("/reserve/rates", form).status_code == 302
            assert "这一季还没有复核过比例" not in lead.get("/reserve/rates").content.decode()
            for address in ("/reserve/export?quarter=2026-Q3", f"{page}/export"):
                assert client.get(address).content[:2] == b"PK"
            assert client_of(company, "outsider").get(page).status_code == 404

