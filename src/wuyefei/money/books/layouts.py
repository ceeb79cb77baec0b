"""The layouts that Kingdee and Yonyou read. Pure.

Sources of the layouts: Kingdee K/3 and KIS 专业版, 「凭证引入」 of the standard Excel layout (sheet ``Page1``, 37 columns);
Yonyou U8 and T3, 「总账工具 → 凭证引入」 (a first line ``填制凭证,V800``, then a leg a line, fields by commas, what is left out at
the end may be left out; memo at most 60 characters; one side of a leg is 0; day, kind and number mark a voucher).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from .vouchers import WORD, Voucher, one_line

KINGDEE_HEAD = (
    "凭证日期", "会计年度", "会计期间", "凭证字", "凭证号", "科目代码", "科目名称", "币别代码", "币别名称", "原币金额", "借方", "贷方", "制单",
    "审核", "核准", "出纳", "经办", "结算方式", "结算号", "凭证摘要", "数量", "数量单位", "单价", "参考信息", "业务日期", "往来业务编号", "附件数",
    "序号", "系统模块", "业务描述", "汇率类型", "汇率", "分录序号", "核算项目", "过账", "机制凭证", "现金流量",
)  # fmt: skip
YONYOU_HEAD = "填制凭证,V800"


def _yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


Codes = Mapping[str, tuple[str, str]]
"""Our account → (their code, their name)."""


def kingdee_rows(found: Iterable[Voucher], codes: Codes, maker: str) -> Iterator[list[str | int | Decimal | dt.date]]:
    """The rows below ``KINGDEE_HEAD``: all legs of a voucher share day, number and 序号; legs count from 0."""
    for serial, voucher in enumerate(found, start=1):
        for at, line in enumerate(voucher.lines):
            code, name = codes[line.account]
            amount = _yuan(line.debit_fen + line.credit_fen)
            yield [
                voucher.on, voucher.on.year, voucher.on.month, WORD, voucher.number, code, name, "RMB", "人民币", amount,
                _yuan(line.debit_fen), _yuan(line.credit_fen), maker, "NONE", "NONE", "NONE", "", "*", "", voucher.memo, 0, "*", 0,
                voucher.refer, voucher.on, "", 0, serial, "", "", "公司汇率", 1, at, "", 0, "", "",
            ]  # fmt: skip


def yonyou_lines(found: Iterable[Voucher], codes: Codes, maker: str) -> Iterator[str]:
    """The text, a line a leg: day, word, number, attachments, memo, code, debit, credit, quantity, foreign, rate, maker."""
    yield YONYOU_HEAD + "\r\n"
    for voucher in found:
        for line in voucher.lines:
            code, _name = codes[line.account]
            debit, credit = _yuan(line.debit_fen), _yuan(line.credit_fen)
            yield f"{voucher.on},{WORD},{voucher.number},0,{voucher.memo},{code},{debit},{credit},0,0,0,{one_line(maker)}\r\n"
