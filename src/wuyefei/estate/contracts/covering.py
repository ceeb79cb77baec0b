"""Adding and ending lines: one by one, by a list, or for all properties of a kind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from decimal import Decimal

from django.db import transaction

from wuyefei.estate.properties.public import Property
from wuyefei.estate.tariffs.public import AreaMissing, QuantityMissing, get_tariff, quantity_for
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import parse_day
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound, Phrase
from wuyefei.foundation.platform import audit

from .actions import locked_contract
from .lines import Writer, clash, position
from .models import Contract, ContractLine
from .queries import contract_lines
from .rules import ENDED, STATE_NAMES, Covered, LineRow, WrongState


def _open_contract(contract_id: int, actor: Actor) -> Contract:
    """The contract, and its community's lines, under lock; an ended contract takes no more lines."""
    contract = locked_contract(contract_id, actor)
    if contract.state == ENDED:
        raise WrongState(number=contract.number, state=STATE_NAMES[ENDED], verb="增加计费行")
    Community.objects.select_for_update(no_key=True).get(pk=contract.community_id)
    return contract


@transaction.atomic
def add_line(
    contract_id: int,
    property_id: int,
    tariff_id: int,
    starts_on: dt.date,
    ends_on: dt.date | None = None,
    quantity: Decimal | None = None,
    *,
    actor: Actor,
) -> ContractLine:
    """Charge a tariff on a property. Raises as ``lines.Writer.add``."""
    contract = _open_contract(contract_id, actor)
    writer = Writer(contract, [tariff_id], [property_id])
    line = writer.add(LineRow(property_id, tariff_id, starts_on, ends_on, quantity), actor)
    line.save()
    after = {
        "contract": contract.number, "property": line.property.code, "tariff": line.tariff.name,
        "starts_on": line.starts_on, "ends_on": line.ends_on, "quantity": line.quantity,
    }  # fmt: skip
    audit.record(actor, "line.create", line, after=after)
    return line


@transaction.atomic
def bulk_create_lines(contract_id: int, rows: Sequence[LineRow], *, actor: Actor) -> list[ContractLine]:
    """Create lines in the order given; the first that cannot stand refuses all, its position as ``row`` in the data."""
    contract = _open_contract(contract_id, actor)
    writer = Writer(contract, (row.tariff_id for row in rows), (row.property_id for row in rows))
    for number, row in enumerate(rows):
        try:
            writer.add(row, actor)
        except DomainError as error:
            raise position(error, number) from None
    made = writer.save()
    if made:
        audit.record(actor, "contract.lines", contract, after={"count": len(made)})
    return made


@transaction.atomic
def cover(
    contract_id: int,
    tariff_id: int,
    starts_on: dt.date,
    ends_on: dt.date | None = None,
    *,
    kinds: Collection[str] = (),
    building_ids: Collection[int] = (),
    property_ids: Collection[int] = (),
    actor: Actor,
) -> Covered:
    """Charge a tariff on every present property of the kinds, buildings and ids given (what is left empty does not
    narrow; all empty is refused). Properties already charged it on one of the days are skipped."""
    if not (kinds or building_ids or property_ids):
        raise Invalid(field="计费范围", reason="请选择房屋类型、楼栋或房屋")
    contract = _open_contract(contract_id, actor)
    tariff = get_tariff(actor, tariff_id)
    homes = Property.objects.filter(community_id=contract.community_id, ended_on__isnull=True)
    if kinds:
        homes = homes.filter(kind__in=kinds)
    if building_ids:
        homes = homes.filter(building_id__in=building_ids)
    if property_ids:
        homes = homes.filter(pk__in=property_ids)
    ids = list(homes.order_by("sort_key", "id").values_list("id", flat=True))
    if property_ids and not kinds and not building_ids and len(ids) != len(set(property_ids)):
        raise NotFound()
    writer = Writer(contract, [tariff.pk], ids)
    skipped = without_area = 0
    for property_id in ids:
        row = LineRow(property_id, tariff.pk, starts_on, ends_on)
        if clash(writer.held, row, contract.ends_on):
            skipped += 1
            continue
        home = writer.add(row, actor).property
        without_area += _unmeasured(tariff.method, tariff.basis, home)
    made = len(writer.save())
    after = {
        "tariff": tariff.name, "starts_on": starts_on, "ends_on": ends_on, "kinds": sorted(kinds),
        "buildings": sorted(building_ids), "created": made, "skipped": skipped, "without_area": without_area,
    }  # fmt: skip
    audit.record(actor, "contract.cover", contract, after=after)
    return Covered(made, skipped, without_area)


def _unmeasured(method: str, basis: str, home: Property) -> bool:
    try:
        quantity_for(method, basis, home.area_m2, home.inner_area_m2)
    except (AreaMissing, QuantityMissing):
        return True
    return False


@transaction.atomic
def end_line(line_id: int, ends_on: dt.date, *, actor: Actor, reason: str = "") -> ContractLine:
    """``ends_on`` is the line's last day; it may only come sooner than before. What is billed already stays billed."""
    line = contract_lines(actor).select_for_update(no_key=True).filter(pk=line_id).first()
    if line is None:
        raise NotFound()
    actor.require(Permission.CONTRACT_EDIT, line.community_id)
    day = parse_day(ends_on, "计费终止日期")
    if day < line.starts_on:
        raise Invalid(field="计费终止日期", reason=Phrase("{day} 早于起始日期 {starts_on}", day=day, starts_on=line.starts_on))
    if line.ends_on is not None and day >= line.ends_on:
        raise Invalid(field="计费终止日期", reason=Phrase("已定于 {ends_on} 终止，只能提前", ends_on=line.ends_on))
    before = line.ends_on
    line.ends_on = day
    line.save(update_fields=["ends_on"])
    audit.record(actor, "line.end", line, before={"ends_on": before}, after={"ends_on": day}, reason=reason)
    return line
