"""Communities that are charged in every way the program knows, all of one size alike (product row B2).

Of twenty properties seventeen are homes, two shops and one a parking space. On average ten things a property are charged in a
month: about eight by contract lines of four contracts, billed by the month, the quarter and the year, and two by sheets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from wuyefei.estate.contracts.public import ContractDraft, ContractLine, activate, create_contract
from wuyefei.estate.properties.public import Property
from wuyefei.estate.tariffs.public import (
    DepositBy,
    DepositRule,
    create_item,
    create_tariff,
    items,
    set_policy,
)
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import Span
from wuyefei.money.billing.public import DEFAULT_CAP, DEFAULT_RATE
from wuyefei.money.concessions.public import MeasureOrder, MeasureTerms, Offer, ask_measure, ask_year

from .estate import Firm, settle

WATER, POWER = "水", "电"
STEPS, BANDS = "12 3.45，26 4.83，不限 5.83", "峰 1.2，平 0.8，谷 0.4"
"""The prices of water by steps and of electricity by the hour's band, as they are typed."""
OFF_PERCENT, OFF_MONTHS = 20, 2
"""What the emergency policy takes off the shops, and by how many months it puts them off."""
BLOCK = 20
"""So many properties have among them all kinds, and all ways of being charged."""
YEARS_EACH = 500
"""One home in so many has paid a year of a line ahead, at the discount of a new delivery."""
_ITEMS = (
    ("power", "代收电费", "pass_through", "0"), ("shop_rent", "商铺租金", "income", "0.09"), ("upkeep", "公共设施维护费", "income", "0.06"),
    ("common", "公摊能耗费", "income", "0.06"),
)  # fmt: skip
_LEASE = {
    "by": "area", "steps": [["1", "85"], ["13", "92.5"]], "escalation": ["12", "0.05"], "free": [["2", "1"]],
    "turnover": [["20000", "0.08"], ["", "0.12"]],
}  # fmt: skip
_FORMULA = {"formulas": [["基数", "建筑面积 * 0.12 + 居住人数 * 3"], ["每月金额", "最大(基数, 15)"]]}
_HEATED = [["采暖季", "11-15", "03-15", "0.9", "12"]]


@dataclass(frozen=True)
class Charge:
    """A tariff, and of which properties by their number (from 0): an SQL condition on ``i``; ``quantity`` another, or NULL."""

    item: str
    name: str
    method: str
    which: str
    per_unit: str = "0"
    fixed: str = "0"
    basis: str = "building"
    terms: Mapping[str, Any] | None = None
    quantity: str = "NULL"


SHOP, SPACE = "i % 10 = 9", "i % 20 = 7"
HOME = "i % 10 <> 9 AND i % 20 <> 7"
CHARGES: tuple[tuple[str, int, tuple[Charge, ...]], ...] = (
    ("季", 3, (
        Charge("upkeep", "套内维护费", "area", HOME, "0.35", basis="inner"),
        Charge("service", "二次供水运行费", "per_head", HOME, "6"),
        Charge("upkeep", "绿化与清洁费", "formula", f"NOT ({SPACE})", terms=_FORMULA),
    )),
    ("年", 12, (
        Charge("service", "外机清洗费", "quantity", f"{HOME} AND i % 2 = 0", "10", terms={"unit": "台"}, quantity="i % 3 + 1"),
        Charge("service", "供暖设施费", "fixed_area", f"{HOME} AND i % 2 = 1", "0.45", "6", terms={"seasons": _HEATED}),
        Charge("service", "招牌位使用费", "quantity", SHOP, "40", terms={"unit": "个"}, quantity="i % 2 + 1"),
    )),
    ("车", 1, (
        Charge("parking_rent", "车位租金", "parking", f"{HOME} AND i % 4 = 0", "320"),
        Charge("parking_service", "车位按天", "parking_day", f"{HOME} AND i % 4 = 1", "9"),
        Charge("parking_service", "车位服务费", "parking_own", f"{SPACE} OR {HOME} AND i % 4 = 2", "80", terms={"rented": "260"}),
    )),
    ("租", 3, (Charge("shop_rent", "商铺租金", "rent", SHOP, terms=_LEASE),)),
)  # fmt: skip
"""Contracts by their mark and the months of a cycle, beside that of ``settle`` (two by area, one fixed, by the month)."""


