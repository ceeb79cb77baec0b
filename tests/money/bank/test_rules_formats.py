"""Reading the banks' files: each format to the same lines, and every refusal before anything is read further."""

from __future__ import annotations

import datetime as dt
import io

import pytest
import xlsxwriter

from tests.money.bank.samples import CAMT, HEAD, MT940, OURS, ROWS, camt, mt940, sheet
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.money.bank.reading import read_statement
from wuyefei.money.bank.rules.shapes import keys

TEN = dt.date(2026, 2, 10)


@pytest.mark.parametrize(("name", "data"), [("a.sta", MT940), ("a.xml", CAMT)])
def test_the_two_standards(name: str, data: bytes) -> None:
    found = read_statement(name, data)
    assert found.account == OURS and (found.opening_fen, found.closing_fen) == (100000, 122000)
    paid, fee = found.lines
    assert (paid.on, paid.amount_fen, paid.payer_name, paid.payer_account, paid.ref) == (TEN, 25000, "陆小满", "620000000001", "B0001")
    assert "1-1-101" in paid.memo and (fee.amount_fen, fee.memo, fee.ref) == (-3000, "手续费", "B0002")


def test_a_banks_sheet_in_gb18030_and_as_a_workbook() -> None:
    found = read_statement("明细.csv", sheet())
    assert found.account == OURS and [line.amount_fen for line in found.lines] == [25000, 22388, -3000, 10000]
    assert (found.lines[0].number, found.lines[0].memo, found.lines[0].payer_account) == (3, "转账 1-1-101 物业费", "620000000001")
    book = io.BytesIO()
    with xlsxwriter.Workbook(book, {"in_memory": True}) as out:
        page = out.add_worksheet()
        page.write_row(0, 0, ["交易时间", "借贷标志", "交易金额（元）", "对方名称", "用途"])
        page.write_row(1, 0, ["20260210 10:11:12", "贷", 250.1, "陆小满", "1-1-101"])
        page.write_row(2, 0, ["2026/02/11", "借", 30, "", "手续费"])
    lines = read_statement("明细.xlsx", book.getvalue()).lines
    assert [(line.on, line.amount_fen, line.payer_name) for line in lines] == [(TEN, 25010, "陆小满"), (dt.date(2026, 2, 11), -3000, "")]


ENTITY = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize(("data", "words"), [
    (camt("", "1000.00", ENTITY), "实体声明"), (CAMT[:-40], "不完整"), (CAMT.replace(b"1220.00", b"1220.01"), "期末余额"),
    (CAMT.replace(b"CNY", b"USD"), "USD"), (CAMT.replace(b"250.00<", b"250.001<"), "整分"), (CAMT.replace(b"2026-02-10", b"2026-02-30"), "不存在"),
    (mt940(":61:26021xC1,00NTRF\r\n", "1000,00"), "第 1 笔"), (mt940("", "1000,01"), "期末余额"), (MT940.replace(b"CNY", b"EUR"), "EUR"),
    (MT940.replace(b":62F:", b":25:123\r\n:62F:"), "不止一个账户"),
    (sheet(head=HEAD.replace("交易日期", "哪天")), "找不到表头"), (sheet(ROWS[0].replace("250.00", "二百")), "第 3 行"),
    (sheet(ROWS[0].replace("2026-02-10", "2026-02-31")), "第 3 行"), (sheet(ROWS[0].replace(",,250.00", ",1.00,250.00")), "同时有收入和支出"),
    (sheet(ROWS[0].replace(",250.00", ",")), "没有金额"), (sheet(ROWS[0].replace("2026-02-10", "")), "没有日期"), (b"", "空"), (b"%PDF-1.7", "PDF"),
])  # fmt: skip
def test_what_cannot_be_read_says_where(data: bytes, words: str) -> None:
    with pytest.raises(DomainError) as refused:
        read_statement("a.txt", data)
    assert words in refused.value.text


def test_lines_are_known_by_what_they_say() -> None:
    first, again = read_statement("a.csv", sheet()), read_statement("b.csv", sheet(*reversed(ROWS)))
    before = {key for key, _line in keys(OURS, 1, first.lines)}
    assert {key for key, _line in keys(OURS, 1, again.lines)} == before
    twice = read_statement("a.csv", sheet(*ROWS, ROWS[0]))
    assert len({key for key, _line in keys(OURS, 1, twice.lines)} - before) == 1
    assert not {key for key, _line in keys(OURS, 2, first.lines)} & before
