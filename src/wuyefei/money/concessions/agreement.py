"""The agreement on paper 分期缴费协议, in our own words."""

from __future__ import annotations

from pathlib import Path

from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform.typesetting import typeset

from .models import Plan
from .queries import parts_of
from .rules.plans import Basis

TEMPLATE = Path(__file__).with_name("agreement.typ")


def agreement_pdf(plan: Plan) -> bytes:
    """A PDF/A in Chinese of an agreed plan, the same bytes for the same plan."""
    assert plan.agreed_on is not None
    bills = [
        [bill.receivable.property.code, bill.receivable.item.name, f"{bill.receivable.service_from} 至 {bill.receivable.service_to}", yuan_text(bill.principal_fen)]
        for bill in plan.bills.all()
    ]
    data = {
        "title": "分期缴费协议", "number": f"FQ-{plan.made_at.astimezone(CHINA):%Y}-{plan.pk:05d}",
        "organisation": plan.organisation.seal_name or plan.organisation.name, "community": plan.community.name,
        "payer": plan.payer.name, "property": plan.property.code, "bills": bills, "total": yuan_text(plan.total_fen),
        "parts": [[f"第 {part.number} 期", str(part.due_on), yuan_text(part.amount_fen)] for part in parts_of(plan)],
        "clauses": clauses(plan), "on": str(plan.agreed_on),
    }  # fmt: skip
    return typeset(TEMPLATE, data, on=plan.agreed_on)


def clauses(plan: Plan) -> list[str]:
    """What both sides promise."""
    grace = plan.grace_days
    said = [
        "乙方确认上列账单及金额无误，并同意按下表分期缴清。",
        f"每期最迟可以晚 {grace} 天。晚到 {grace} 天以内的，仍算按期。提前缴、多缴的，依次抵以后各期。",
        "协议履行期间，上列账单不计违约金，甲方不就这些账单催缴。",
        "履行期间所缴的款项，先抵本金，后抵违约金（双方另有约定，《民法典》第五百六十一条）。",
        f"任何一期超过到期日 {grace} 天仍未缴足的，本协议自次日起终止，账单恢复按物业服务合同处理；已停计的日子不再补计违约金。",
        "确有变故的，乙方可以在到期前向甲方提出重新协商，另签协议。",
    ]
    if plan.basis == Basis.HARDSHIP:
        said.insert(4, f"乙方按期缴清全部本金的，甲方减免届时尚未缴纳的违约金的 {plan.relief_percent}%。没有按期缴清的，不减免。")
    if plan.late_fee_fen:
        said.append(f"到本协议通过之日，上列账单已产生违约金 {yuan_text(plan.late_fee_fen)} 元，不在各期之内；未减免的部分仍应缴纳。")
    said.append("本协议一式两份，双方各执一份，自甲方盖章、乙方签字之日起生效。乙方的个人信息只用于履行本协议。")
    return said
