"""Changes of items and tariffs. A price is never changed, only followed by another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community, Organisation
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import parse_day
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound, Phrase
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock

from .models import ChargeItem, Tariff, TariffVersion
from .queries import get_item, tariffs
from .rules.pricing import (
    ADVANCE_ITEM,
    DEFAULT_ITEMS,
    FIXED,
    NATURES,
    DepositMonthly,
    NewPrice,
    Taken,
    TariffPrice,
    check_method,
    check_price,
    check_tax_rate,
    check_version_day,
)
from .rules.seasons import unit_prices
from .rules.terms import check_terms

UseCheck = Callable[[int], dt.date | None]
PriceCheck = Callable[[int, dt.date, Decimal], None]
IncreaseCheck = Callable[[int, TariffPrice], None]
_use_checks: list[UseCheck] = []
_increase_checks: list[IncreaseCheck] = []
_price_checks: list[PriceCheck] = []


class NeedsSecond(DomainError):
    code = "price_needs_second"
    message = "小区已经出过账，「{name}」的新价格要由另一人复核：请在收费标准页提出。"


def register_use_check(check: UseCheck) -> None:
    """Called in ``AppConfig.ready`` by whoever bills: given a tariff's id, the last day already published, or None."""
    if check not in _use_checks:
        _use_checks.append(check)


def register_price_check(check: PriceCheck) -> None:
    """Called in ``AppConfig.ready``: given a tariff's id, a day and a unit price, raises where the price is not allowed."""
    if check not in _price_checks:
        _price_checks.append(check)


def register_increase_check(check: IncreaseCheck) -> None:
    """Called in ``AppConfig.ready``: given a tariff's id and a price that follows others, raises where it may not."""
    if check not in _increase_checks:
        _increase_checks.append(check)


def last_billed(tariff_id: int) -> dt.date | None:
    """The last service day of the tariff that stands on a published bill."""
    days = [day for check in _use_checks if (day := check(tariff_id)) is not None]
    return max(days, default=None)


@transaction.atomic
def create_item(code: str, name: str, nature: str, tax_rate: Decimal, *, actor: Actor) -> ChargeItem:
    """A charge item of the whole organisation: only who may edit tariffs everywhere makes one."""
    actor.require_wide(Permission.TARIFF_EDIT)
    if nature not in NATURES:
        raise Invalid(field="款项性质", reason=Phrase("「{nature}」不是已知的性质", nature=nature))
    check_tax_rate(tax_rate)
    code, name = limited(code, "编码", 20, required=True), limited(name, "名称", 40, required=True)
    there = ChargeItem.objects.filter(organisation_id=actor.organisation_id)
    for taken, rows in ((code, there.filter(code=code)), (name, there.filter(name=name))):
        if rows.exists():
            raise Taken(what="收费项目", name=taken)
    item = ChargeItem.objects.create(
        organisation_id=actor.organisation_id, code=code, name=name, nature=nature, tax_rate=tax_rate
    )
    audit.record(actor, "item.create", item, after={"code": code, "name": name, "nature": nature, "tax_rate": tax_rate})
    return item


@transaction.atomic
def ensure_default_items(organisation: Organisation) -> dict[str, ChargeItem]:
    """The default items of an organisation by code; those not there yet are made. Part of founding an organisation."""
    there = ChargeItem.objects.filter(organisation=organisation)
    codes, names = set(there.values_list("code", flat=True)), set(there.values_list("name", flat=True))
    ChargeItem.objects.bulk_create(
        [
            ChargeItem(organisation=organisation, code=item.code, name=item.name, nature=item.nature, tax_rate=item.tax_rate)
            for item in DEFAULT_ITEMS
            if item.code not in codes and item.name not in names
        ],
        ignore_conflicts=True,
    )
    wanted = [item.code for item in DEFAULT_ITEMS]
    return {item.code: item for item in ChargeItem.objects.filter(organisation=organisation, code__in=wanted)}


