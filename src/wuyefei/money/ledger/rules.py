"""The chart of accounts, stated once (codes of the Chinese accounting standards for enterprises)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Account(StrEnum):
    CASH = "1001"
    BANK = "1002"
    CHANNEL = "1012"
    RECEIVABLE = "1122"
    PREPAID = "2203"
    DEFERRED = "2204"
    TAX = "2221"
    HELD = "2241"
    BANK_SUSPENSE = "2241.7"
    SUSPENSE = "2241.8"
    REFUNDING = "2241.9"
    OPENING = "3131"
    INCOME = "6001"
    LATE_FEE = "6301"
    SHORTAGE = "6711"
    OVERAGE = "6301.9"


ACCOUNT_NAMES: dict[Account, str] = {
    Account.CASH: "库存现金",
    Account.BANK: "银行存款",
    Account.CHANNEL: "其他货币资金",
    Account.RECEIVABLE: "应收账款",
    Account.PREPAID: "预收账款",
    Account.DEFERRED: "合同负债",
    Account.TAX: "应交税费",
    Account.HELD: "其他应付款",
    Account.BANK_SUSPENSE: "其他应付款-银行待查款",
    Account.SUSPENSE: "其他应付款-待查款",
    Account.REFUNDING: "其他应付款-待退款",
    Account.OPENING: "期初权益",
    Account.INCOME: "主营业务收入",
    Account.LATE_FEE: "营业外收入-违约金",
    Account.SHORTAGE: "营业外支出-现金短款",
    Account.OVERAGE: "营业外收入-现金长款",
}

BEANCOUNT_NAMES: dict[Account, str] = {
    Account.CASH: "Assets:Cash",
    Account.BANK: "Assets:Bank",
    Account.CHANNEL: "Assets:Channel",
    Account.RECEIVABLE: "Assets:Receivable",
    Account.PREPAID: "Liabilities:Prepaid",
    Account.DEFERRED: "Liabilities:Deferred",
    Account.TAX: "Liabilities:Tax",
    Account.HELD: "Liabilities:Held",
    Account.BANK_SUSPENSE: "Liabilities:BankSuspense",
    Account.SUSPENSE: "Liabilities:Suspense",
    Account.REFUNDING: "Liabilities:Refunding",
    Account.OPENING: "Equity:Opening",
    Account.INCOME: "Income:Service",
    Account.LATE_FEE: "Income:LateFee",
    Account.SHORTAGE: "Expenses:CashShort",
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
