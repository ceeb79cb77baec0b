"""The words by which a provider's bill file and a bank's statement are read."""

from __future__ import annotations

NUMBER, AMOUNT, FEE, DEED, REFUND_NUMBER, REFUND_AMOUNT, THEIR_NUMBER = "number", "amount", "fee", "deed", "refund", "refund_amount", "theirs"
HEADERS: dict[str, tuple[str, ...]] = {
    NUMBER: ("商户订单号",),
    AMOUNT: ("应结订单金额", "订单金额（元）", "订单金额(元)", "订单金额"),
    FEE: ("手续费", "服务费（元）", "服务费(元)"),
    DEED: ("交易状态", "业务类型"),
    REFUND_NUMBER: ("商户退款单号", "退款批次号/请求号"),
    REFUND_AMOUNT: ("退款金额",),
    THEIR_NUMBER: ("微信订单号", "支付宝交易号"),
}
"""Columns by the names that WeChat Pay's and Alipay's trade bills give them; any order, others are passed over."""
REFUND_WORDS = frozenset({"REFUND", "退款"})
PAID_WORDS = frozenset({"SUCCESS", "交易"})
SUMMARY = "汇总"
"""Alipay packs a file of sums beside the one of the single trades."""
PAYOUT_WORDS: dict[str, tuple[str, ...]] = {"wechat": ("财付通", "微信"), "alipay": ("支付宝",)}
"""What banks write beside a payout of the provider; the merchant's number is looked for as well."""

TERMINAL, MERCHANT, REFERENCE, VOUCHER, ORIGINAL, CARD, NET, TRADED, SETTLED = (
    "terminal", "merchant", "reference", "voucher", "original", "card", "net", "traded", "settled",
)  # fmt: skip
CARD_HEADERS: dict[str, tuple[str, ...]] = {
    TERMINAL: ("终端号", "终端编号", "终端代码", "POS终端号", "终端"),
    MERCHANT: ("商户号", "商户编号", "商户代码", "内部商户号"),
    REFERENCE: ("参考号", "系统参考号", "检索参考号", "交易参考号", "参考编号", "检索号"),
    VOUCHER: ("凭证号", "终端流水号", "流水号", "交易流水号", "票据号"),
    ORIGINAL: ("原参考号", "原系统参考号", "原检索参考号", "原交易参考号"),
    CARD: ("卡号", "交易卡号", "银行卡号", "主账号"),
    AMOUNT: ("交易金额", "金额", "消费金额", "交易本金"),
    FEE: ("手续费", "商户手续费", "交易手续费", "扣费"),
    NET: ("清算金额", "入账金额", "结算金额", "净额", "商户结算金额"),
    TRADED: ("交易日期", "交易时间", "交易日期时间", "交易日"),
    SETTLED: ("清算日期", "结算日期", "清算日", "入账日期", "对账日期"),
    DEED: ("交易类型", "交易名称", "业务类型", "类型"),
}
"""Columns of an acquirer's settlement file by the usual names; any order, others are passed over. Brackets and units are left out."""
CARD_PAID_WORDS = frozenset({"", "消费", "刷卡消费", "POS消费", "预授权完成", "SALE", "交易"})
CARD_REFUND_WORDS = frozenset({"退货", "退款", "消费撤销", "撤销", "冲正", "消费冲正", "REFUND", "VOID"})
CARD_FOOTERS = ("合计", "总计", "小计", "总笔数", "汇总")