def advance_item(organisation: Organisation) -> ChargeItem:
    """The item of costs laid out for a payer, made when it is first needed; no desk and no tariff charges it."""
    item, _made = ChargeItem.objects.get_or_create(
        organisation=organisation, code=ADVANCE_ITEM.code,
        defaults={"name": ADVANCE_ITEM.name, "nature": ADVANCE_ITEM.nature, "tax_rate": ADVANCE_ITEM.tax_rate},
    )  # fmt: skip
    return item


@transaction.atomic
def create_tariff(
    item_id: int,
    name: str,
    method: str,
    *,
    effective_from: dt.date,
    per_unit: Decimal = Decimal(0),
    fixed: Decimal = Decimal(0),
    terms: Mapping[str, Any] | None = None,
    basis: str = "building",
    note: str = "",
    actor: Actor,
    community: Community,
) -> Tariff:
    """A tariff with its first price. Raises ``Taken``, ``Invalid``, and ``NotFound`` for another organisation's item."""
    actor.require(Permission.TARIFF_EDIT, community.pk)
    item = get_item(actor, item_id)
    if item.nature == ChargeItem.Nature.DEPOSIT:
        raise DepositMonthly(name=item.name)
    if item.nature == ChargeItem.Nature.ADVANCE:
        raise Invalid(field="收费项目", reason=Phrase("「{name}」只由法务案件收", name=item.name))
    check_method(method, basis)
    name = limited(name, "名称", 60, required=True)
    if Tariff.objects.filter(community_id=community.pk, name=name).exists():
        raise Taken(what="收费标准", name=name)
    tariff = Tariff.objects.create(
        organisation_id=actor.organisation_id, community_id=community.pk, item=item, name=name, method=method, basis=basis
    )
    after = {"item": item.name, "name": name, "method": method, "basis": basis}
    audit.record(actor, "tariff.create", tariff, after=after)
    _version(tariff, NewPrice(effective_from, per_unit, fixed, terms or {}, note), actor)
    return tariff


def _locked(tariff_id: int, actor: Actor) -> Tariff:
    tariff = tariffs(actor).select_for_update(no_key=True).filter(pk=tariff_id).first()
    if tariff is None:
        raise NotFound()
    actor.require(Permission.TARIFF_EDIT, tariff.community_id)
    _refuse_ended(tariff)
    return tariff


def _refuse_ended(tariff: Tariff) -> None:
    if tariff.ended_on:
        raise DomainError("tariff_ended", "收费标准「{name}」已于 {day} 停用。", name=tariff.name, day=tariff.ended_on)


@transaction.atomic
def add_version(
    tariff_id: int,
    effective_from: dt.date,
    *,
    per_unit: Decimal = Decimal(0),
    fixed: Decimal = Decimal(0),
    terms: Mapping[str, Any] | None = None,
    note: str = "",
    actor: Actor,
) -> TariffVersion:
    """The price from a day on, by one person: only while a community is being set up, before anything of it is billed. The
    first run, which a second person publishes, shows it line by line; from then on a price is asked for and agreed.

    Raises ``NeedsSecond`` after that, and ``VersionTaken`` for a second price on a day.
    """
    tariff = _locked(tariff_id, actor)
    if not being_set_up(tariff.community_id):
        raise NeedsSecond(name=tariff.name)
    return _version(tariff, NewPrice(effective_from, per_unit, fixed, terms or {}, note), actor)


def being_set_up(community_id: int) -> bool:
    """Whether nothing of a community has been billed at any tariff. For callers that have checked the place."""
    return all(last_billed(pk) is None for pk in Tariff.objects.filter(community_id=community_id).values_list("pk", flat=True))


def check_next(tariff_id: int, new: NewPrice, *, actor: Actor, late: bool = False) -> TariffPrice:
    """A price as the next version, if it may be; ``late``: also from a day that has been billed. Writes nothing; raises whatever
    forbids the price: ``VersionTaken``, ``AlreadyBilled``, the ceiling, the consultation that a rise needs."""
    return _price(_locked(tariff_id, actor), new, late=late)


