"""Income rows and ties. All amounts in fen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IncomeRow:
    """Net income of a charge item or a community in a stretch of days."""

    name: str
    direct_fen: int
    released_fen: int
    adjusted_fen: int

    @property
    def total_fen(self) -> int:
        return self.direct_fen + self.released_fen + self.adjusted_fen


@dataclass(frozen=True, slots=True)
class Tie:
    """Two figures that must be equal: the journal's, and the same recomputed from the documents."""

    key: str
    account: str
    ledger_fen: int
    detail_fen: int

    @property
    def gap_fen(self) -> int:
        return self.ledger_fen - self.detail_fen


TIE_NAMES = {
    "receivable": "应收账款期末余额 = 各笔应收 + 调整 − 已核销",
    "prepaid": "预收账款期末余额 = 各户预存余额",
    "deferred": "合同负债期末余额 = 已出账未到服务月的净额",
    "income": "主营业务收入本期发生 = 各收费项目确认的收入",
    "late_fee": "违约金收入本期发生 = 已核销的违约金 − 其中的税额",
    "between": "内部往来全公司合计 = 0",
}
