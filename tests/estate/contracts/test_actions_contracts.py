"""Contracts in their life."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from tests.refusals import Refusals
from tests.world import World
from wuyefei.estate.contracts import public as room
from wuyefei.estate.tariffs.public import add_version
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.platform.models import AuditEntry

JAN1, JUL1, DEC31 = dt.date(2026, 1, 1), dt.date(2026, 7, 1), dt.date(2026, 12, 31)
DRAFT = room.ContractDraft(
    number="GY-2026-02", title="物业服务合同", starts_on=JUL1, cycle_months=3, due_day=15,
    late_fee_rate=Decimal("0.0005"), late_fee_cap=Decimal("0.05"), late_fee_clause="第九条", fee_clause="第六条",
    channels=("cash",),
)  # fmt: skip


def test_contract_from_draft_to_end(world: World, refused: Refusals) -> None:
    manager = world["manager"]
    contract = room.create_contract(DRAFT, actor=manager, community=world.community)
    contract.refresh_from_db()
    assert (contract.state, contract.cycle_anchor, contract.channels) == ("draft", JAN1, ["cash"])
    assert AuditEntry.objects.get(action="contract.create").after["late_fee_rate"] == "0.0005"
    assert contract.pk not in room.contract_terms(world.community.pk), "a draft is not billed"
    with refused(room.WrongState):
        room.end_contract(contract.pk, DEC31, actor=manager, reason="到期")
    room.activate(contract.pk, actor=manager)
    terms = room.contract_terms(world.community.pk)[contract.pk]
    assert (terms.cycle_months, terms.due_day, terms.late_fee_rate, str(terms.anchor)) == (3, 15, Decimal("0.0005"), "2026-01")
    with refused(room.WrongState) as caught:
        room.activate(contract.pk, actor=manager)
    assert caught.value.text == "合同「GY-2026-02」当前为「生效」，不能生效。"
    with refused(DomainError, "reason_missing"):
        room.end_contract(contract.pk, DEC31, actor=manager, reason="")
    with refused(Invalid):
        room.end_contract(contract.pk, dt.date(2026, 6, 30), actor=manager, reason="到期")
    room.end_contract(contract.pk, DEC31, actor=manager, reason="到期")
    assert room.contract_terms(world.community.pk)[contract.pk].ends_on == DEC31
    entry = AuditEntry.objects.get(action="contract.end")
    assert (entry.before, entry.after) == ({"state": "active", "ends_on": None}, {"state": "ended", "ends_on": "2026-12-31"})
    with refused(room.WrongState):
        room.add_line(contract.pk, world.flats["1-1-101"].pk, world.parking_tariff.pk, JUL1, actor=manager)


def test_refused_contracts(world: World, refused: Refusals) -> None:
    manager, place = world["manager"], world.community
    with refused(room.EitherOr):
        room.create_contract(replace(DRAFT, dispute_path="仲裁或诉讼"), actor=manager, community=place)
    with refused(room.ClauseMissing):
        room.create_contract(replace(DRAFT, late_fee_clause=""), actor=manager, community=place)
    with refused(DomainError, "already_exists"):
        room.create_contract(replace(DRAFT, number="GY-2026-01"), actor=manager, community=place)
    with refused(Forbidden):
        room.create_contract(DRAFT, actor=world["finance"], community=place)
    with refused(NotFound):
        room.create_contract(DRAFT, actor=world["outsider"], community=place)
    room.create_contract(replace(DRAFT, number="GY-2026-01"), actor=world["outsider"], community=world.other_community)


def test_contract_of_others_is_not_found(world: World, refused: Refusals) -> None:
    outsider, key = world["outsider"], world.contract.pk
    for call in (
        lambda: room.get_contract(outsider, key),
        lambda: room.activate(key, actor=outsider),
        lambda: room.end_contract(key, DEC31, actor=outsider, reason="到期"),
        lambda: room.update_contract(key, DRAFT, actor=outsider),
        lambda: room.add_line(key, world.flats["1-1-101"].pk, world.parking_tariff.pk, JUL1, actor=outsider),
        lambda: room.cover(key, world.service_tariff.pk, JUL1, kinds=["residential"], actor=outsider),
        lambda: room.end_line(world.contract.lines.earliest("id").pk, DEC31, actor=outsider),
    ):
        with refused(NotFound):
            call()
    assert not room.contracts(outsider).exists() and not room.contract_lines(outsider).exists()


def test_only_a_draft_changes_its_terms(world: World, refused: Refusals) -> None:
    manager = world["manager"]
    with refused(room.WrongState):
        room.update_contract(world.contract.pk, DRAFT, actor=manager)
    contract = room.create_contract(DRAFT, actor=manager, community=world.community)
    room.update_contract(contract.pk, replace(DRAFT, due_day=20, cycle_months=5), actor=manager)
    entry = AuditEntry.objects.get(action="contract.update")
    assert entry.before == {"cycle_months": 3, "due_day": 15, "cycle_anchor": "2026-01-01"}
    assert entry.after == {"cycle_months": 5, "due_day": 20, "cycle_anchor": "2026-07-01"}
    line = room.add_line(contract.pk, world.flats["1-1-101"].pk, world.parking_tariff.pk, JUL1, actor=manager)
    with refused(Invalid):
        room.update_contract(contract.pk, replace(DRAFT, starts_on=dt.date(2026, 8, 1)), actor=manager)
    assert line.starts_on == JUL1


def test_new_contract_takes_over_where_the_old_ends(world: World, refused: Refusals) -> None:
    manager = world["manager"]
    contract = room.create_contract(DRAFT, actor=manager, community=world.community)
    with refused(room.LineOverlaps) as caught:
        room.add_line(contract.pk, world.flats["1-1-101"].pk, world.service_tariff.pk, JUL1, actor=manager)
    assert caught.value.text == (
        "「1-1-101」已按「住宅物业费」计费（2026-01-01 至 今后，合同 GY-2026-01），起止日期重叠。"
    )
    room.end_contract(world.contract.pk, dt.date(2026, 6, 30), actor=manager, reason="换约")
    room.cover(contract.pk, world.service_tariff.pk, JUL1, kinds=["residential"], actor=manager)
    room.activate(contract.pk, actor=manager)
    facts = room.lines_for_billing(world.community.pk, JAN1, DEC31)
    spans = [(fact.contract_id, fact.starts_on, fact.ends_on) for fact in facts if fact.property_code == "1-1-101"]
    assert spans == [(world.contract.pk, JAN1, dt.date(2026, 6, 30)), (contract.pk, JUL1, None)]


def test_two_drafts_collide_when_put_in_force(world: World, refused: Refusals) -> None:
    manager, flat = world["manager"], world.flats["1-1-101"]
    keys = []
    for number in ("A", "B"):
        draft = room.create_contract(replace(DRAFT, number=number), actor=manager, community=world.community)
        room.add_line(draft.pk, flat.pk, world.parking_tariff.pk, JUL1, actor=manager)
        keys.append(draft.pk)
    room.activate(keys[0], actor=manager)
    with refused(room.LineOverlaps):
        room.activate(keys[1], actor=manager)


def test_guided_ceiling_holds_for_lines_and_later_prices(world: World, refused: Refusals) -> None:
    manager, tariff = world["manager"], world.service_tariff
    room.end_contract(world.contract.pk, dt.date(2026, 6, 30), actor=manager, reason="换约")
    low = replace(DRAFT, number="LOW", price_regime="guided", ceiling_per_m2=Decimal("2.49"), service_grade="二级")
    contract = room.create_contract(low, actor=manager, community=world.community)
    flat = world.flats["1-1-101"]
    with refused(room.AboveCeiling):
        room.add_line(contract.pk, flat.pk, tariff.pk, JUL1, actor=manager)
    with refused(room.AboveCeiling):
        room.cover(contract.pk, tariff.pk, JUL1, kinds=["residential"], actor=manager)
    room.update_contract(contract.pk, replace(low, ceiling_per_m2=Decimal("2.50")), actor=manager)
    room.add_line(contract.pk, flat.pk, tariff.pk, JUL1, actor=manager)
    room.activate(contract.pk, actor=manager)
    with refused(room.AboveCeiling):
        add_version(tariff.pk, dt.date(2026, 9, 1), per_unit=Decimal("2.51"), actor=manager)
    add_version(tariff.pk, dt.date(2026, 9, 1), per_unit=Decimal("2.45"), actor=manager)


def test_ceiling_cannot_sink_below_a_draft_s_prices(world: World, refused: Refusals) -> None:
    manager = world["manager"]
    room.end_contract(world.contract.pk, dt.date(2026, 6, 30), actor=manager, reason="换约")
    contract = room.create_contract(DRAFT, actor=manager, community=world.community)
    room.add_line(contract.pk, world.flats["1-1-101"].pk, world.service_tariff.pk, JUL1, actor=manager)
    with refused(room.AboveCeiling):
        guided = replace(DRAFT, price_regime="guided", ceiling_per_m2=Decimal("2.40"))
        room.update_contract(contract.pk, guided, actor=manager)