@transaction.atomic
def enter_agreed(tariff_id: int, new: NewPrice, *, actor: Actor, late: bool = False) -> TariffVersion:
    """Enter that price, on approval, which checks the permission. ``late``: whoever calls it corrects what was billed at the
    former one in the same transaction."""
    tariff = Tariff.objects.select_for_update(no_key=True).get(pk=tariff_id, organisation_id=actor.organisation_id)
    _refuse_ended(tariff)
    return _write(tariff, _price(tariff, new, late=late), new.note, actor)


@transaction.atomic
def take_back(version_id: int, *, actor: Actor, reason: str) -> TariffVersion:
    """A price that was entered late holds on no day any more, on approval, which checks the permission: whoever calls it gives
    the bills back what it changed in the same transaction. Its number stays taken."""
    version = TariffVersion.objects.select_for_update(of=("self",)).select_related("tariff").get(
        pk=version_id, tariff__organisation_id=actor.organisation_id, withdrawn_at__isnull=True
    )  # fmt: skip
    version.withdrawn_at = clock.now()
    version.save(update_fields=["withdrawn_at"])
    audit.record(actor, "tariff.take_back", version, community_id=version.tariff.community_id, before={"withdrawn_at": None},
                 after={"withdrawn_at": version.withdrawn_at}, reason=reason)  # fmt: skip
    return version


def _version(tariff: Tariff, new: NewPrice, actor: Actor) -> TariffVersion:
    return _write(tariff, _price(tariff, new), new.note, actor)


def _price(tariff: Tariff, new: NewPrice, *, late: bool = False) -> TariffPrice:
    """The price as the next version, if it is allowed."""
    day = parse_day(new.effective_from, "生效日期")
    check_price(tariff.method, new.per_unit, new.fixed)
    agreed = check_terms(tariff.method, new.terms)
    report = agreed.get("score", {}).get("report")
    if report and report["on"] > clock.today().isoformat():
        raise Invalid(field="考核日期", reason="不能晚于今天")
    held = list(tariff.versions.order_by("number").values_list("effective_from", "number", "withdrawn_at"))
    check_version_day(day, [since for since, _, gone in held if gone is None], None if late else last_billed(tariff.pk))
    number = max((number for _, number, _ in held), default=0) + 1
    price = TariffPrice(day, new.per_unit, new.fixed, number, agreed)
    if tariff.method != FIXED:
        for check in _price_checks:
            check(tariff.pk, day, max(unit_prices(price)))
    for increase in _increase_checks if held else ():
        increase(tariff.pk, price)
    return price


def _write(tariff: Tariff, price: TariffPrice, note: str, actor: Actor) -> TariffVersion:
    version = TariffVersion.objects.create(
        tariff=tariff, number=price.version_number, effective_from=price.since, per_unit=price.per_unit, fixed=price.fixed,
        terms=dict(price.terms), note=limited(note, "说明", 200), made_at=clock.now(),
    )  # fmt: skip
    after = {
        "tariff": tariff.name, "number": version.number, "effective_from": price.since, "per_unit": price.per_unit, "fixed": price.fixed,
        "note": version.note, **({"terms": version.terms} if version.terms else {}),
    }  # fmt: skip
    audit.record(actor, "tariff.version", version, community_id=tariff.community_id, after=after)
    return version


@transaction.atomic
def end_tariff(tariff_id: int, ended_on: dt.date, *, actor: Actor, reason: str = "") -> Tariff:
    """No new contract line takes the tariff from now on; present lines go on to their own end."""
    tariff = _locked(tariff_id, actor)
    tariff.ended_on = parse_day(ended_on, "停用日期")
    tariff.save(update_fields=["ended_on"])
    audit.record(
        actor, "tariff.end", tariff, before={"ended_on": None}, after={"ended_on": tariff.ended_on}, reason=reason
    )
    return tariff
