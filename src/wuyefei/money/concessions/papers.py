"""A year paid ahead 年付优惠协议 and an emergency policy 应急减免公示 on paper, in our own words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from wuyefei.estate.properties.public import Property
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform.typesetting import typeset

from .measures import terms_of
from .models import Measure, YearBill
from .rules.emergency import MeasureState
from .rules.yearly import YearState

TEMPLATE = Path(__file__).with_name("paper.typ")
YEAR_STATES = {YearState.ASKED: "待审批，还没有生效", YearState.LAPSED: "到期没有付清，已作废", YearState.REFUSED: "未通过"}
MEASURE_STATES = {MeasureState.ASKED: "待审批，还没有生效", MeasureState.REFUSED: "未通过", MeasureState.ENDED: "已结束"}
"""What is printed in red above a paper that does not hold, or holds no more."""


def year_data(row: YearBill) -> dict[str, Any]:
    """What the agreement on a year says."""
    pay = yuan_text(row.list_fen - row.off_fen)
    return {
        "title": "年付优惠协议", "number": f"NF-{row.made_at.astimezone(CHINA):%Y}-{row.pk:05d}", "state": YEAR_STATES.get(YearState(row.state), ""),
        "facts": [
            ["甲方", row.community.organisation.seal_name or row.community.organisation.name], ["乙方", row.payer.name],
            ["小区、房屋", f"{row.community.name} {row.property.code}"],
        ],
        "head": ["项目", "服务期", "原价（元）", f"优惠 {row.percent}%（元）", "应付（元）"],
        "rows": [[row.item.name, f"{row.starts_on} 至 {row.ends_on}", yuan_text(row.list_fen), yuan_text(row.off_fen), pay]],
        "clauses": [
            f"乙方提前付清上列一年的费用，甲方按原价优惠 {row.percent}%，应付 {pay} 元。",
            f"付清期限是 {row.deadline}，含当天；可以一次付清，也可以分次付清。期限以前付清的，优惠成立，这一年不再出账。",
            "到期没有付清的，本协议自次日起作废，不计违约金，费用按月照常出账；已付的部分转为乙方的预存，可以抵扣或申请退还。",
            "只存预存、没有付这笔年付账单的，没有优惠。",
            "这一年里房屋过户的，由买卖双方在办理过户时选择：年付留给双方自行结算，或把账单和优惠按日拆给两边。",
            "本协议一式两份，双方各执一份。乙方的个人信息只用于履行本协议。",
        ],
        "sides": [f"甲方（盖章）：{'　' * 8}日期：", f"乙方（签字）：{'　' * 8}日期："],
        "on": f"审批通过 {row.agreed_on}" if row.agreed_on else "",
        "organisation": row.community.organisation.name,
    }  # fmt: skip


def year_pdf(row: YearBill) -> bytes:
    """A PDF/A in Chinese, the same bytes for the same year and state."""
    return typeset(TEMPLATE, year_data(row), on=row.agreed_on or row.made_at.astimezone(CHINA).date())


def measure_data(row: Measure, places: list[str]) -> dict[str, Any]:
    """What the notice of a policy says. ``places``: the communities it is put up in."""
    terms, kinds = terms_of(row), dict(Property.Kind.choices)
    who = "、".join(str(kinds[kind]) for kind in row.kinds) or "全部房屋"
    said = [f"服务期在 {row.starts_on} 至 {row.ends_on} 的费用，按原价减 {row.percent}%，四舍五入到分，最多减到零。"] if row.percent else []
    if row.deferral_months:
        said.append(f"到期日在这期间的账单，缓缴 {row.deferral_months} 个月，从到期日起到缓缴期满不计违约金。缓缴不是减免，期满仍应缴纳。")
    said += [
        "已经出的账单和以后出的账单，符合条件的都自动办理，不用申请；手机账单上看得到减了多少、缓缴到哪天。",
        "减免只减还没有缴的部分；已经缴清的，可以到物业服务中心申请退款。代收代付的水费、电费等不减。",
        "对办理结果有疑问的，请到物业服务中心核对。",
    ]
    return {
        "title": f"{row.name}公示", "number": f"YJ-{row.made_at.astimezone(CHINA):%Y}-{row.pk:05d}",
        "state": MEASURE_STATES.get(MeasureState(row.state), ""),
        "facts": [
            ["依据", row.basis], ["起止", f"{row.starts_on} 至 {row.ends_on}"], ["小区", "、".join(places)], ["房屋", who], ["办法", terms.words],
        ],
        "head": [], "rows": [], "clauses": said, "sides": [f"{row.organisation.seal_name or row.organisation.name}（盖章）"],
        "on": f"审批通过 {row.agreed_on}" if row.agreed_on else "", "organisation": row.organisation.name,
    }  # fmt: skip


def measure_pdf(row: Measure, places: list[str]) -> bytes:
    """A PDF/A in Chinese to be put up in these communities."""
    return typeset(TEMPLATE, measure_data(row, places), on=row.agreed_on or row.made_at.astimezone(CHINA).date())
