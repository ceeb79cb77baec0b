"""The demand letter: who, what for, how much as of which day, by when, and what the law then allows. Nothing more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from wuyefei.estate.contracts.public import Contract
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.money.billing.public import OpenBill

from ..models import Claim, Matter
from ..rules.eligibility import DEMAND_WORKDAYS
from .blocks import NAME, Block, bill_table, creditor, day, line, p, paper, part, sign


def letter_data(matter: Matter, bills: Sequence[OpenBill], number: str, on: dt.date) -> dict[str, Any]:
    """The letter of what is owed today; late fees are spoken of only where the contract has them."""
    principal, late = sum(bill.outstanding_fen for bill in bills), sum(bill.late_fee_fen for bill in bills)
    return paper(matter, "物业费催款函", number, [
        part("物业费催款函", line(f"编号：{number}"), line(f"{NAME}："), *_why(matter), p(_owed(bills, principal, late, on)), bill_table(bills, on),
             *_asks(matter, late), sign(creditor(matter), day(on))),
    ])  # fmt: skip


def contracts_of(matter: Matter) -> list[Contract]:
    ids = Claim.objects.filter(matter=matter, receivable__contract__isnull=False).values_list("receivable__contract_id", flat=True)
    return list(Contract.objects.filter(pk__in=list(ids)).order_by("pk"))


def _why(matter: Matter) -> list[Block]:
    found = contracts_of(matter)
    place = f"{matter.community.name} {matter.property.code}"
    if not found:
        return [p(f"您是{place}的缴费人，我司为该处提供物业服务。")]
    named = "、".join(f"《{row.title}》（{row.number}）{row.fee_clause}" for row in found)
    return [p(f"您是{place}的缴费人。根据{named}的约定，我司提供物业服务，您应当按期支付物业费用。")]


def _owed(bills: Sequence[OpenBill], principal: int, late: int, on: dt.date) -> str:
    first, last = min(bill.due_on for bill in bills), max(bill.due_on for bill in bills)
    span = f"{day(first)}到期" if first == last else f"{day(first)}至{day(last)}到期"
    text = f"截至{day(on)}，{span}的账单有 {len(bills)} 笔尚未付清，本金 {yuan_text(principal)} 元"
    return f"{text}，违约金 {yuan_text(late)} 元，合计 {yuan_text(principal + late)} 元。明细如下：" if late else f"{text}。明细如下："


def _asks(matter: Matter, late: int) -> list[Block]:
    clauses = [f"《{row.title}》{row.late_fee_clause}" for row in contracts_of(matter) if row.late_fee_rate is not None and row.late_fee_clause]
    found = [
        p(f"请您在收到本函之日起 {DEMAND_WORKDAYS} 个工作日内付清上述款项，收到之日不计入。付款可以到服务中心，也可以在业主手机页办理；已经付清的，请告知我司核对，不必理会本函。"),
    ]
    if late and clauses:
        found.append(p(f"违约金依{'、'.join(clauses)}计算到本函落款之日，以后按实际付款日另算。"))
    found += [
        p("您对金额或者服务有不同意见，或者一时付款有困难，请在上述期限内书面或者当面告知我司，我司会核对答复，也可以商量分期。"),
        p("期限届满仍未付清，也没有答复的，我司将依照《中华人民共和国民法典》第九百四十四条的规定，申请调解，或者向有管辖权的人民法院提起诉讼。物业服务照常提供。"),
        p("本函同时是对上述款项的书面催告。"),
    ]
    return found


def words_of(data: dict[str, Any]) -> str:
    """All that a paper says in sentences, for the law guard."""
    return "\n".join(block["t"] for one in data["parts"] for block in one["blocks"] if "t" in block)
