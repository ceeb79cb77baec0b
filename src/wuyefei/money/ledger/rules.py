"""The chart of accounts, stated once (codes of the Chinese accounting standards for enterprises), and its statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Account(StrEnum):
    CASH = "1001"
    FUND_CASH = "1001.8"
    TRANSIT = "1001.9"
    BANK = "1002"
    CHANNEL = "1012"
    DEBITS = "1012.1"
    RECEIVABLE = "1122"
    INTERNAL = "1221.1"
    """What communities of one firm owe each other; it may stand on either side, and over the firm it is always nil.

    Source: 企业会计准则应用指南, 附录「会计科目和主要账务处理」: 1221 其他应收款 holds every receivable that is not of trade, and an
    enterprise may add sub-accounts. One account for both sides, so that a report over both places nets it out by itself.
    """
    ADVANCED = "1221.2"
    RESERVE = "1231"
    PREPAID = "2203"
    DEFERRED = "2204"
    TAX = "2221"
    HELD = "2241"
    SUBSIDY = "2241.4"
    FUND = "2241.5"
    DEPOSITS = "2241.1"
    DEBIT_SUSPENSE = "2241.6"
    BANK_SUSPENSE = "2241.7"
    SUSPENSE = "2241.8"
    REFUNDING = "2241.9"
    OPENING = "3131"
    INCOME = "6001"
    LATE_FEE = "6301"
    FORFEIT = "6301.1"
    LAWSUITS = "6602.1"
    BANK_FEE = "6603"
    BAD_DEBT = "6702"
    CREDIT_LOSS = "6702.1"
    SHORTAGE = "6711"
    DONATION = "6711.2"
    OVERAGE = "6301.9"


ACCOUNT_NAMES: dict[Account, str] = {
    Account.CASH: "库存现金",
    Account.FUND_CASH: "库存现金-关爱基金箱",
    Account.TRANSIT: "库存现金-缴存在途",
    Account.BANK: "银行存款",
    Account.CHANNEL: "其他货币资金",
    Account.DEBITS: "其他货币资金-代扣在途",
    Account.RECEIVABLE: "应收账款",
    Account.INTERNAL: "其他应收款-内部往来",
    Account.ADVANCED: "其他应收款-代垫诉讼费",
    Account.RESERVE: "坏账准备",
    Account.PREPAID: "预收账款",
    Account.DEFERRED: "合同负债",
    Account.TAX: "应交税费",
    Account.HELD: "其他应付款",
    Account.FUND: "其他应付款-关爱基金",
    Account.SUBSIDY: "其他应付款-补贴",
    Account.DEPOSITS: "其他应付款-押金",
    Account.DEBIT_SUSPENSE: "其他应付款-代扣待查款",
    Account.BANK_SUSPENSE: "其他应付款-银行待查款",
    Account.SUSPENSE: "其他应付款-待查款",
    Account.REFUNDING: "其他应付款-待退款",
    Account.OPENING: "期初权益",
    Account.INCOME: "主营业务收入",
    Account.LATE_FEE: "营业外收入-违约金",
    Account.FORFEIT: "营业外收入-押金扣款",
    Account.LAWSUITS: "管理费用-诉讼费",
    Account.BANK_FEE: "财务费用-手续费",
    Account.BAD_DEBT: "信用减值损失-坏账",
    Account.CREDIT_LOSS: "信用减值损失-坏账准备",
    Account.SHORTAGE: "营业外支出-现金短款",
    Account.DONATION: "营业外支出-捐赠",
    Account.OVERAGE: "营业外收入-现金长款",
}

BEANCOUNT_NAMES: dict[Account, str] = {
    Account.CASH: "Assets:Cash",
    Account.FUND_CASH: "Assets:FundCash",
    Account.TRANSIT: "Assets:CashInTransit",
    Account.BANK: "Assets:Bank",
    Account.CHANNEL: "Assets:Channel",
    Account.DEBITS: "Assets:DebitsInTransit",
    Account.RECEIVABLE: "Assets:Receivable",
    Account.INTERNAL: "Assets:BetweenCommunities",
    Account.ADVANCED: "Assets:AdvancedCosts",
    Account.RESERVE: "Assets:BadDebtReserve",
    Account.PREPAID: "Liabilities:Prepaid",
    Account.DEFERRED: "Liabilities:Deferred",
    Account.TAX: "Liabilities:Tax",
    Account.HELD: "Liabilities:Held",
    Account.FUND: "Liabilities:CareFund",
    Account.SUBSIDY: "Liabilities:Subsidy",
    Account.DEPOSITS: "Liabilities:Deposits",
    Account.DEBIT_SUSPENSE: "Liabilities:DebitSuspense",
    Account.BANK_SUSPENSE: "Liabilities:BankSuspense",
    Account.SUSPENSE: "Liabilities:Suspense",
    Account.REFUNDING: "Liabilities:Refunding",
    Account.OPENING: "Equity:Opening",
    Account.INCOME: "Income:Service",
    Account.LATE_FEE: "Income:LateFee",
    Account.FORFEIT: "Income:DepositDeductions",
    Account.LAWSUITS: "Expenses:Lawsuits",
    Account.BANK_FEE: "Expenses:BankFee",
    Account.BAD_DEBT: "Expenses:BadDebt",
    Account.CREDIT_LOSS: "Expenses:CreditLoss",
    Account.SHORTAGE: "Expenses:CashShort",
    Account.DONATION: "Expenses:Donation",
    Account.OVERAGE: "Income:CashOver",
}


@dataclass(frozen=True, slots=True)
class Posting:
    """One leg: debit positive, credit negative, in fen."""

    account: Account
    amount_fen: int


def balanced(postings: list[Posting]) -> bool:
    """Whether the legs sum to zero and at least one moves money."""
    return bool(postings) and sum(leg.amount_fen for leg in postings) == 0


@dataclass(frozen=True, slots=True)
class Turnover:
    """What an account held before a stretch of days (debit positive) and moved in it, in fen."""

    opening_fen: int
    debit_fen: int
    credit_fen: int

    @property
    def closing_fen(self) -> int:
        return self.opening_fen + self.debit_fen - self.credit_fen


def sides(fen: int) -> tuple[int, int]:
    """A balance in the debit and the credit column; one of them is always 0."""
    return max(fen, 0), max(-fen, 0)


@dataclass(frozen=True, slots=True)
class TrialRow:
    """An account of the trial balance: each of opening, movement and closing as (debit, credit)."""

    account: Account
    opening: tuple[int, int]
    moved: tuple[int, int]
    closing: tuple[int, int]

    @property
    def cells(self) -> tuple[int, ...]:
        return (*self.opening, *self.moved, *self.closing)


def trial_rows(moved: Mapping[Account, Turnover]) -> list[TrialRow]:
    """One row an account, in order of code."""
    return [
        TrialRow(account, sides(part.opening_fen), (part.debit_fen, part.credit_fen), sides(part.closing_fen))
        for account, part in sorted(moved.items())
    ]


def trial_totals(rows: Iterable[TrialRow]) -> tuple[int, ...]:
    """The sums of the six columns; debit equals credit in each pair where the books are whole."""
    found = [row.cells for row in rows]
    return tuple(sum(column) for column in zip(*found, strict=True)) if found else (0,) * 6


@dataclass(frozen=True, slots=True)
class Movement:
    """How an account came from its opening to its closing balance, in its own sense (a liability grows by credits)."""

    account: Account
    opening_fen: int
    lines: tuple[tuple[str, int, int], ...]
    """(kind of entry, increase, decrease)."""

    @property
    def up_fen(self) -> int:
        return sum(up for _, up, _ in self.lines)

    @property
    def down_fen(self) -> int:
        return sum(down for _, _, down in self.lines)

    @property
    def closing_fen(self) -> int:
        return self.opening_fen + self.up_fen - self.down_fen


def grows_by_debit(account: Account) -> bool:
    """Assets (1…) and expenses (64… to 67…) stand on the debit side; liabilities, equity and income on the credit side, and
    with them the bad-debt reserve, which is taken off an asset."""
    return account is not Account.RESERVE and (account.value.startswith("1") or account.value[:2] in ("64", "66", "67"))


def movement(account: Account, parts: Mapping[str, Turnover]) -> Movement:
    """The movement of an account from what each kind of entry moved on it."""
    sign = 1 if grows_by_debit(account) else -1
    lines = [
        (kind, *((part.debit_fen, part.credit_fen) if sign > 0 else (part.credit_fen, part.debit_fen)))
        for kind, part in parts.items()
        if part.debit_fen or part.credit_fen
    ]
    return Movement(account, sign * sum(part.opening_fen for part in parts.values()), tuple(lines))
