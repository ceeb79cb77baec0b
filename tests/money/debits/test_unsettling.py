"""A line that was taken for a batch's money and is not: asked by one, decided by another; the money is under way again."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from tests.money.bank.samples import OURS
from tests.money.cashdesk.test_pages import client_of
from tests.money.debits.samples import TODAY, D, back, debiting, row, sent
from tests.money.debits.test_actions_debits import answered, balance, item
from tests.scenarios.month import first_finding
from wuyefei.foundation.approvals.actions import AlreadyAsked, SamePerson, decide
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.money.bank.public import BankLine, import_statement
from wuyefei.money.debits.public import ask_unsettle, settle
from wuyefei.money.ledger.public import Account

pytestmark = pytest.mark.django_db
STATEMENT = "交易日期,交易流水号,贷方发生额,对方户名,摘要\n2026-01-16,C1,223.88,某货主,货款\n2026-01-16,C2,223.88,代扣清算,代扣\n"


def test_the_wrong_line_goes_back_and_the_right_one_follows() -> None:
    """223.88 was taken by the bank; two lines of 223.88 came, and the first was taken for it."""
    world = debiting({"沈秋白": None})
    with clock.at(TODAY):
        batch = sent(world)
        answered(world, batch, back(row(item(batch, "沈秋白").number, "", "", "成功")))
    with clock.at(D("2026-01-20")):
        import_statement(world.community.pk, OURS, "1月.csv", STATEMENT.encode(), actor=world["finance"])
        wrong, right = (BankLine.objects.get(ref=ref) for ref in ("C1", "C2"))
        settle(batch.pk, wrong.pk, actor=world["finance"])
        assert (balance(world, Account.DEBITS), balance(world, Account.BANK_SUSPENSE)) == (0, -22388)
        with pytest.raises(DomainError, match="没有认作这一批的到账"):
            ask_unsettle(batch.pk, right.pk, "认错了", actor=world["finance"])
        for name, error in (("outsider", NotFound), ("cashier", Forbidden)):
            with pytest.raises(error):
                ask_unsettle(batch.pk, wrong.pk, "认错了", actor=world[name])
        page = client_of(world, "finance")
        assert "撤销认款" in page.get(f"/debits/{batch.pk}").content.decode()
        page.post(f"/debits/{batch.pk}/act", {"act": "unsettle", "line": wrong.pk, "note": "是某货主的货款"})
        request = Request.objects.get(kind="debits.unsettle")
        with pytest.raises(AlreadyAsked):
            ask_unsettle(batch.pk, wrong.pk, "再来", actor=world["finance"])
        assert "等另一位同事审批" in page.get(f"/debits/{batch.pk}").content.decode()
        with pytest.raises((SamePerson, Forbidden)):
            decide(request.pk, approved=True, actor=world["finance"])
        assert balance(world, Account.DEBITS) == 0, "nothing moved before the second person"
        decide(request.pk, approved=True, actor=world["lead"])
        wrong.refresh_from_db()
        assert (wrong.state, wrong.suspense_fen, wrong.owner_id) == ("waiting", 22388, world["finance"].user_id)
        assert (balance(world, Account.DEBITS), balance(world, Account.BANK_SUSPENSE), balance(world, Account.BANK)) == (22388, -44776, 44776)
        assert "撤销过的到账" in page.get(f"/debits/{batch.pk}").content.decode() and first_finding(world) == ""
        with pytest.raises(DomainError, match="没有认作这一批的到账"):
            ask_unsettle(batch.pk, wrong.pk, "再来", actor=world["finance"])
        settle(batch.pk, right.pk, actor=world["finance"])
        assert (balance(world, Account.DEBITS), balance(world, Account.BANK_SUSPENSE)) == (0, -22388) and first_finding(world) == ""
    for change in ("undone_at = NULL, asked_by_id = NULL, decided_by_id = NULL, batch_id = batch_id + 1", "decided_by_id = asked_by_id"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE debits_debitsettlement SET {change} WHERE line_id = %s", [wrong.pk])


def test_a_line_of_the_batch_may_be_taken_again() -> None:
    """Undone by mistake: the same line may be matched once more; the earlier match stays on record."""
    world = debiting({"沈秋白": None})
    with clock.at(TODAY):
        batch = sent(world)
        answered(world, batch, back(row(item(batch, "沈秋白").number, "", "", "成功")))
    with clock.at(D("2026-01-20")):
        import_statement(world.community.pk, OURS, "1月.csv", STATEMENT.encode(), actor=world["finance"])
        line = BankLine.objects.get(ref="C2")
        settle(batch.pk, line.pk, actor=world["finance"])
        decide(ask_unsettle(batch.pk, line.pk, "看错了", actor=world["finance"]).pk, approved=True, actor=world["lead"])
        settle(batch.pk, line.pk, actor=world["finance"])
        assert batch.settlements.count() == 2 and balance(world, Account.DEBITS) == 0 and first_finding(world) == ""
