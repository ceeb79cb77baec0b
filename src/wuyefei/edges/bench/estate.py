"""The estate that measurements run on: a firm with as many properties as wanted, the same every time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from wuyefei.estate.contracts.public import ContractDraft, activate, create_contract
from wuyefei.estate.tariffs.public import create_tariff, ensure_default_items
from wuyefei.foundation.access.actions.places import create_community, create_organisation
from wuyefei.foundation.access.actor import OPERATOR, SYSTEM, Actor, service_actor
from wuyefei.foundation.access.models import Community, Organisation
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.text import pinyin_initials, pinyin_key
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import DEFAULT_CAP, DEFAULT_RATE

COMMUNITY = 10_000
"""Properties in a community: a very large one."""
BUILDING, DOORS = 100, 4
"""Flats in a building and on each of its floors; those above each other have one area, some 400 different ones in a
community."""
SURNAMES = "陆沈顾周许何宋苏林叶程潘章秦祝骆温柳江池"
GIVEN = "小满秋白予安若兰知行新禾清和明远书言景澄南星北辰一诺"
TARIFFS = (
    ("service", "住宅物业服务费", "area", Decimal("2.65"), Decimal(0)),
    ("parking_service", "电梯运行费", "area", Decimal("0.38"), Decimal(0)),
    ("water", "代收垃圾清运费", "fixed", Decimal(0), Decimal("12.50")),
)
"""Three items a property: two of the firm's own income and one collected for somebody else."""


@dataclass(frozen=True)
class Firm:
    """``maker`` drafts and confirms, ``checker`` publishes and takes money; billing begins with ``month``."""

    organisation: Organisation
    month: Month

    @property
    def maker(self) -> Actor:
        return service_actor(self.organisation.pk, SYSTEM)

    @property
    def checker(self) -> Actor:
        return service_actor(self.organisation.pk, OPERATOR)


def found(name: str = "测速物业") -> Firm:
    """A firm without communities whose contracts begin this month."""
    return Firm(create_organisation(name, seal_name=f"{name}服务有限公司"), Month.of(clock.today()))


def shares(properties: int) -> Iterator[int]:
    """``properties`` cut into communities."""
    while properties > 0:
        yield min(properties, COMMUNITY)
        properties -= COMMUNITY


def settle(firm: Firm, name: str, properties: int, cycle_months: int = 1) -> Community:
    """A community with its owners and a contract in force that charges three items on every property.

    Terms and prices are made by the public actions; the rows by the hundred thousand by one statement a table.
    """
    community = create_community(name, actor=firm.maker, receipt_prefix=f"C{Community.objects.count() + 1}")
    contract_id, tariff_ids = _contract(firm, community, cycle_months)
    names = [family + GIVEN[n : n + 2] for family in SURNAMES for n in range(0, len(GIVEN) - 1, 2)]
    values: dict[str, Any] = {
        "organisation": firm.organisation.pk, "community": community.pk, "properties": properties, "per_building": BUILDING,
        "doors": DOORS, "start": firm.month.first, "contract": contract_id, "tariffs": tariff_ids, "names": names,
        "pinyins": [pinyin_key(name) for name in names], "initials": [pinyin_initials(name) for name in names],
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in ROWS:
            cursor.execute(statement, values)
    return community


ROWS = (
    """INSERT INTO properties_building (organisation_id, community_id, name, sort_key)
       SELECT %(organisation)s, %(community)s, b::text, lpad(b::text, 6, '0')
       FROM generate_series(1, (%(properties)s + %(per_building)s - 1) / %(per_building)s) b""",
    """INSERT INTO properties_property (organisation_id, community_id, building_id, kind, number, code, sort_key, floor, layout,
         area_m2, vacant, external_ref)
       SELECT %(organisation)s, %(community)s, b.id, 'residential', n.number, b.name || '-1-' || n.number,
         b.sort_key || '-000001-' || lpad(n.number, 6, '0'), '', '', 42 + (hashtext(b.name || n.door) & 16383) / 100.0, false, ''
       FROM (SELECT i / %(per_building)s + 1 AS building, i %% %(doors)s + 1 AS door,
               (i %% %(per_building)s / %(doors)s + 1) || lpad((i %% %(doors)s + 1)::text, 2, '0') AS number, i
             FROM generate_series(0, %(properties)s - 1) i) n
       JOIN properties_building b ON b.community_id = %(community)s AND b.name = n.building::text ORDER BY n.i""",
    """INSERT INTO people_person (organisation_id, community_id, kind, name, pinyin, initials, mobile_tail, mobile_mark,
         mobile_shown, identity_mark, identity_shown, bank_mark, bank_shown, remark, external_ref)
       SELECT %(organisation)s, %(community)s, 'individual', n.name, n.pinyin, n.initials, lpad((p.id * 7919 %% 10000)::text, 4, '0'),
         '', '', '', '', '', '', '', p.id::text
       FROM properties_property p
       JOIN unnest(%(names)s::text[], %(pinyins)s::text[], %(initials)s::text[]) WITH ORDINALITY AS n(name, pinyin, initials, i)
         ON n.i = p.id %% cardinality(%(names)s::text[]) + 1
       WHERE p.community_id = %(community)s ORDER BY p.id""",
    """INSERT INTO occupancy_tie (organisation_id, community_id, property_id, person_id, role, starts_on)
       SELECT %(organisation)s, %(community)s, q.external_ref::bigint, q.id, 'owner', %(start)s
       FROM people_person q WHERE q.community_id = %(community)s ORDER BY q.id""",
    """INSERT INTO properties_vehicle (organisation_id, community_id, property_id, plate, model, colour)
       SELECT %(organisation)s, %(community)s, p.id, '浙A' || lpad((p.id %% 1000000)::text, 6, '0'), '', ''
       FROM properties_property p WHERE p.community_id = %(community)s AND p.id %% 2 = 0""",
    """INSERT INTO contracts_contractline (organisation_id, community_id, contract_id, property_id, tariff_id, starts_on)
       SELECT %(organisation)s, %(community)s, %(contract)s, p.id, t.id, %(start)s
       FROM unnest(%(tariffs)s::bigint[]) t(id), properties_property p WHERE p.community_id = %(community)s ORDER BY t.id, p.id""",
)


def _contract(firm: Firm, community: Community, cycle_months: int) -> tuple[int, list[int]]:
    """The contract in force and its three tariffs."""
    actor, start = firm.maker, firm.month.first
    draft = ContractDraft(
        number=f"{community.name}-{start.year}", title=f"{community.name}物业服务合同", starts_on=start, cycle_months=cycle_months,
        cycle_anchor=start, due_day=28, late_fee_rate=DEFAULT_RATE, late_fee_cap=DEFAULT_CAP, late_fee_clause="第九条",
        fee_clause="第六条",
    )  # fmt: skip
    contract = create_contract(draft, actor=actor, community=community)
    items = ensure_default_items(firm.organisation)
    tariffs = [
        create_tariff(
            items[code].pk, name, method, effective_from=start, per_unit=per_unit, fixed=fixed, actor=actor, community=community
        ).pk
        for code, name, method, per_unit, fixed in TARIFFS
    ]
    activate(contract.pk, actor=actor)
    return contract.pk, tariffs
