"""The usual workbooks of Chinese banks, by the words in their headers: columns in any order, two amounts or one with a sign."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from wuyefei.foundation.kernel.errors import Phrase

from .shapes import StatementRefused

HEADER_ROWS = 30
"""Banks put the account, the period and totals above the header; further down no header is looked for."""
FOOTERS = ("合计", "总计", "小计", "累计", "共")
"""What the rows of totals begin with."""


class Column(StrEnum):
    DAY = "日期"
    IN = "收入金额"
    OUT = "支出金额"
    AMOUNT = "金额"
    SIDE = "借贷标志"
    NAME = "对方户名"
    ACCOUNT = "对方账号"
    MEMO = "摘要"
    REF = "流水号"


HEADERS: tuple[tuple[Column, tuple[str, ...]], ...] = (
    (Column.REF, ("交易流水号", "流水号", "核心流水号", "交易流水", "银行流水号", "业务编号", "凭证号", "交易参考号")),
    (Column.ACCOUNT, ("对方账号", "对方帐号", "对方账户", "对方账户账号", "付款人账号", "对方卡号", "交易对手账号", "往来账号", "收(付)方账号", "收付方账号", "对手账号")),
    (Column.NAME, ("对方户名", "对方名称", "对方账户名称", "对方单位", "对方单位名称", "付款人名称", "付款人", "付款人户名", "交易对手", "交易对手名称", "对手户名", "收(付)方名称", "收付方名称", "往来户名")),
    (Column.IN, ("收入金额", "收入", "贷方发生额", "贷方金额", "贷方", "贷方发生额(收入)", "收入(贷方)", "转入金额", "存入金额", "存入", "入账金额")),
    (Column.OUT, ("支出金额", "支出", "借方发生额", "借方金额", "借方", "借方发生额(支取)", "借方发生额(支出)", "支出(借方)", "转出金额", "支取", "支取金额")),
    (Column.AMOUNT, ("交易金额", "发生额", "金额", "交易金额(元)")),
    (Column.SIDE, ("借贷标志", "借贷", "借/贷", "借贷方向", "收支", "收支标志", "交易方向", "借贷标识")),
    (Column.DAY, ("交易日期", "入账日期", "记账日期", "记账日", "起息日", "日期", "交易时间", "入账时间", "交易日", "过账日期")),
    (Column.MEMO, ("摘要", "附言", "用途", "备注", "交易附言", "客户附言", "交易备注", "摘要说明", "个性化信息", "转账附言", "交易摘要")),
)  # fmt: skip
"""Header words by column; within one column the first word found in this order gives it. Several memo columns are joined."""

PLACE_WORDS = ("项目", "小区", "楼盘", "物业项目", "项目名称", "小区名称")
CODE_WORDS = ("房号", "房屋", "铺号", "商铺", "商铺号", "单元号", "房间号", "门牌号", "车位号")
FEN_WORDS = ("金额", "付款金额", "缴费金额", "应付金额", "金额(元)", "金额（元）")
"""What a remittance advice calls the community, the home and the money."""

IN_WORDS, OUT_WORDS = frozenset({"贷", "收", "收入", "C", "CR", "贷方", "来账", "转入"}), frozenset({"借", "支", "支出", "付", "D", "DR", "借方", "往账", "转出"})
_ACCOUNT = re.compile(r"(?:本方)?(?:账|帐)[号户][:：]?\s*(\d[\d\s\-]{7,34}\d)")


def plain(header: str) -> str:
    """A header as it is compared: without blanks, units and marks; brackets in one writing."""
    text = re.sub(r"[\s*：:]", "", header).replace("（", "(").replace("）", ")")
    return re.sub(r"\((?:元|人民币|CNY|单位:?元)\)$", "", text)


def columns_of(cells: Sequence[str]) -> dict[Column, list[int]] | None:
    """Which columns a header row names, or None where it is none: a day, money, and something about the other side."""
    names = [plain(cell) for cell in cells]
    found: dict[Column, list[int]] = {}
    for column, words in HEADERS:
        places = [names.index(word) for word in words if word in names]
        if places:
            found[column] = sorted(places) if column is Column.MEMO else places[:1]
    money = Column.IN in found or Column.AMOUNT in found
    return found if Column.DAY in found and money and found.keys() & {Column.NAME, Column.MEMO, Column.ACCOUNT} else None


def account_of(texts: Sequence[str]) -> str:
    """The account's own number in what stands above the header, empty where there is none or more than one."""
    found = {re.sub(r"\D", "", match[1]) for text in texts for match in _ACCOUNT.finditer(text)}
    return found.pop() if len(found) == 1 else ""


def signed(into: int | None, out: int | None, amount: int | None, side: str, number: int) -> int:
    """Money in positive, out negative. With one amount the side decides; without a side its sign does.

    Raises ``StatementRefused`` for both sides at once, none, or a side in no known word.
    """
    if amount is not None and into is None and out is None:
        mark = side.strip().upper()
        if mark in IN_WORDS:
            return abs(amount)
        if mark in OUT_WORDS:
            return -abs(amount)
        if mark:
            raise StatementRefused("row", "第 {row} 行：{reason}", row=number, reason=Phrase("借贷标志「{side}」读不懂", side=side[:10]))
        found = amount
    else:
        if into and out:
            raise StatementRefused("row", "第 {row} 行：{reason}", row=number, reason=Phrase("同时有收入和支出"))
        found = (into or 0) - (out or 0)
    if not found:
        raise StatementRefused("row", "第 {row} 行：{reason}", row=number, reason=Phrase("没有金额"))
    return found
