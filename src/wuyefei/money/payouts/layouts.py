"""The words of the banks' own files: their column heads, and what they call a payment that went, failed or is not decided. Pure."""

from __future__ import annotations

from enum import StrEnum


class Field(StrEnum):
    """What a column of the bank's answer holds."""

    NUMBER = "明细号"
    PURPOSE = "用途"
    RESULT = "结果"
    AMOUNT = "金额"
    REASON = "原因"
    ACCOUNT = "收款账号"
    DAY = "日期"
    REFERENCE = "银行流水号"


HEADERS: tuple[tuple[Field, tuple[str, ...]], ...] = (
    (Field.NUMBER, ("明细号", "商户明细号", "业务编号", "客户流水号", "企业流水号", "业务参考号", "付款编号", "明细编号", "客户业务编号")),
    (Field.PURPOSE, ("用途", "附言", "摘要", "付款用途", "汇款用途", "备注")),
    (Field.RESULT, ("处理结果", "交易结果", "付款结果", "结果", "状态", "处理状态", "交易状态", "付款状态", "指令状态", "返回码")),
    (Field.AMOUNT, ("金额", "付款金额", "交易金额", "汇款金额", "转账金额", "发生额")),
    (Field.REASON, ("失败原因", "原因", "返回信息", "处理信息", "响应信息", "返回说明", "错误信息", "退回原因")),
    (Field.ACCOUNT, ("收款账号", "收款人账号", "收款方账号", "收款账户", "对方账号")),
    (Field.DAY, ("交易日期", "处理日期", "付款日期", "入账日期", "日期", "交易时间")),
    (Field.REFERENCE, ("银行流水号", "交易流水号", "网银流水号", "核心流水号", "主机流水号", "流水号", "凭证号", "回单号")),
)
"""Header words of the files that banks give back, by field; the first word found gives the column."""
DONE = frozenset({"成功", "付款成功", "交易成功", "处理成功", "转账成功", "已付款", "已入账", "Y", "S", "00", "0000", "SUCCESS"})
FAILED = frozenset({"失败", "付款失败", "交易失败", "处理失败", "转账失败", "已退回", "退回", "退票", "已拒绝", "拒绝", "N", "F", "FAIL"})
STILL = frozenset({"", "处理中", "银行处理中", "待处理", "已受理", "已提交", "待审批", "待复核", "未知", "P", "PENDING"})
"""Words by which the bank says that it cannot say yet."""
FOOTERS = ("合计", "总计", "小计", "共")
"""With what a row of totals begins."""
