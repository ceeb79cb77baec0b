"""A contract in plain words, each sentence with the clause it stands on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from wuyefei.estate.contracts.public import CHANNELS, Contract
from wuyefei.foundation.kernel.dates import DAY, Month, Span
from wuyefei.money.billing.public import cycles, due_date

from ..templatetags.backoffice import percent, plain

AHEAD = 6


@dataclass(frozen=True)
class Term:
    text: str
    clause: str = ""


@dataclass(frozen=True)
class Due:
    """One cycle to come: the days it covers and the last day to pay."""

    span: Span
    due_on: dt.date
    past: bool


def sentences(contract: Contract) -> list[Term]:
    found = [_validity(contract), _cycle(contract), _late_fee(contract)]
    if contract.allocation_order == Contract.Order.LAW:
        found.append(Term(_("一次缴不清时，先抵费用，再抵违约金，最后抵本金；先到期的先抵。")))
    else:
        found.append(Term(_("一次缴不清时，先抵本金，再抵违约金；先到期的先抵。")))
    if contract.convention == Contract.Convention.THIRTY:
        found.append(Term(_("不足一个月的，每月按 30 天折算。"), contract.fee_clause))
    else:
        found.append(Term(_("不足一个月的，按当月实际天数折算。"), contract.fee_clause))
    found.append(_price(contract))
    if contract.dispute_path == Contract.Dispute.ARBITRATION:
        found.append(Term(_("有争议先协商，再请街道调解，仍不成的申请仲裁。")))
    else:
        found.append(Term(_("有争议先协商，再请街道调解，仍不成的向法院起诉。")))
    if contract.channels:
        names = "、".join(_(CHANNELS[name]) if name in CHANNELS else name for name in contract.channels)
        found.append(Term(_("可以用这些方式缴费：%(names)s。") % {"names": names}))
    return found


def _validity(contract: Contract) -> Term:
    if contract.ends_on:
        return Term(_("自 %(first)s 起，到 %(last)s 止。") % {"first": contract.starts_on, "last": contract.ends_on})
    return Term(_("自 %(first)s 起，没有约定终止日期。") % {"first": contract.starts_on})


def _cycle(contract: Contract) -> Term:
    if contract.cycle_months == 1:
        text = _("每月收一次，当月 %(day)s 日前缴清。") % {"day": contract.due_day}
    else:
        text = _("每 %(months)s 个月收一次，第 %(nth)s 个月的 %(day)s 日前缴清。") % {
            "months": contract.cycle_months, "nth": contract.due_month, "day": contract.due_day,
        }  # fmt: skip
    return Term(text, contract.fee_clause)


def _late_fee(contract: Contract) -> Term:
    if contract.late_fee_rate is None or contract.late_fee_cap is None:
        return Term(_("没有违约金条款，逾期不计违约金。"))
    text = _("逾期的，从到期日次日起每天按未缴本金的 %(rate)s 计违约金，最多到应缴金额的 %(cap)s。") % {
        "rate": percent(contract.late_fee_rate), "cap": percent(contract.late_fee_cap),
    }  # fmt: skip
    return Term(text, contract.late_fee_clause)


def _price(contract: Contract) -> Term:
    if contract.price_regime == Contract.Regime.MARKET:
        return Term(_("价格由双方约定（市场调节价）。"), contract.fee_clause)
    if contract.ceiling_per_m2 is None:
        return Term(_("执行政府指导价，没有填写上限。"), contract.fee_clause)
    text = _("执行政府指导价，每平方米每月不超过 %(ceiling)s 元。") % {"ceiling": plain(contract.ceiling_per_m2)}
    if contract.service_grade:
        text += _("服务等级 %(grade)s。") % {"grade": contract.service_grade}
    return Term(text, contract.fee_clause)


def next_dues(contract: Contract, today: dt.date, ahead: int = AHEAD) -> list[Due]:
    """The cycle under way and those that follow, within the contract; at most ``ahead``."""
    first = max(today, contract.starts_on)
    last = first.replace(day=1) + DAY * 31 * contract.cycle_months * (ahead + 1)
    if contract.ends_on is not None:
        last = min(last, contract.ends_on)
    if last < first:
        return []
    found = []
    for start, span in cycles(first, last, Month.of(contract.cycle_anchor), contract.cycle_months):
        inside = Span(max(span.first, contract.starts_on), min(span.last, contract.ends_on or span.last))
        due_on = due_date(start, contract.due_month, contract.due_day)
        found.append(Due(inside, due_on, due_on < today))
        if len(found) == ahead:
            break
    return found
