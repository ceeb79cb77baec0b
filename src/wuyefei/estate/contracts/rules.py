"""The terms of a contract, what they may be, and what billing is told of them (row B1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from wuyefei.foundation.kernel.dates import Month, parse_day
from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase
from wuyefei.foundation.kernel.text import limited

DRAFT, ACTIVE, ENDED = "draft", "active", "ended"
BILLED_STATES = (ACTIVE, ENDED)
"""An ended contract is still billed for the days before its end."""
TRANSITIONS = {("activate", DRAFT): ACTIVE, ("end", ACTIVE): ENDED}
STATE_NAMES = {DRAFT: "草稿", ACTIVE: "生效", ENDED: "已终止"}

COURT, ARBITRATION = "court", "arbitration"
GUIDED, MARKET = "guided", "market"
ORDERS, CONVENTIONS, REGIMES = ("law", "principal"), ("calendar", "thirty"), (GUIDED, MARKET)
CHANNELS = {
    "cash": "现金", "card": "POS 刷卡", "scan": "扫码", "transfer": "银行转账", "wechat": "微信支付", "alipay": "支付宝",
    "debit": "银行代扣",
}  # fmt: skip
MAX_RATE = Decimal("0.01")
"""A late-fee rate above 1 % a day is a typing error."""
AREA_METHODS = ("area", "fixed_area")


class EitherOr(DomainError):
    code = "either_or_dispute"
    message = "争议解决不能约定「仲裁或诉讼」：这样的仲裁协议无效（法释〔2006〕7号第七条）。请在诉讼与仲裁中选定一种。"


class ClauseMissing(DomainError):
    code = "late_fee_clause_missing"
    message = "没有违约金条款就不能收违约金。请填写合同中违约金条款的编号，或不设违约金。"


class WrongState(DomainError):
    code = "contract_state"
    message = "合同「{number}」当前为「{state}」，不能{verb}。"


class Taken(DomainError):
    code = "already_exists"
    message = "合同编号「{number}」已存在。"


class LineOverlaps(DomainError):
    code = "line_overlaps"
    message = "「{property}」已按「{tariff}」计费（{first} 至 {last}，合同 {number}），起止日期重叠。"


class AboveCeiling(DomainError):
    code = "above_ceiling"
    message = "单价 {price} 元高于合同约定的政府指导价上限 {ceiling} 元/平方米·月。"


class PriceMissing(DomainError):
    code = "price_missing"
    message = "收费标准「{tariff}」在 {day} 还没有生效的价格，请先添加价格或推迟计费起始日期。"


@dataclass(frozen=True, slots=True)
class ContractDraft:
    """A contract as it is entered. Rate a day and cap as shares (0.05 % = ``0.0005``); dates both included."""

    number: str
    title: str
    starts_on: dt.date
    cycle_months: int
    due_day: int | None
    ends_on: dt.date | None = None
    cycle_anchor: dt.date | None = None
    due_month: int = 1
    late_fee_rate: Decimal | None = None
    late_fee_cap: Decimal | None = None
    allocation_order: str = "law"
    convention: str = "calendar"
    price_regime: str = MARKET
    ceiling_per_m2: Decimal | None = None
    service_grade: str = ""
    dispute_path: str = COURT
    channels: tuple[str, ...] = ()
    late_fee_clause: str = ""
    fee_clause: str = ""


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line to be created. ``quantity`` (m² or spaces) overrides the property's area."""

    property_id: int
    tariff_id: int
    starts_on: dt.date
    ends_on: dt.date | None = None
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Covered:
    """What covering did: lines ``created``, properties ``skipped`` as covered already, and how many of the new lines
    have no area to be charged by yet."""

    created: int
    skipped: int
    without_area: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What a bill takes over from the contract. ``late_fee_rate`` and ``late_fee_cap`` are both set or both None."""

    contract_id: int
    number: str
    title: str
    state: str
    starts_on: dt.date
    ends_on: dt.date | None
    cycle_months: int
    cycle_anchor: dt.date
    due_day: int
    due_month: int
    late_fee_rate: Decimal | None
    late_fee_cap: Decimal | None
    allocation_order: str
    convention: str
    late_fee_clause: str
    fee_clause: str

    @property
    def anchor(self) -> Month:
        """The month from which cycles are counted."""
        return Month.of(self.cycle_anchor)


@dataclass(frozen=True, slots=True)
class LineFact:
    """One tariff charged on one property, with all that pricing needs.

    ``starts_on`` … ``ends_on`` (both included, None: open) are already clipped to the contract and to the property's
    existence. ``quantity`` overrides the area (m²).
    """

    line_id: int
    contract_id: int
    property_id: int
    property_code: str
    property_kind: str
    building_id: int | None
    area: Decimal | None
    inner_area: Decimal | None
    tariff_id: int
    method: str
    basis: str
    item_id: int
    tax_rate: Decimal
    starts_on: dt.date
    ends_on: dt.date | None
    quantity: Decimal | None


def default_anchor(starts_on: dt.date, cycle_months: int) -> dt.date:
    """Cycles that divide the year run from January; others from the month in which the contract starts."""
    return dt.date(starts_on.year, 1 if 12 % cycle_months == 0 else starts_on.month, 1)


def next_state(verb: str, state: str, number: str) -> str:
    """The state after ``activate`` or ``end``; raises ``WrongState``."""
    to = TRANSITIONS.get((verb, state))
    if to is None:
        raise WrongState(number=number, state=STATE_NAMES[state], verb={"activate": "生效", "end": "终止"}[verb])
    return to


def _one_of(field: str, value: str, allowed: Iterable[str]) -> None:
    if value not in allowed:
        raise Invalid(field=field, reason=Phrase("「{value}」不是可选的值", value=value))


def check_dispute(path: str) -> None:
    """One path, court or arbitration; an "either-or" is refused."""
    if ("仲裁" in path and ("诉" in path or "法院" in path)) or (COURT in path and ARBITRATION in path):
        raise EitherOr()
    _one_of("争议解决", path, (COURT, ARBITRATION))


def check_late_fee(rate: Decimal | None, cap: Decimal | None, clause: str) -> None:
    """Rate and cap together or neither, and only under a clause of the contract."""
    if (rate is None) != (cap is None):
        raise Invalid(field="违约金", reason="日比例和上限须一并填写，或都不填")
    if rate is None or cap is None:
        return
    if not 0 < rate <= MAX_RATE or rate != round(rate, 6):
        raise Invalid(field="违约金日比例", reason="应大于 0、不超过 0.01（1%），最多六位小数，如万分之五写作 0.0005")
    if not 0 < cap <= 1 or cap != round(cap, 4):
        raise Invalid(field="违约金上限", reason="应大于 0、不超过 1（100%），最多四位小数，如 5% 写作 0.05")
    if not clause.strip():
        raise ClauseMissing()


def _check_cycle(draft: ContractDraft) -> None:
    if not 1 <= draft.cycle_months <= 12:
        raise Invalid(field="收费周期", reason="应为 1 到 12 个月")
    if draft.due_day is None or not 1 <= draft.due_day <= 31:
        raise Invalid(field="缴费日", reason="应为 1 到 31 日")
    if not 1 <= draft.due_month <= draft.cycle_months:
        raise Invalid(field="缴费月", reason=Phrase("应为周期内的第 1 到第 {cycle_months} 个月", cycle_months=draft.cycle_months))


def clean_contract(draft: ContractDraft) -> ContractDraft:
    """The draft as it is stored, its anchor set; raises for what a contract may not say."""
    starts_on = parse_day(draft.starts_on, "合同起始日期")
    ends_on = None if draft.ends_on is None else parse_day(draft.ends_on, "合同终止日期")
    if ends_on is not None and ends_on < starts_on:
        raise Invalid(field="合同终止日期", reason=Phrase("{ends_on} 早于起始日期 {starts_on}", ends_on=ends_on, starts_on=starts_on))
    _check_cycle(draft)
    check_late_fee(draft.late_fee_rate, draft.late_fee_cap, draft.late_fee_clause)
    check_dispute(draft.dispute_path)
    _one_of("核销顺序", draft.allocation_order, ORDERS)
    _one_of("计费天数", draft.convention, CONVENTIONS)
    _one_of("价格形式", draft.price_regime, REGIMES)
    for channel in draft.channels:
        _one_of("缴费渠道", channel, CHANNELS)
    ceiling = draft.ceiling_per_m2
    if ceiling is not None and (not 0 < ceiling <= 1000 or ceiling != round(ceiling, 4)):
        raise Invalid(field="指导价上限", reason="应大于 0、不超过 1000 元，最多四位小数")
    anchor = draft.cycle_anchor or default_anchor(starts_on, draft.cycle_months)
    return replace(
        draft,
        number=limited(draft.number, "合同编号", 40, required=True),
        title=limited(draft.title, "合同名称", 80, required=True),
        starts_on=starts_on,
        ends_on=ends_on,
        cycle_anchor=parse_day(anchor, "周期起算月").replace(day=1),
        service_grade=limited(draft.service_grade, "服务等级", 20),
        late_fee_clause=limited(draft.late_fee_clause, "违约金条款", 40),
        fee_clause=limited(draft.fee_clause, "收费条款", 40),
    )


def clean_line(row: LineRow, method: str, starts_on: dt.date, ends_on: dt.date | None) -> LineRow:
    """A line's days within the contract's ``starts_on`` … ``ends_on``, and a quantity its method can use."""
    first = parse_day(row.starts_on, "计费起始日期")
    last = None if row.ends_on is None else parse_day(row.ends_on, "计费终止日期")
    if last is not None and last < first:
        raise Invalid(field="计费终止日期", reason=Phrase("{last} 早于起始日期 {first}", last=last, first=first))
    if first < starts_on or (ends_on is not None and (first > ends_on or (last is not None and last > ends_on))):
        raise Invalid(field="计费日期", reason=Phrase("应在合同期内（{starts_on} 至 {value}）", starts_on=starts_on, value=ends_on or "今后"))
    quantity = row.quantity
    if quantity is None and method == "quantity":
        raise Invalid(field="计费数量", reason="按数量计费的收费标准要填写数量")
    if quantity is not None:
        if method == "fixed":
            raise Invalid(field="计费数量", reason="固定金额的收费标准不用数量")
        if method == "rent":
            raise Invalid(field="计费数量", reason="商铺租金按租金条款和房屋面积计算，不用数量")
        if method == "per_head" and quantity != int(quantity):
            raise Invalid(field="计费数量", reason="居住人数应为整数")
        if not quantity.is_finite() or not 0 < quantity <= 1_000_000 or quantity != round(quantity, 4):
            raise Invalid(field="计费数量", reason="应大于 0、不超过 1000000，最多四位小数")
    return LineRow(row.property_id, row.tariff_id, first, last, quantity)


def check_ceiling(regime: str, ceiling: Decimal | None, method: str, prices: Iterable[Decimal]) -> None:
    """Under a guided price no price per m² of the line's time may exceed the ceiling."""
    if regime != GUIDED or ceiling is None or method not in AREA_METHODS:
        return
    for price in prices:
        if price > ceiling:
            raise AboveCeiling(price=price, ceiling=ceiling)


def overlaps(first: dt.date, last: dt.date | None, other_first: dt.date, other_last: dt.date | None) -> bool:
    """Whether two stretches of days (None: open) share a day."""
    return first <= (other_last or dt.date.max) and other_first <= (last or dt.date.max)