def vary(firm: Firm, name: str, properties: int) -> Community:
    """A community of ``settle`` with all the other ways of charging, readings taken, turnovers confirmed, policies running."""
    place = settle(firm, name, properties)
    codes = _items(firm)
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (*_ESTATE, *_METERS):
            cursor.execute(statement, _values(firm, place))
    for mark, months, charges in CHARGES:
        _contract(firm, place, mark, months, charges, codes)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TURNOVER, _values(firm, place))
    _policy(firm, place)
    set_policy(codes["fitting_deposit"], DepositRule(DepositBy.PROPERTY, Decimal(2000)), firm.month.first, actor=firm.maker, community=place)
    _years(firm, place)
    return place


def _items(firm: Firm) -> dict[str, int]:
    known = {item.code: item.pk for item in items(firm.maker)}
    for code, name, nature, tax in _ITEMS:
        if code not in known:
            known[code] = create_item(code, name, nature, Decimal(tax), actor=firm.maker).pk
    return known


def _values(firm: Firm, place: Community) -> dict[str, Any]:
    return {
        "organisation": firm.organisation.pk, "community": place.pk, "start": firm.month.first, "last": firm.month.last,
        "maker": firm.maker.user_id, "checker": firm.checker.user_id, "water": WATER, "power": POWER,
    }  # fmt: skip


_NUMBERED = "(SELECT p.*, row_number() OVER (ORDER BY p.id) - 1 AS i FROM properties_property p WHERE p.community_id = %(community)s)"
_ESTATE: tuple[str, ...] = (
    f"""UPDATE properties_property p SET inner_area_m2 = round(p.area_m2 * 0.8, 2),
          kind = CASE WHEN {SHOP} THEN 'shop' WHEN {SPACE} THEN 'parking' ELSE 'residential' END,
          delivered_on = CASE WHEN n.i %% {YEARS_EACH} = 1 THEN %(start)s::date END
        FROM {_NUMBERED} n WHERE n.id = p.id""",
    f"""UPDATE occupancy_tie t SET role = 'tenant' FROM {_NUMBERED} p WHERE t.property_id = p.id AND i %% 40 = 7""",
    """INSERT INTO occupancy_tie (organisation_id, community_id, property_id, person_id, role, starts_on)
       SELECT organisation_id, community_id, property_id, person_id, 'payer', starts_on FROM occupancy_tie
       WHERE community_id = %(community)s AND role = 'tenant'""",
    f"""INSERT INTO people_person (organisation_id, community_id, kind, name, pinyin, initials, mobile_tail, mobile_mark, mobile_shown,
          identity_mark, identity_shown, bank_mark, bank_shown, remark, external_ref)
        SELECT o.organisation_id, o.community_id, 'individual', o.name, o.pinyin, o.initials, '', '', '', '', '', '', '', '', k || '/' || p.id
        FROM {_NUMBERED} p JOIN people_person o ON o.community_id = p.community_id AND o.external_ref = p.id::text
        CROSS JOIN generate_series(1, 3) k WHERE {HOME} AND k <= i %% 4""",
    """INSERT INTO occupancy_tie (organisation_id, community_id, property_id, person_id, role, starts_on)
       SELECT organisation_id, community_id, split_part(external_ref, '/', 2)::bigint, id, 'occupant', %(start)s
       FROM people_person WHERE community_id = %(community)s AND external_ref LIKE '_/%%'""",
)
_ESTATE = tuple(part.replace("i % ", "i %% ") for part in _ESTATE)
_METERS = (
    f"""INSERT INTO properties_meter (organisation_id, community_id, property_id, kind, number)
        SELECT organisation_id, community_id, id, m.kind, m.kind || lpad(i::text, 6, '0') || m.band FROM {_NUMBERED} p
        JOIN (VALUES (%(water)s, '', 1), (%(power)s, '-峰', 4), (%(power)s, '-平', 4), (%(power)s, '-谷', 4)) m(kind, band, each)
          ON NOT ({SPACE}) AND ({SHOP} OR i % m.each = 0)""".replace("i % ", "i %% "),
    """INSERT INTO metering_dial (organisation_id, community_id, meter_id, multiplier, digits, band)
       SELECT organisation_id, community_id, id, 1, 6, CASE right(number, 1) WHEN '峰' THEN 'peak' WHEN '平' THEN 'flat' WHEN '谷' THEN 'valley'
         ELSE '' END FROM properties_meter WHERE community_id = %(community)s""",
    """INSERT INTO metering_reading (organisation_id, community_id, meter_id, "on", value, source, rolled, quantity, doubts, note, read_by_id,
         read_at, state)
       SELECT organisation_id, community_id, id, %(start)s, 100, 'opened', false, 0, '{}', '', %(maker)s, now(), 'confirmed'
       FROM properties_meter WHERE community_id = %(community)s""",
    """INSERT INTO metering_reading (organisation_id, community_id, meter_id, previous_id, "on", value, source, rolled, quantity, doubts, note,
         read_by_id, read_at, state)
       SELECT r.organisation_id, r.community_id, r.meter_id, r.id, %(last)s, r.value + u.used, 'read', false, u.used, '{}', '', %(maker)s, now(),
         'confirmed'
       FROM metering_reading r JOIN properties_meter m ON m.id = r.meter_id
       CROSS JOIN LATERAL (SELECT 3 + (hashtext(m.number) & 1023) %% 45 AS used) u WHERE r.community_id = %(community)s""",
)
_TURNOVER = """
INSERT INTO turnover_declaration (organisation_id, community_id, line_id, month, number, amount_fen, note, state, entered_by_id, entered_at,
  settled_by_id, settled_at)
SELECT l.organisation_id, l.community_id, l.id, %(start)s, 1, 15000000 + (hashtext(p.code) & 16383) * 100, '', 'confirmed', %(maker)s, now(),
  %(checker)s, now()
FROM contracts_contractline l JOIN tariffs_tariff t ON t.id = l.tariff_id AND t.method = 'rent'
JOIN properties_property p ON p.id = l.property_id WHERE l.community_id = %(community)s
"""
_LINES = """
INSERT INTO contracts_contractline (organisation_id, community_id, contract_id, property_id, tariff_id, starts_on, quantity)
SELECT organisation_id, community_id, %s, id, %s, %s::date, {quantity} FROM
  (SELECT p.*, row_number() OVER (ORDER BY p.id) - 1 AS i FROM properties_property p WHERE p.community_id = %s) p WHERE {which} ORDER BY id
"""


