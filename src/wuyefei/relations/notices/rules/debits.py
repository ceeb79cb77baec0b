"""What a payer is told when the bank could not take a bill from their account: why, and what to do (product row D1). Pure."""

from __future__ import annotations

import datetime as dt

BALANCE, FROZEN, LIMIT, GONE, ENDED, NAME, SYSTEM, OTHER = (
    "账户余额不足", "账户被冻结或止付", "超过了银行卡的扣款限额", "扣款账户已销户或账号有误", "银行没有您的代扣协议或协议已解除", "户名与银行登记的不一致",
    "银行系统当时有故障", "银行没有扣成",
)  # fmt: skip
REASONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (BALANCE, ("余额", "存款不足", "资金不足", "透支")),
    (FROZEN, ("冻结", "止付", "挂失")),
    (LIMIT, ("限额", "超限")),
    (GONE, ("销户", "注销", "账号不存在", "账户不存在", "账号错", "无此账")),
    (ENDED, ("解约", "未签约", "没有签约", "协议")),
    (NAME, ("户名",)),
    (SYSTEM, ("系统", "超时", "故障", "通讯")),
)
"""A bank's words, by the reason they mean; the first that fits. What fits none is never passed on as the bank wrote it."""
DEEDS: dict[str, str] = {
    BALANCE: "请在 {day} 前存够", FROZEN: "请先到银行解除", LIMIT: "请向银行调高限额", SYSTEM: "您不用做什么",
}  # fmt: skip


def reason_of(words: str) -> str:
    """The reason in plain words."""
    return next((reason for reason, marks in REASONS if any(mark in words for mark in marks)), OTHER)


def deed_of(reason: str, next_on: dt.date | None, *, mandate_ended: bool) -> str:
    """What the payer may do: before the next try, or instead of it."""
    if mandate_ended:
        return "代扣已停，请到服务中心重新签约，或用手机、到收费处缴费"
    if next_on is None:
        return "不再代扣这一期，请用手机或到收费处缴费"
    day = f"{next_on.month} 月 {next_on.day} 日"
    first = DEEDS.get(reason, "").format(day=day)
    again = "届时再扣一次" if reason == BALANCE else f"{day}再扣一次"
    return "，".join(part for part in (first, again, "也可以先自行缴费") if part)
