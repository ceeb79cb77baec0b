"""A payment file goes to the bank and its answer comes back: every refund ends once, and nothing is booked twice."""

from __future__ import annotations

import datetime as dt
import io

import pytest
import xlsxwriter
from django.db import IntegrityError, connection, transaction

from tests.scenarios.month import first_finding
from tests.world import World
from wuyefei.estate.people.public import erase_person, update_person
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.money.channels.public import Refund, paid_by_transfer
from wuyefei.money.ledger.public import Account, Entry, Leg
from wuyefei.money.payouts.models import PayoutAnswer
from wuyefei.money.payouts.public import (
    AnswerRefused,
    AnswerUnreadable,
    NothingToPay,
    OwnAccounts,
    Payout,
    PayoutFile,
    correct,
    import_answer,
    make_file,
    note_result,
    read_answer,
    sheet_of,
    undo_file,
)

from .samples import ACCOUNTS, HEAD, TODAY, D, answered, back, made, payout, refunding, row

pytestmark = pytest.mark.django_db


def balance(world: World, account: Account) -> int:
    return sum(Leg.objects.filter(community_id=world.community.pk, account=account).values_list("amount_fen", flat=True))


def refund(name: str) -> Refund:
    return payout(name).refund


def states(file: PayoutFile) -> dict[str, str]:
    return dict(file.payouts.order_by("place").values_list("payee__name", "state"))


def test_the_whole_way() -> None:
    """373.88 in three: one is paid, one fails, one the bank has not decided; then the failed one goes again to a right account."""
    world = refunding()
    with clock.at(TODAY):
        before = balance(world, Account.BANK)
        file = made(world)
        assert (file.number, file.payout_count, file.total_fen, file.due_at) == ("FK260115001", 3, 37388, clock.now() + dt.timedelta(days=3))
        assert {one.state for one in Refund.objects.all()} == {"sent"} and balance(world, Account.REFUNDING) == -37388
        name, sheet = sheet_of(file.pk, actor=world["finance"])
        assert list(sheet.rows)[0][:2] == ["陆小满", ACCOUNTS["陆小满"]] and "FK260115001" in name
        with pytest.raises(NothingToPay):
            make_file(actor=world["finance"])
        one, two, three = (payout(who) for who in ("陆小满", "沈秋白", "顾予安"))
        first = back(row(one, "成功", reference="B1", account=ACCOUNTS["陆小满"]), row(two, "失败", "户名不符", account="6222****0002"), row(three, "处理中", on=""))
        told = answered(world, file, first)
        assert (told.rows, told.known, told.done, told.failed, told.waiting) == (3, 0, 1, 1, 1)
        assert states(file) == {"陆小满": "done", "沈秋白": "failed", "顾予安": "waiting"}
        paid, failed, waits = refund("陆小满"), refund("沈秋白"), refund("顾予安")
        assert (paid.state, paid.reference, payout("陆小满").paid_on) == ("done", "B1", TODAY)
        assert (failed.state, failed.failure, failed.due_at) == ("failed", "户名不符", clock.now() + dt.timedelta(days=2))
        assert (waits.state, waits.due_at) == ("sent", file.due_at), "what the answer leaves open waits on, with its deadline"
        assert (balance(world, Account.BANK) - before, balance(world, Account.REFUNDING)) == (-10000, -27388) and first_finding(world) == ""
        _the_same_again(world, file, first)
        _again_to_a_right_account(world, file)
    assert (balance(world, Account.BANK) - before, balance(world, Account.REFUNDING)) == (-37388, 0) and first_finding(world) == ""


def _the_same_again(world: World, file: PayoutFile, data: bytes) -> None:
    """The same file does nothing; the same with one line changed says so and does nothing."""
    entries, trail = Entry.objects.count(), AuditEntry.objects.count()
    told = answered(world, file, data, "另一个名字.csv")
    assert (told.answer, told.rows, told.known, told.done, told.waiting) == (None, 3, 2, 0, 1)
    changed = data.replace("户名不符".encode("gb18030"), "账户冻结".encode("gb18030"))
    with pytest.raises(AnswerRefused, match="第 3 行「结果」：以前回过盘，这一行的内容不同"):
        answered(world, file, changed)
    turned = data.replace("成功".encode("gb18030"), "失败".encode("gb18030"))
    with pytest.raises(AnswerRefused, match="第 2 行「结果」：已经记为付出，这一行说失败"):
        answered(world, file, turned)
    assert (Entry.objects.count(), AuditEntry.objects.count(), PayoutAnswer.objects.count()) == (entries, trail, 1)


