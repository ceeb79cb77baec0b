"""A head office pays for its shops in two communities with one transfer and one list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from importlib import import_module
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction

from tests.money.cashdesk.test_pages import client_of
from tests.scenarios.month import first_finding
from tests.world import World, actor_of, flat, make_world, own, person
from wuyefei.foundation.access.actor import load_actor
from wuyefei.foundation.access.models import Community, User
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.bank.public import (
    BankLine,
    OwesLess,
    Remittance,
    Share,
    ask_return,
    ask_undo_paid_over,
    ask_unmatch,
    book_list,
    claim,
    claim_paid_over,
    claim_settlement,
    import_statement,
)
from wuyefei.money.bank.rules.remittance import ListRefused, read_list, split_text
from wuyefei.money.billing.public import Receivable, charge_once
from wuyefei.money.books.queries.exports import vouchers_of
from wuyefei.money.books.queries.reports import trial_balance
from wuyefei.money.books.queries.scope import scope_of
from wuyefei.money.books.queries.ties import ties
from wuyefei.money.ledger.public import Account, Leg
from wuyefei.money.payments.public import Payment, balance_fen

DAY = dt.date(2026, 6, 1)
LIST = "项目\t铺号\t金额\n桂语花园\tS-01\t300.00\n桂语东苑\tS-02\t500.00\n桂语东苑\tS-03\t120.00\n"


@pytest.fixture(scope="class")
def world(django_db_setup: None, django_db_blocker: Any) -> Any:
    """Shops of one firm: S-01 here owes 300.00, S-02 next door 450.00, S-03 there nothing; 1,000.00 came in from its head office."""
    with django_db_blocker.unblock():
        point = transaction.atomic()
        point.__enter__()
        try:
            with clock.at(DAY):
                yield build()
        finally:
            transaction.set_rollback(True)
            point.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    with clock.at(DAY):
        yield


def build() -> World:
    made = make_world()
    east = Community.objects.create(organisation=made.organisation, name="桂语东苑", sort_key="guiyudongyuan", receipt_prefix="GD")
    for who in ("finance", "lead", "cashier"):
        made.actors[who] = load_actor(User.objects.get(pk=made[who].user_id))
    for who, role in (("near", Role.FINANCE), ("near_lead", Role.FINANCE_LEAD)):
        made.actors[who] = actor_of(made.organisation, who, role, made.community)
    made.actors["boss"] = actor_of(made.organisation, "boss", Role.FINANCE_LEAD)
    for place, code, fen in ((made.community, "S-01", 30_000), (east, "S-02", 45_000), (east, "S-03", 0)):
        made.flats[code], made.people[code] = flat(place, code, "50.00", "shop"), person(place, f"示例连锁{code}")
        own(made.flats[code], made.people[code])
        if fen:
            charge_once(made.flats[code].pk, made.people[code].pk, made.service, fen, actor=made["cashier"], community_id=place.pk, memo="物业费")
    text = "交易日期,收入,对方户名,对方账号,摘要,流水号\n2026-06-01,1000.00,示例连锁总部,3300000000000777,六月各店物业费,R-1\n"
    import_statement(made.community.pk, "3300", "6月.csv", text.encode(), actor=made["finance"])
    return made


def book(world: World, text: str = LIST, who: str = "finance", ahead: int | None = None) -> list[Payment]:
    return book_list(BankLine.objects.get().pk, "各店.xlsx", read_list(split_text(text)), actor=world[who], ahead=ahead)


def sums(account: Account) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, fen in Leg.objects.filter(account=account.value).values_list("entry__community__name", "amount_fen"):
        found[place] = found.get(place, 0) + fen
    return {place: fen for place, fen in found.items() if fen}


def sound(world: World) -> bool:
    return run_checks(world.organisation.pk, only=["bank.between", "bank.lines", "bank.suspense", "payments.tenders", "payments.prepaid"]).holds


def workbook() -> bytes:
    out = BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    for number, row in enumerate([("小区", "铺号", "付款金额"), ("桂语花园", "S-01", 300), ("桂语东苑", "S-02", 450.5)]):
        sheet.write_row(number, 0, row)
    book.close()
    return out.getvalue()


@pytest.mark.django_db
class TestLists:
    def test_booked_over_two_communities_and_the_rest_waits(self, world: World) -> None:
        made = book(world)
        line = BankLine.objects.get()
        assert [(one.community.name, one.amount_fen, one.receipt is not None) for one in made] == [("桂语花园", 30_000, True), ("桂语东苑", 50_000, True), ("桂语东苑", 12_000, True)]
        assert (line.state, line.suspense_fen) == ("part", 8_000)
        assert not Receivable.objects.filter(outstanding_fen__gt=0).exists()
        assert [balance_fen(world.people[code].pk, world.flats[code].pk) for code in ("S-01", "S-02", "S-03")] == [0, 5_000, 12_000]
        assert sums(Account.BANK_SUSPENSE) == {"桂语花园": -8_000} and sums(Account.BANK) == {"桂语花园": 100_000}
        assert sums(Account.INTERNAL) == {"桂语花园": -62_000, "桂语东苑": 62_000}
        kept = Remittance.objects.get()
        assert (kept.amount_fen, kept.rest_fen, kept.rows[1]) == (92_000, 8_000, ["桂语东苑", "S-02", 50_000])
        assert first_finding(world) == ""
        claim(line.pk, [Share(world.flats["S-03"].pk, world.people["S-03"].pk, 8_000)], actor=world["finance"])
        line.refresh_from_db()
        assert (line.state, line.suspense_fen) == ("booked", 0) and first_finding(world) == ""

    def test_the_books_of_both_places_tie_and_go_out(self, world: World) -> None:
        book(world)
        both = scope_of(world["boss"], DAY, DAY)
        rows = {row.account: row.closing for row in trial_balance(both)}
        assert rows[Account.INTERNAL] == (0, 0) and rows[Account.BANK] == (100_000, 0)
        assert {tie.key: tie.gap_fen for tie in ties(both)} == dict.fromkeys(("receivable", "prepaid", "deferred", "income", "late_fee", "between"), 0)
        east = scope_of(world["boss"], DAY, DAY, Community.objects.get(name="桂语东苑").pk)
        assert {row.account: row.closing for row in trial_balance(east)}[Account.INTERNAL] == (62_000, 0) and "between" not in {tie.key for tie in ties(east)}
        legs = [(one.memo, part.account, part.debit_fen, part.credit_fen) for one in vouchers_of(both, each=True) for part in one.lines if part.account == Account.INTERNAL]
        assert legs == [
            ("桂语花园 流水 2026-06-01 第 2 行 认领", "1221.1", 0, 62_000), ("桂语东苑 流水 2026-06-01 第 2 行 由 桂语花园 代收", "1221.1", 62_000, 0),
        ]  # fmt: skip

    def test_books_from_before_the_account(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """As it was: the money went from the one bank account to the other."""
        monkeypatch.setattr("wuyefei.money.bank.actions.claiming.elsewhere", lambda _line, _parts: {})
        book(world)
        monkeypatch.undo()
        line = BankLine.objects.get()
        assert sums(Account.BANK) == {"桂语花园": 38_000, "桂语东苑": 62_000} and first_finding(world) == f"bank.between bank_bankline {line.pk}"
        for _time in range(2):
            with connection.cursor() as cursor:
                cursor.execute(import_module("wuyefei.money.bank.migrations.0011_between").OWED)
        assert sums(Account.INTERNAL) == {"桂语花园": -62_000, "桂语东苑": 62_000} and sums(Account.BANK) == {"桂语花园": 100_000}
        assert first_finding(world) == ""

    def test_what_was_received_for_another_is_paid_over(self, world: World) -> None:
        book(world)
        home, east = BankLine.objects.get().community_id, Community.objects.get(name="桂语东苑")
        text = "交易日期,收入,对方户名,对方账号,摘要,流水号\n2026-06-01,{},桂语物业,3300000000000888,六月代收款,{}\n"
        for sum_, ref in (("620.01", "O-1"), ("600.00", "O-2"), ("20.01", "O-3")):
            import_statement(east.pk, "3301", f"{ref}.csv", text.format(sum_, ref).encode(), actor=world["finance"])
        too_much, most, more = (BankLine.objects.get(ref=ref) for ref in ("O-1", "O-2", "O-3"))
        client = client_of(world, "finance")
        assert "是别的项目划来的代收款" not in client.get(f"/bank/lines/{too_much.pk}").content.decode()
        assert "代收未划" in client.get(f"/bank/lines/{most.pk}").content.decode()
        with pytest.raises(OwesLess, match="620.00"):
            claim_paid_over(too_much.pk, home, actor=world["finance"])
        with pytest.raises((NotFound, Forbidden)):
            claim_paid_over(most.pk, home, actor=world["near"])
        client.post(f"/bank/lines/{most.pk}/act", {"act": "over", "owing": home})
        assert sums(Account.INTERNAL) == {"桂语花园": -2_000, "桂语东苑": 2_000} and sums(Account.BANK) == {"桂语花园": 40_000, "桂语东苑": 60_000 + 64_002}
        with pytest.raises(OwesLess, match="20.00"):
            claim_paid_over(more.pk, home, actor=world["finance"])
        assert first_finding(world) == "" and "划来的代收款" in client.get(f"/bank/lines/{most.pk}").content.decode()
        decide(ask_undo_paid_over(most.pk, "不是这笔", actor=world["finance"]).pk, approved=True, actor=world["boss"])
        most.refresh_from_db()
        assert (most.state, most.suspense_fen) == ("waiting", 60_000) and sums(Account.INTERNAL) == {"桂语花园": -62_000, "桂语东苑": 62_000}
        claim_paid_over(most.pk, home, actor=world["finance"])
        assert first_finding(world) == ""
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM bank_paidover")

    def test_only_the_rest_goes_back(self, world: World) -> None:
        book(world)
        line = BankLine.objects.get()
        page = client_of(world, "finance").get(f"/bank/lines/{line.pk}").content.decode()
        assert "余款不是我们的" in page and "只退还没入账的" in page and "申请退回余款" in page
        client_of(world, "finance").post(f"/bank/lines/{line.pk}/act", {"act": "return", "note": "多汇了"})
        request = Request.objects.get(kind="bank.return")
        assert request.amount_fen == 8_000 and BankLine.objects.get().state == "returning" and first_finding(world) == ""
        with pytest.raises(DomainError):
            claim(line.pk, [Share(world.flats["S-03"].pk, world.people["S-03"].pk, 8000)], actor=world["finance"])
        decide(request.pk, approved=False, actor=world["lead"], note="再问问")
        assert BankLine.objects.get().state == "part"
        decide(ask_return(line.pk, "多汇了", actor=world["finance"]).pk, approved=True, actor=world["lead"])
        line.refresh_from_db()
        assert (line.state, line.suspense_fen, line.returned_fen) == ("rest", 0, 8_000) and Payment.objects.filter(voided_at__isnull=True).count() == 3
        assert sums(Account.BANK_SUSPENSE) == {} and sums(Account.BANK) == {"桂语花园": 92_000} and first_finding(world) == ""
        decide(ask_unmatch(line.pk, "清单发错了", actor=world["lead"]).pk, approved=True, actor=world["boss"])
        line.refresh_from_db()
        assert (line.state, line.suspense_fen) == ("waiting", 92_000) and sums(Account.BANK) == {"桂语花园": 92_000} and sound(world)
        with pytest.raises(DomainError, match="有一部分已退回"):
            claim_settlement(line.pk, actor=world["finance"])
        book(world)
        line.refresh_from_db()
        assert (line.state, line.suspense_fen) == ("rest", 0) and first_finding(world) == ""

    def test_one_reversal_undoes_it_all(self, world: World) -> None:
        book(world, ahead=2)
        assert (BankLine.objects.get().state, balance_fen(world.people["S-01"].pk, world.flats["S-01"].pk)) == ("booked", 8_000)
        line = BankLine.objects.get()
        with pytest.raises((Forbidden, NotFound)):
            ask_unmatch(line.pk, "清单发错了", actor=world["near_lead"])
        request = ask_unmatch(line.pk, "清单发错了", actor=world["lead"])
        with pytest.raises((Forbidden, NotFound)):
            decide(request.pk, approved=True, actor=world["near_lead"])
        assert Payment.objects.filter(voided_at__isnull=True).count() == 3
        with pytest.raises(DomainError):
            decide(request.pk, approved=True, actor=world["lead"])
        decide(request.pk, approved=True, actor=world["boss"])
        line.refresh_from_db()
        assert (line.state, line.suspense_fen) == ("waiting", 100_000) and not Payment.objects.filter(voided_at__isnull=True).exists()
        assert sums(Account.BANK) == {"桂语花园": 100_000} and sums(Account.PREPAID) == {} and sums(Account.INTERNAL) == {} and sound(world)
        assert len(book(world)) == 3 and sound(world)

    def test_a_wrong_list_books_nothing(self, world: World) -> None:
        for text, words in (
            ("桂语花园\tS-02\t1", "清单第 1 行：没有找到 桂语花园 S-02"), ("S-01 1\nS-09 1", "清单第 2 行：没有找到 S-09"), ("S-01 1000.01", "1,000.01"),
            ("S-01 1\n桂语花园,S-01,1", "清单第 2 行：与第 1 行"),
        ):  # fmt: skip
            with pytest.raises(DomainError) as refused, transaction.atomic():
                book(world, text)
            assert words in refused.value.text
        assert not Payment.objects.exists() and not Remittance.objects.exists() and BankLine.objects.get().state == "waiting"

    def test_only_where_one_takes_payments(self, world: World) -> None:
        with pytest.raises(ListRefused, match="第 3 行：没有找到 桂语东苑 S-02"):
            book(world, who="near")
        flat(Community.objects.get(name="桂语东苑"), "S-01", "50.00", "shop")
        with pytest.raises(ListRefused, match="请写明项目"):
            book(world, "S-01 100")
        with pytest.raises(Invalid):
            book(world, ahead=99)
        with pytest.raises((NotFound, Forbidden)):
            book(world, who="outsider")
        book(world)
        page = client_of(world, "near").get(f"/bank/lines/{BankLine.objects.get().pk}").content.decode()
        assert "另有 2 户在你看不到的项目" in page and "示例连锁S-02" not in page
        for sql in ("UPDATE bank_remittance SET rest_fen = 0", "DELETE FROM bank_remittance", "UPDATE bank_bankline SET suspense_fen = 0"):
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql)

    def test_the_pages(self, world: World) -> None:
        client, line = client_of(world, "finance"), BankLine.objects.get()
        address = f"/bank/lines/{line.pk}/list"
        assert "按汇款清单入账" in client.get(f"/bank/lines/{line.pk}").content.decode()
        page = client.post(address, {"act": "look", "file": SimpleUploadedFile("各店.xlsx", workbook())}).content.decode()
        assert "2 户，2 个项目" in page and "转为 桂语东苑 S-02" in page and "桂语东苑\tS-02\t450.50" in page and not Payment.objects.exists()
        wrong = client.post(address, {"act": "book", "list": "S-77 5"})
        assert wrong.status_code == 409 and "S-77 5" in wrong.content.decode() and not Payment.objects.exists()
        assert "清单比流水多" in client.post(address, {"act": "look", "list": "S-01 2000"}).content.decode()
        done = client.post(address, {"act": "book", "list": LIST, "name": "各店.xlsx"}, follow=True).content.decode()
        assert "余下 80.00 元留在待查款" in done and "各店.xlsx" in done and "还有" in done
        assert "部分入账" in client.get("/bank/claims").content.decode()
        assert client_of(world, "outsider").get(address).status_code == 404
