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