def _again_to_a_right_account(world: World, file: PayoutFile) -> None:
    failed = refund("沈秋白")
    with pytest.raises(Invalid, match="和原来的一样"):
        correct(failed.pk, ACCOUNTS["沈秋白"], "再试", actor=world["finance"])
    with pytest.raises(Invalid, match="更正说明|原因"):
        correct(failed.pk, "", " ", actor=world["finance"])
    correct(failed.pk, "6222 0200 0000 0020 999", "业主换了卡", actor=world["finance"])
    with pytest.raises(OwnAccounts, match="1-1-102 的收款账号是您在申请退款以后改的"):
        made(world)
    second = made(world, "lead")
    again = payout("沈秋白", second)
    assert (second.payout_count, again.number, again.account_tail) == (1, f"{failed.number}-2", "99")
    assert (again.account_by_id, again.made_by_id) == (world["finance"].user_id, world["lead"].user_id)
    old = back(row(payout("沈秋白", file), "成功", number=payout("沈秋白", file).number))
    with pytest.raises(AnswerRefused, match="第 2 行「明细号」：.*不在这份付款文件里"):
        answered(world, second, old)
    answered(world, second, back(row(again, "成功", reference="B2")))
    answered(world, file, back(row(payout("顾予安"), "成功", reference="B3")))
    assert {one.state for one in Refund.objects.all()} == {"done"}


def test_nothing_half_done() -> None:
    """One wrong row, and nothing of the file is taken in; each is named by row and field."""
    world = refunding()
    with clock.at(TODAY):
        file = made(world)
        one, two = payout("陆小满"), payout("沈秋白")
        good = row(one, "成功", reference="B1")
        for wrong, words in (
            (row(two, "成功", fen=22389), "第 3 行「金额」：回盘是 223.89，付款文件是 223.88"), (row(two, "成功", account=ACCOUNTS["陆小满"]), "第 3 行「收款账号」"),
            (good, "第 3 行「明细号」：与第 2 行是同一笔"), (row(two, "也许"), "第 3 行「结果」：不认识「也许」"), (row(two, "成功", number="NIX"), "第 3 行「明细号」：NIX 不在这份付款文件里"),
            (row(two, "成功", on="2026-01-14"), "第 3 行「日期」"), (row(two, "成功", on="2026-01-16"), "第 3 行「日期」"),
        ):  # fmt: skip
            with pytest.raises(AnswerRefused, match=words):
                answered(world, file, back(good, wrong))
        for data, words in (
            (back(good, row(two, "成功").replace("223.88", "许多")), "第 3 行「金额」"), (b"a,b\n1,2\n", "找不到表头"), (HEAD.encode(), "没有一笔付款"),
            (back(row(two, "成功", on="昨天")), "第 2 行「日期」"),
        ):  # fmt: skip
            with pytest.raises((AnswerUnreadable, DomainError), match=words):
                read_answer("回盘.csv", data, actor=world["finance"])
        assert set(states(file).values()) == {"waiting"} and not PayoutAnswer.objects.exists() and balance(world, Account.REFUNDING) == -37388


@pytest.mark.parametrize("kind", ["gbk", "utf-8", "utf-8-sig", "xlsx"])
def test_as_banks_give_it_back(kind: str) -> None:
    """Other headers, lines above them and a total below; the number only in the purpose; a sum as a number."""
    world = refunding()
    with clock.at(TODAY):
        file = made(world)
        one = payout("陆小满")
        table = [["批量付款结果查询"], ["收款人账号", "转账金额(元)", "用途", "交易状态", "返回信息", "交易时间"],
                 [ACCOUNTS["陆小满"], 100, f"退款 {one.number}", "交易成功", "", "2026-01-15 10:20:30"], ["合计", 100]]  # fmt: skip
        answered(world, file, _workbook(table) if kind == "xlsx" else _csv(table, kind), f"回盘.{'xlsx' if kind == 'xlsx' else 'csv'}")
        assert (payout("陆小满").state, refund("陆小满").reference) == ("done", "FK260115001 1") and first_finding(world) == ""


def _csv(table: list[list[object]], encoding: str) -> bytes:
    return "".join(",".join(map(str, line)) + "\r\n" for line in table).encode(encoding)


