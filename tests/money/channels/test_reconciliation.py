"""A day of a channel: our orders, the provider's bill file with its fees, and what came to the bank."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest
from django.db import IntegrityError, connection, transaction

from tests.money.cashdesk.test_pages import client_of
from tests.money.channels.support import NOON, at, begin, books_hold, deliver, pay
from tests.world import World
from wuyefei.edges.sandbox.public import Sandbox
from wuyefei.foundation.approvals.actions import SamePerson, decide
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.money.bank.public import BankLine, import_statement
from wuyefei.money.channels.public import ChannelSetup
from wuyefei.money.ledger.public import Account, Leg
from wuyefei.money.reconciliation.actions import make_rounds
from wuyefei.money.reconciliation.public import (
    BillRefused,
    ChannelDay,
    Difference,
    ask_unsettle,
    ask_write_off,
    reconcile,
    resolve,
    settle_by_hand,
)
from wuyefei.money.reconciliation.rules import Gap, Kind, Row, compare, net_fen, read_bill

DAY = NOON.date()
NEXT = NOON + dt.timedelta(days=1)
WECHAT = """交易时间,商户订单号,交易状态,应结订单金额,商户退款单号,退款金额,手续费,费率
`2026-02-14 12:00:00,`WY1,`SUCCESS,`253.75,`0,`0.00,`1.52000,`0.60%
`2026-02-14 13:00:00,`WY1,`REFUND,`0.00,`TK1,`53.75,`-0.32000,`0.60%
总交易单数,应结订单总金额
`2,`253.75
"""
ALIPAY = """#支付宝业务明细查询
支付宝交易号,商户订单号,业务类型,完成时间,订单金额（元）,退款批次号/请求号,服务费（元）
2026\t,WY2\t,交易,2026-02-14 12:00:00,100.00,,-0.60
2026\t,WY2\t,退款,2026-02-14 13:00:00,-40.00,TK2\t,0.24
#-----
"""


def packed(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name in names:
            file.writestr(name, ALIPAY.encode("gbk"))
    return out.getvalue()


def test_both_providers_files_are_read_alike() -> None:
    assert read_bill(WECHAT.encode()) == [Row("WY1", False, 25375, 152), Row("TK1", True, 5375, -32)]
    rows = read_bill(packed("20882021_20260214_业务明细.csv", "20882021_20260214_业务明细(汇总).csv"))
    assert rows == [Row("WY2", False, 10000, 60, "2026"), Row("TK2", True, 4000, -24, "2026")]
    assert net_fen(rows) == 10000 - 4000 - 60 + 24
    assert read_bill(WECHAT.splitlines()[0].encode()) == []


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"\xff\xfe\x00", "甲,乙\n1,2\n".encode(), packed("a.csv", "b.csv"), WECHAT.replace("253.75", "许多").encode()]
)
def test_what_is_no_bill_is_refused(content: bytes) -> None:
    with pytest.raises(BillRefused):
        read_bill(content)


def test_each_way_of_differing_has_its_kind() -> None:
    ours = {"A": Row("A", False, 100), "B": Row("B", False, 200), "R": Row("R", True, 50), "C": Row("C", False, 300)}
    theirs = [Row("A", False, 100, 1), Row("B", False, 190), Row("R", True, 50), Row("X", False, 70)]
    assert compare(theirs, ours, ["A", "B", "C", "R"]) == [
        Gap(Kind.AMOUNT, "B", 200, 190), Gap(Kind.NOT_OURS, "X", 0, 70), Gap(Kind.NOT_THEIRS, "C", 300, 0),
    ]  # fmt: skip
    assert [gap.gap_fen for gap in compare(theirs, ours, ["C"])] == [-10, 70, -300]


def balance(account: Account) -> int:
    return sum(Leg.objects.filter(account=account.value).values_list("amount_fen", flat=True))


def setup_of(channel: str = "wechat") -> ChannelSetup:
    return ChannelSetup.objects.get(channel=channel)


def settle(world: World, fen: int) -> None:
    text = f"交易日期,收入,对方户名,摘要,流水号\n2026-02-15,{fen / 100:.2f},财付通支付科技有限公司,结算,S-1\n"
    import_statement(world.community.pk, "3300", "2月.csv", text.encode(), actor=world["finance"])


@pytest.mark.django_db
class TestDays:
    @pytest.mark.parametrize("channel", ["wechat", "alipay"])
    def test_a_day_that_agrees(self, world: World, sandbox: Sandbox, channel: str) -> None:
        order = begin(world, channel)
        pay(sandbox, order)
        deliver(sandbox, order)
        with at(sandbox, NEXT):
            day = reconcile(setup_of(channel).pk, DAY, actor=world["finance"])
            assert reconcile(setup_of(channel).pk, DAY, actor=world["finance"]).pk == day.pk
        fee = (order.amount_fen * 6 + 500) // 1000
        assert (day.row_count, day.paid_fen, day.refund_fen, day.fee_fen) == (1, order.amount_fen, 0, fee)
        assert not Difference.objects.exists()
        assert (balance(Account.BANK_FEE), balance(Account.CHANNEL)) == (fee, order.amount_fen - fee)
        books_hold(world)

    def test_the_banks_line_is_the_days_net_sum(self, world: World, sandbox: Sandbox) -> None:
        order = begin(world)
        pay(sandbox, order)
        deliver(sandbox, order)
        with at(sandbox, NEXT):
            day = reconcile(setup_of().pk, DAY, actor=world["finance"])
            settle(world, day.net_fen)
            assert balance(Account.BANK_SUSPENSE) == -day.net_fen
            assert make_rounds(world.organisation.pk) > 0
            day.refresh_from_db()
            assert day.settled_line is not None and BankLine.objects.get().state == "settled"
            assert (balance(Account.BANK_SUSPENSE), balance(Account.CHANNEL), balance(Account.BANK)) == (0, 0, day.net_fen)
            books_hold(world)

    def test_a_day_with_nothing_to_pay_out_is_finished(self, world: World, sandbox: Sandbox) -> None:
        """It waits for no bank line, on its own page and in the list of what is not finished."""
        client = client_of(world, "finance")
        with at(sandbox, NEXT):
            day = reconcile(setup_of().pk, DAY, actor=world["finance"])
            assert (day.row_count, day.net_fen) == (0, 0)
            assert f'href="/reconciliation/{day.pk}"' in client.get("/reconciliation/").content.decode()
            page = client.get("/reconciliation/?state=open").content.decode()
            assert f'href="/reconciliation/{day.pk}"' not in page and "每一天都对完了" in page
            own = client.get(f"/reconciliation/{day.pk}").content.decode()
            assert "没有要结算的钱" in own and "等银行流水" not in own

    def test_a_line_that_was_not_the_payout(self, world: World, sandbox: Sandbox) -> None:
        """Undone by two: the line waits, the day's money is missing again and not found by itself; by hand it may still be."""
        order = begin(world)
        pay(sandbox, order)
        deliver(sandbox, order)
        with at(sandbox, NEXT):
            day = reconcile(setup_of().pk, DAY, actor=world["finance"])
            settle(world, day.net_fen)
            make_rounds(world.organisation.pk)
            page = client_of(world, "finance")
            assert "撤销认款" in page.get(f"/reconciliation/{day.pk}").content.decode()
            with pytest.raises((NotFound, Forbidden)):
                ask_unsettle(day.pk, "不是", actor=world["cashier"])
            page.post(f"/reconciliation/{day.pk}/unsettle", {"note": "是另一家公司的货款"})
            request = Request.objects.get(kind="recon.unsettle")
            assert "等另一位同事审批" in page.get(f"/reconciliation/{day.pk}").content.decode()
            with pytest.raises(Forbidden):
                decide(request.pk, approved=True, actor=world["finance"])
            decide(request.pk, approved=True, actor=world["lead"])
            make_rounds(world.organisation.pk)
            day.refresh_from_db()
            assert day.settled_line is None and BankLine.objects.get().state == "waiting"
            assert (balance(Account.BANK_SUSPENSE), balance(Account.CHANNEL), balance(Account.BANK)) == (-day.net_fen, day.net_fen, day.net_fen)
            (one,) = Difference.objects.all()
            assert (one.kind, one.gap_fen, one.closed_at) == ("settlement", -day.net_fen, None)
            assert "撤销过的结算款" in page.get(f"/reconciliation/{day.pk}").content.decode()
            books_hold(world)
            with pytest.raises(DomainError, match="现在没有认作结算款"):
                ask_unsettle(day.pk, "再来", actor=world["finance"])
            settle_by_hand(day.pk, BankLine.objects.get().pk, actor=world["finance"])
            one.refresh_from_db()
            assert one.resolution == "vanished" and balance(Account.CHANNEL) == 0
            books_hold(world)

    def test_money_that_does_not_come_is_a_difference(self, world: World, sandbox: Sandbox) -> None:
        order = begin(world)
        pay(sandbox, order)
        deliver(sandbox, order)
        with at(sandbox, NOON + dt.timedelta(days=6)):
            day = reconcile(setup_of().pk, DAY, actor=world["finance"])
            (one,) = Difference.objects.all()
            assert (one.kind, one.gap_fen) == ("settlement", -day.net_fen)
            settle(world, day.net_fen)
            reconcile(setup_of().pk, DAY, actor=world["finance"])
            one.refresh_from_db()
            assert one.resolution == "vanished"

    def test_a_payment_we_were_never_told_of(self, world: World, sandbox: Sandbox) -> None:
        order = begin(world)
        pay(sandbox, order)
        with at(sandbox, NEXT):
            reconcile(setup_of().pk, DAY, actor=world["finance"])
            (one,) = Difference.objects.all()
            assert (one.kind, one.number, one.ours_fen, one.theirs_fen) == ("not_ours", order.number, 0, order.amount_fen)
            assert one.community_id == world.community.pk
            books_hold(world)
            deliver(sandbox, order)
            reconcile(setup_of().pk, DAY, actor=world["finance"])
            one.refresh_from_db()
            assert one.resolution == "vanished"
            books_hold(world)

    def test_another_sum_and_a_missing_one(self, world: World, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
        order = begin(world)
        pay(sandbox, order)
        deliver(sandbox, order)
        whole = sandbox.wechat.bill_text(str(DAY))
        paid = f"{order.amount_fen / 100:.2f}".encode()
        with at(sandbox, NEXT):
            monkeypatch.setattr(sandbox.wechat, "bill_text", lambda day: whole.replace(paid, b"1.00"))
            reconcile(setup_of().pk, DAY, actor=world["finance"])
            (one,) = Difference.objects.all()
            assert (one.kind, one.gap_fen) == ("amount", 100 - order.amount_fen)
            request = ask_write_off(one.pk, "渠道少付，已确认", actor=world["lead"])
            with pytest.raises(DomainError, match="已申请核销"):
                resolve(one.pk, "已核实", actor=world["finance"])
            with pytest.raises(SamePerson):
                decide(request.pk, approved=True, actor=world["lead"])
            before = balance(Account.CHANNEL)
            other = ask_other(world)
            decide(request.pk, approved=True, actor=other)
            one.refresh_from_db()
            assert one.resolution == "written_off" and balance(Account.CHANNEL) == before + one.gap_fen
            with pytest.raises(DomainError, match="已经处理完"):
                resolve(one.pk, "再来", actor=world["finance"])
            books_hold(world)

    def test_worked_to_closure_by_those_who_may(self, world: World, sandbox: Sandbox) -> None:
        order = begin(world)
        pay(sandbox, order)
        with at(sandbox, NEXT):
            with pytest.raises(Forbidden):
                reconcile(setup_of().pk, DAY, actor=world["cashier"])
            with pytest.raises(NotFound):
                reconcile(setup_of().pk, DAY, actor=world["outsider"])
            with pytest.raises(DomainError):
                reconcile(setup_of().pk, clock.today(), actor=world["finance"])
            client = client_of(world, "finance")
            sent = client.post("/reconciliation/run", {"setup": setup_of().pk, "day": str(DAY)})
            day = ChannelDay.objects.get()
            assert sent["Location"] == f"/reconciliation/{day.pk}"
            assert "渠道有，我们没有" in client.get(sent["Location"]).content.decode()
            assert "1 项差异" in client.get("/reconciliation/").content.decode()
            one = Difference.objects.get()
            page = f"/reconciliation/differences/{one.pk}"
            assert client.post(f"{page}/act", {"act": "note", "note": ""}).status_code == 409
            assert client.post(f"{page}/act", {"act": "note", "note": "已联系渠道"}).status_code == 302
            assert "已联系渠道" in client.get(page).content.decode()
            assert client_of(world, "outsider").get(page).status_code == 404
            with connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
                cursor.execute("UPDATE reconciliation_billrow SET amount_fen = 1")


def ask_other(world: World):  # type: ignore[no-untyped-def]
    from tests.world import actor_of
    from wuyefei.foundation.access.rules import Role

    return actor_of(world.organisation, "lead2", Role.FINANCE_LEAD)
