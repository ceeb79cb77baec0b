"""The reports against the worked company, their ties, and the pages that show them."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from tests.docs import rows_of
from tests.money.books.company import make_company
from tests.money.cashdesk.test_pages import client_of
from tests.scenarios.month import first_finding
from tests.world import World
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.money.books.public import MOVED, income, movement_of, scope_of, ties, trial_balance
from wuyefei.money.ledger.public import Account, Entry, account_page, post, sources, trial_totals
from wuyefei.money.ledger.rules import Posting, Turnover, movement, sides, trial_rows

DOC = "rules/accounts.md"
FEBRUARY = (dt.date(2026, 2, 1), dt.date(2026, 2, 28))


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: Any) -> Any:
    """Made once for the file; every test works in a transaction that is undone."""
    from django.db import transaction

    with django_db_blocker.unblock():
        point = transaction.atomic()
        point.__enter__()
        try:
            yield make_company()
        finally:
            transaction.set_rollback(True)
            point.__exit__(None, None, None)


def fen(text: str) -> int:
    return int(Decimal(text) * 100)


def test_a_trial_balance_is_sides_and_sums() -> None:
    rows = trial_rows({Account.RECEIVABLE: Turnover(500, 300, 900), Account.CASH: Turnover(0, 600, 0)})
    assert [(row.account.value, row.cells) for row in rows] == [
        ("1001", (0, 0, 600, 0, 600, 0)), ("1122", (500, 0, 300, 900, 0, 100)),
    ]  # fmt: skip
    assert trial_totals(rows) == (500, 0, 900, 900, 600, 100)
    assert trial_totals([]) == (0,) * 6
    assert (sides(7), sides(-7), sides(0)) == ((7, 0), (0, 7), (0, 0))


def test_a_liability_grows_by_credits() -> None:
    moved = movement(Account.PREPAID, {"in": Turnover(-100, 0, 50), "out": Turnover(30, 20, 0), "old": Turnover(-5, 0, 0)})
    assert (moved.opening_fen, moved.lines, moved.up_fen, moved.down_fen, moved.closing_fen) == (
        75, (("in", 50, 0), ("out", 0, 20)), 50, 20, 105,
    )  # fmt: skip


@pytest.mark.django_db
class TestCompany:
    def test_the_trial_balance_is_the_worked_one(self, company: World) -> None:
        *should, total = [list(row.values()) for row in rows_of(DOC, 1)]
        rows = trial_balance(scope_of(company["lead"], *FEBRUARY))
        assert [[row.account.value, *row.cells] for row in rows] == [[code, *map(fen, cells)] for code, *cells in should]
        assert list(trial_totals(rows)) == [fen(cell) for cell in total[1:]]

    def test_the_movements_are_the_worked_ones(self, company: World) -> None:
        found = []
        for month in (Month(2026, 1), Month(2026, 2)):
            for account in MOVED:
                moved = movement_of(scope_of(company["lead"], month.first, month.last), account)
                found.append([account.value, str(month), moved.opening_fen, moved.up_fen, moved.down_fen, moved.closing_fen])
        assert found == [[code, month, *map(fen, cells)] for code, month, *cells in (row.values() for row in rows_of(DOC, 2))]

    def test_the_income_is_the_worked_one(self, company: World) -> None:
        found = [
            [str(month), row.name, row.direct_fen, row.released_fen, row.adjusted_fen, row.total_fen]
            for month in (Month(2026, 1), Month(2026, 2))
            for row in income(scope_of(company["lead"], month.first, month.last))
        ]
        assert found == [[month, item, *map(fen, cells)] for month, item, *cells in (row.values() for row in rows_of(DOC, 3))]
        (whole,) = income(scope_of(company["lead"], *FEBRUARY), by_community=True)
        assert (whole.name, whole.total_fen) == ("桂语花园", 52275)

    def test_every_tie_holds_on_every_day(self, company: World) -> None:
        for day in (dt.date(2026, 1, 1), dt.date(2026, 1, 2), dt.date(2026, 1, 31), dt.date(2026, 2, 5), dt.date(2026, 2, 28)):
            assert [tie for tie in ties(scope_of(company["lead"], dt.date(2026, 1, 1), day)) if tie.gap_fen] == []
        assert [tie.detail_fen for tie in ties(scope_of(company["lead"], *FEBRUARY))] == [79670, 25000, 69758, 52275, 665]
        assert first_finding(company) == ""

    def test_a_tie_that_breaks_shows_its_difference(self, company: World) -> None:
        legs = [Posting(Account.RECEIVABLE, 123), Posting(Account.INCOME, -123)]
        moment = dt.datetime(2026, 2, 25, 4, tzinfo=dt.UTC)
        post("odd", 1, legs, actor=company["lead"], community_id=company.community.pk, memo="手工", booked_at=moment)
        gaps = {tie.key: tie.gap_fen for tie in ties(scope_of(company["lead"], *FEBRUARY))}
        assert gaps == {"receivable": 123, "prepaid": 0, "deferred": 0, "income": 123, "late_fee": 0}
        assert first_finding(company).split()[0] in ("billing.control", "books.sources")

    def test_an_account_runs_on_over_its_pages(self, company: World) -> None:
        scope = scope_of(company["lead"], *FEBRUARY)
        whole = account_page(scope.actor, scope.communities, Account.RECEIVABLE, scope.first, scope.last)
        assert (whole.before_fen, [line.balance_fen for line in whole.lines], whole.after) == (202434, [135270, 124670, 79670], "")
        first = account_page(scope.actor, scope.communities, Account.RECEIVABLE, scope.first, scope.last, size=2)
        rest = account_page(scope.actor, scope.communities, Account.RECEIVABLE, scope.first, scope.last, size=2, after=first.after)
        assert (rest.before_fen, [*first.lines, *rest.lines]) == (124670, whole.lines)

    def test_others_see_nothing(self, company: World) -> None:
        assert trial_balance(scope_of(company["outsider"], *FEBRUARY)) == []
        with pytest.raises(NotFound):
            scope_of(company["outsider"], *FEBRUARY, company.community.pk)
        with pytest.raises(Forbidden):
            scope_of(company["cashier"], *FEBRUARY)
        with pytest.raises(Invalid, match="早于起始日"):
            scope_of(company["lead"], *reversed(FEBRUARY))

    def test_every_kind_leads_to_its_source(self, company: World) -> None:
        client = at_home(company)
        with clock.at(dt.date(2026, 2, 28)):
            for entry in Entry.objects.order_by("pk"):
                assert entry.kind in sources()
                page = client.get(reverse("books:voucher", args=[entry.pk]))
                assert page.status_code == 200
                if url := page.context["source_url"]:
                    assert client.get(url).status_code == 200, url
            entry = Entry.objects.get(kind="billing.release")
            page = client.get(reverse("books:voucher", args=[entry.pk]))
        assert [(item, net) for item, _month, net in page.context["released"]] == [("物业服务费", 73093), ("车位服务费", 14151)]

    def test_the_pages_and_the_files(self, company: World) -> None:
        client, days = at_home(company), "from=2026-02-01&to=2026-02-28"
        with clock.at(dt.date(2026, 2, 28)):
            text = client.get(f"/accounts/?{days}").content.decode()
            assert "796.70" in text and "2,107.13" in text and "借贷平衡" in text
            assert "1,047.28" in client.get(f"/accounts/movement?{days}").content.decode()
            assert "522.75" in client.get(f"/accounts/income?{days}").content.decode()
            assert "1,352.70" in client.get(f"/accounts/page?{days}&account=1122").content.decode()
            wrong = client.get("/accounts/?from=2026-13-01&to=2026-02-28")
            assert "2026-13-01" in wrong.content.decode() and wrong.context["scope"].first == dt.date(2026, 2, 1)
            file = client.get(f"/accounts/export/trial?{days}")
        rows = CalamineWorkbook.from_filelike(io.BytesIO(file.content)).get_sheet_by_index(0).to_python()
        assert rows[-1] == ["合计", "", 3024.34, 3024.34, 2107.13, 2107.13, 2475.39, 2475.39]
        assert AuditEntry.objects.get(action="books.export").after["report"] == "trial"


def at_home(company: World) -> Client:
    with clock.at(dt.date(2026, 2, 28)):
        return client_of(company, "lead")