def _workbook(table: list[list[object]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet()
        for number, line in enumerate(table):
            page.write_row(number, 0, line)
    return out.getvalue()


def test_who_has_no_account_stays_out() -> None:
    world = refunding({"陆小满": ACCOUNTS["陆小满"]})
    with clock.at(TODAY):
        done = make_file(actor=world["finance"])
        assert (done.file.payout_count, done.missing) == (1, ("1-1-102", "1-1-201"))
        assert {one.state for one in Refund.objects.exclude(pk=refund("陆小满").pk)} == {"approved"}


def test_the_account_changes_after_the_file() -> None:
    world = refunding()
    with clock.at(TODAY):
        file = made(world)
        update_person(world.people["沈秋白"].pk, bank="6222020000000020888", reason="换卡", actor=world["finance"])
        with pytest.raises(DomainError, match="第 2 笔的收款账号"):
            sheet_of(file.pk, actor=world["finance"])
        with pytest.raises(DomainError, match="等银行结果|还"):
            erase_person(world.people["顾予安"].pk, reason="本人要求", actor=world["lead"])
        undo_file(file.pk, "还没交给银行", actor=world["finance"])
        assert states(made(world)) == {"陆小满": "waiting", "顾予安": "waiting"}, "whoever changed an account does not send money to it"
        again = made(world, "lead")
        assert payout("沈秋白", again).account_tail == "88" and payout("沈秋白", again).number.endswith("-2")
    row = Payout.objects.get(pk=payout("沈秋白", again).pk)
    row.pk, row.number, row.state, row.made_by_id = None, "X-1", "undone", row.account_by_id
    with pytest.raises(IntegrityError, match="payout_by_two"), transaction.atomic():
        row.save()


def test_undone_only_before_any_answer() -> None:
    world = refunding()
    with clock.at(TODAY):
        file = made(world)
        undo_file(file.pk, "没交给银行", actor=world["finance"])
        assert set(states(file).values()) == {"undone"} and {one.state for one in Refund.objects.all()} == {"approved"} and first_finding(world) == ""
        with pytest.raises(AnswerRefused, match="已经撤销，银行却有结果"):
            answered(world, file, back(row(payout("陆小满", file), "成功")))
        for late in (lambda: undo_file(file.pk, "再来", actor=world["finance"]), lambda: sheet_of(file.pk, actor=world["finance"])):
            with pytest.raises(DomainError, match="已经撤销"):
                late()
        second = made(world)
        answered(world, second, back(row(payout("陆小满", second), "失败", "账户冻结")))
        with pytest.raises(DomainError, match="已有付款结果"):
            undo_file(second.pk, "没交", actor=world["finance"])


def test_a_result_a_person_has_seen() -> None:
    """Banks without a file: noted by hand, once; the bank's file that says the same later changes nothing."""
    world = refunding()
    with clock.at(TODAY):
        file = made(world)
        with pytest.raises(DomainError, match="付款文件里等银行回盘"):
            paid_by_transfer(refund("陆小满").pk, "B9", actor=world["finance"])
        note_result(refund("陆小满").pk, True, "B9", actor=world["finance"])
        note_result(refund("沈秋白").pk, False, "户名不符", actor=world["finance"])
        with pytest.raises(DomainError, match="没有在等银行"):
            note_result(refund("陆小满").pk, True, "B9", actor=world["finance"])
        told = answered(world, file, back(row(payout("陆小满"), "成功", reference="B9"), row(payout("沈秋白"), "失败", "户名不符")))
        assert told.answer is None and told.known == 2 and balance(world, Account.REFUNDING) == -27388 and first_finding(world) == ""
        with pytest.raises(AnswerRefused, match="已经记为付出"):
            answered(world, file, back(row(payout("陆小满"), "失败")))


def test_who_may_and_what_the_database_keeps() -> None:
    world = refunding()
    with clock.at(TODAY):
        with pytest.raises((NothingToPay, Forbidden)):
            make_file(actor=world["cashier"])
        file = made(world)
        read = read_answer("回盘.csv", back(row(payout("陆小满"), "成功")), actor=world["finance"])
        for name, error in (("outsider", NotFound), ("cashier", Forbidden)):
            with pytest.raises(error):
                import_answer(file.pk, read, actor=world[name])
            with pytest.raises(error):
                undo_file(file.pk, "x", actor=world[name])
            with pytest.raises(error):
                note_result(refund("陆小满").pk, True, "B1", actor=world[name])
            with pytest.raises(error):
                correct(refund("陆小满").pk, "", "x", actor=world[name])
        assert set(states(file).values()) == {"waiting"}
        one = payout("陆小满")
        for sql in (
            "UPDATE payouts_payout SET amount_fen = 1", "DELETE FROM payouts_payout", "UPDATE payouts_payoutfile SET total_fen = 1",
            "UPDATE payouts_payout SET state = 'done'",
        ):  # fmt: skip
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql)
        with pytest.raises(IntegrityError), transaction.atomic():
            Payout.objects.create(organisation_id=one.organisation_id, community_id=one.community_id, file=file, refund_id=one.refund_id, payee_id=one.payee_id,
                                  place=9, number="TK-2", amount_fen=1)  # fmt: skip


def test_verify_finds_what_does_not_hold() -> None:
    world = refunding()
    with clock.at(D("2026-01-15")):
        file = made(world)
        answered(world, file, back(row(payout("陆小满"), "成功", reference="B1")))
        assert first_finding(world) == ""
        Payout.objects.filter(pk=payout("陆小满").pk).update(reference="B2")
        assert first_finding(world) == f"payouts.payouts payouts_payout {payout('陆小满').pk}"
        Payout.objects.filter(pk=payout("陆小满").pk).update(reference="B1")
        Payout.objects.filter(pk=payout("沈秋白").pk).update(state="undone")
        assert first_finding(world) == f"payouts.payouts channels_refund {refund('沈秋白').pk}"
