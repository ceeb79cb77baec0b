"""Charge items, tariffs and contract lines: what is charged on which property from the takeover on."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from wuyefei.estate.tariffs.public import TariffPrice, price_on
from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.kernel.text import pinyin_initials, tidy

from ..rules.issues import Severity
from ..rules.plan import ContractLine, Tariff
from .desk import Desk
from .work import Agreement, NewLine, NewTariff

METHODS = {"area": "area", "fixed": "fixed", "area_plus_fixed": "fixed_area"}
ITEMS = {
    "service": ("物业费", "物业服务费", "物业管理费", "物管费"),
    "parking_service": ("车位费", "停车费", "车位服务费", "停车服务费", "车位管理费", "停车管理费"),
    "parking_rent": ("车位租金", "车位租赁费"),
    "water": ("水费", "代收水费"),
}
"""Names that mean an item every organisation has."""
_CODES = {name: code for code, names in ITEMS.items() for name in names}


def compare_charges(desk: Desk) -> None:
    if not desk.plan.tariffs:
        return
    if not desk.standing.may_tariffs or not desk.standing.may_contracts:
        desk.say(
            Severity.WARNING, "no_right_to_charge", "你没有维护收费标准和合同的权限，收费标准和计费行这次不导入",
            "请有权限的人（项目经理或财务主管）用同一个文件再导入一次，其余内容不会重复",
        )  # fmt: skip
        desk.tally("tariffs").skipped += len(desk.plan.tariffs)
        desk.tally("contract_lines").skipped += len(desk.plan.contract_lines)
        return
    names = {one.key: name for one in desk.plan.tariffs if (name := _tariff(desk, one))}
    by_key = {one.key: one for one in desk.plan.tariffs}
    wanted: dict[str, set[str]] = defaultdict(set)
    for line in desk.plan.contract_lines:
        wanted[desk.code(line.property_key)].add(names.get(line.tariff_key, ""))
    for line in desk.plan.contract_lines:
        name = names.get(line.tariff_key)
        if name is None:
            desk.tally("contract_lines").skipped += 1
        else:
            _line(desk, line, by_key[line.tariff_key], name, wanted)


def tariff_name(one: Tariff) -> str:
    """The item's name, with the price where a file may hold several of one item."""
    if one.key == one.item:
        return tidy(one.item)[:60]
    price = format(one.price.normalize(), "f")
    return tidy(f"{one.item} {price} 元/平方米")[:60]


def _tariff(desk: Desk, one: Tariff) -> str | None:
    """The name under which the tariff stands or will stand; None where it cannot be made."""
    name = tariff_name(one)
    fixed = Decimal(one.fixed_fen) / 100
    since = one.first or desk.choices.takeover_on
    stands = desk.standing.tariffs.get(name)
    if stands is not None:
        price = price_on(max(desk.choices.takeover_on, desk.today), stands.prices)
        if stands.method != METHODS[one.method] or not _priced(price, one.price, fixed):
            desk.warn(
                "tariff_differs", one.source, Phrase("收费标准「{name}」已有，方式或价格与表里不同，按已有的用", name=name), "调价请在收费标准里添加新价格", name
            )
        desk.tally("tariffs").same += 1
        return name
    if any(made.name == name for made in desk.work.tariffs):
        return name
    item = _item(desk, one)
    if item is None:
        desk.tally("tariffs").skipped += 1
        return None
    desk.work.tariffs.append(NewTariff(name, item, METHODS[one.method], one.price, fixed, since))
    desk.tally("tariffs").created += 1
    return name


def _priced(price: TariffPrice | None, per_unit: Decimal, fixed: Decimal) -> bool:
    return price is not None and (price.per_unit, price.fixed) == (per_unit, fixed)


def _item(desk: Desk, one: Tariff) -> str | None:
    """The code of the charge item; a new one where the organisation has none of that name."""
    codes = set(desk.standing.items.values())
    known = desk.standing.items.get(one.item) or desk.work.items.get(one.item)
    known = known or (_CODES.get(one.item) if _CODES.get(one.item) in codes else None)
    if known:
        return known
    if not desk.standing.may_items:
        desk.warn(
            "no_item", one.source, Phrase("还没有收费项目「{item}」，只有全企业的收费标准维护人能建，这项未导入", item=one.item),
            "先请他建好收费项目，再导入一次", one.item,
        )  # fmt: skip
        return None
    stem = "".join(c for c in pinyin_initials(one.item) if c.isalnum() and c.isascii())[:12] or "item"
    code, number = stem, 2
    while code in codes or code in desk.work.items.values():
        code, number = f"{stem}{number}", number + 1
    desk.work.items[one.item] = code
    return code


def _line(desk: Desk, line: ContractLine, tariff: Tariff, name: str, wanted: dict[str, set[str]]) -> None:
    code = desk.code(line.property_key)
    if not code:
        desk.tally("contract_lines").skipped += 1
        return
    if not tariff.recurring:
        desk.warn("one_off", line.source, Phrase("「{name}」是一次性费用，不建计费行", name=name), "到时用临时收费收取", name)
        desk.tally("contract_lines").skipped += 1
        return
    home, stands = desk.home(code), desk.standing.tariffs.get(name)
    charged = desk.standing.lines.get(home.id, set()) if home else set()
    if stands is not None and any(tariff_id == stands.id for tariff_id, _ in charged):
        desk.tally("contract_lines").same += 1
        return
    if _charged_otherwise(desk, tariff, wanted[code], charged):
        desk.warn("charged_already", line.source, Phrase("{code} 已按别的标准收「{item}」，未加计费行", code=code, item=tariff.item), "换标准请在合同里办", code)
        desk.tally("contract_lines").skipped += 1
        return
    first = _first_day(desk, line.first)
    if line.last is not None and line.last < first:
        desk.note(Severity.INFO, "line_over", line.source, Phrase("「{name}」到 {last} 已结束，不建计费行", name=name, last=line.last), "", name)
        desk.tally("contract_lines").skipped += 1
        return
    agreement = Agreement(tariff.cycle_months or desk.choices.cycle_months, tariff.in_advance)
    desk.work.lines.setdefault(agreement, []).append(NewLine(code, name, first, line.last))
    desk.tally("contract_lines").created += 1


def _first_day(desk: Desk, first: dt.date | None) -> dt.date:
    """Days before the takeover are not billed here: what was unpaid of them comes in as opening arrears."""
    return max(first, desk.choices.takeover_on) if first else desk.choices.takeover_on


def _charged_otherwise(desk: Desk, tariff: Tariff, names: set[str], charged: set[tuple[int, int]]) -> bool:
    """Whether the same item is charged by a tariff that the file does not name for this property."""
    own = {stands.id for name in names if (stands := desk.standing.tariffs.get(name))}
    wanted = desk.standing.item_ids.get(desk.standing.items.get(tariff.item) or _CODES.get(tariff.item, ""))
    return any(item_id == wanted and tariff_id not in own for tariff_id, item_id in charged)