def _contract(firm: Firm, place: Community, mark: str, months: int, charges: tuple[Charge, ...], codes: dict[str, int]) -> None:
    actor, start = firm.maker, firm.month.first
    draft = ContractDraft(
        number=f"{place.name}-{mark}-{start.year}", title=f"{place.name}{mark}", starts_on=start, cycle_months=months,
        cycle_anchor=start, due_day=20, late_fee_rate=DEFAULT_RATE, late_fee_cap=DEFAULT_CAP, late_fee_clause="第九条",
        fee_clause="第六条",
    )  # fmt: skip
    contract = create_contract(draft, actor=actor, community=place)
    for one in charges:
        tariff = create_tariff(
            codes[one.item], one.name, one.method, effective_from=start, per_unit=Decimal(one.per_unit), fixed=Decimal(one.fixed),
            terms=one.terms, basis=one.basis, actor=actor, community=place,
        )  # fmt: skip
        statement = _LINES.format(quantity=one.quantity, which=one.which).replace("i % ", "i %% ")
        with connection.cursor() as cursor:
            cursor.execute(statement, [contract.pk, tariff.pk, start, place.pk])
    activate(contract.pk, actor=actor)


def _policy(firm: Firm, place: Community) -> None:
    """An emergency policy for the shops, running before anything is billed."""
    span = Span(firm.month.first, firm.month.plus(2).last)
    terms = MeasureTerms(span, OFF_MONTHS, OFF_PERCENT, ("shop",))
    row = ask_measure(MeasureOrder(f"{place.name}商户纾困", "市政府通知", terms, (place.pk,)), actor=firm.maker)
    decide(row.request_id or 0, approved=True, actor=firm.checker)


def _years(firm: Firm, place: Community) -> None:
    """Years that begin next month, billed ahead: the run has to leave their days out."""
    for home in Property.objects.filter(community=place, delivered_on__isnull=False).order_by("pk"):
        line = ContractLine.objects.get(property=home, tariff__name="套内维护费")
        year = ask_year(home.pk, line.pk, firm.month.plus(1), Offer.DELIVERY, actor=firm.maker)
        decide(year.request_id or 0, approved=True, actor=firm.checker)
