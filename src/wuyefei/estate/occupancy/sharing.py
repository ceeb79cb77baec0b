"""Agreeing that several persons pay one property by share, and ending it (product row A4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from fractions import Fraction

from django.db import transaction
from django.db.models import Q

from wuyefei.estate.people.public import get_person
from wuyefei.estate.properties.public import properties
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import DAY, LATEST, parse_day
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound, Phrase
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock

from .models import SharePart, Sharing, Tie
from .queries import sharing_facts, sharings
from .rules import PAYER, check_end
from .shares import overlapping_sharing, portions_of


class SharingOverlaps(DomainError):
    code = "sharing_overlaps"
    message = "{home} 自 {first} 起已有分摊约定，请先结束它，或改用不重叠的日期。"


BilledCheck = Callable[[int, dt.date, dt.date], dt.date | None]
_billed: list[BilledCheck] = []


def register_billed_check(check: BilledCheck) -> None:
    """A room above says the last day billed by a run of a property (id) between two days, or None."""
    _billed[:] = [check]


def _refuse_billed(property_id: int, first: dt.date, last: dt.date, field: str) -> None:
    for check in _billed:
        day = check(property_id, first, last)
        if day is not None:
            raise Invalid(field=field, reason=Phrase("已经出账到 {day}，改变谁付多少只能从没出账的日子起；要改以前的，先红冲账单", day=day))


@transaction.atomic
def agree_sharing(
    property_id: int, shares: Sequence[tuple[int, Fraction]], starts_on: dt.date, ends_on: dt.date | None = None, *, actor: Actor,
    document: str = "",
) -> Sharing:  # fmt: skip
    """From a day on each of the persons (id, share) owes their part of what is charged at the property.

    Each must be tied to the property on that day. Raises ``NotWhole``, ``SharingOverlaps``, ``Invalid``, ``NotFound``.
    """
    home = properties(actor).select_for_update(no_key=True).filter(pk=property_id).first()
    if home is None:
        raise NotFound()
    actor.require(Permission.ESTATE_EDIT, home.community_id)
    day = parse_day(starts_on, "起始日期")
    last = None if ends_on is None else parse_day(ends_on, "结束日期")
    if last is not None and last < day:
        raise Invalid(field="结束日期", reason="不能早于起始日期")
    portions = portions_of(shares)
    other = overlapping_sharing(sharing_facts([property_id]).get(property_id, []), day, last)
    if other is not None:
        raise SharingOverlaps(home=home.code, first=other.starts_on)
    for portion in portions:
        person = get_person(actor, portion.person_id)
        here = Tie.objects.filter(property_id=property_id, person=person, starts_on__lte=day).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))
        if not here.exists():
            raise Invalid(field="缴费人", reason=Phrase("{name} 在 {day} 不是这套房屋的关系人，请先登记人员", name=person.name, day=day))
    _refuse_billed(property_id, day, last or LATEST, "起始日期")
    made = Sharing.objects.create(
        organisation_id=actor.organisation_id, community_id=home.community_id, property=home, starts_on=day, ends_on=last,
        of=portions[0].share[2], document=limited(document, "依据", 80), made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    SharePart.objects.bulk_create([SharePart(sharing=made, person_id=one.person_id, low=one.share[0], high=one.share[1]) for one in portions])
    after = {"property": home.code, "starts_on": day, "ends_on": last, "shares": [[person, str(part)] for person, part in shares]}
    audit.record(actor, "sharing.agree", made, after=after)
    return made


@transaction.atomic
def end_sharing(sharing_id: int, ends_on: dt.date, *, actor: Actor, reason: str = "") -> Sharing:
    """``ends_on`` is its last day: from the next on the property's payer owes all again. Raises ``Invalid``."""
    row = sharings(actor).select_for_update(of=("self",), no_key=True).select_related("property").filter(pk=sharing_id).first()
    if row is None:
        raise NotFound()
    actor.require(Permission.ESTATE_EDIT, row.community_id)
    day = check_end(row.starts_on, row.ends_on, ends_on)
    _refuse_billed(row.property_id, day + DAY, row.ends_on or LATEST, "结束日期")
    before, row.ends_on = row.ends_on, day
    row.save(update_fields=["ends_on"])
    audit.record(actor, "sharing.end", row, before={"ends_on": before}, after={"ends_on": day}, reason=reason)
    return row


def cut_sharings(property_id: int, day: dt.date, actor: Actor) -> None:
    """The property changes hands on ``day``: what was agreed ends the day before, and so do those ties by which its sharers
    were payers. Bills are the caller's to cut."""
    living = Q(ends_on__isnull=True) | Q(ends_on__gte=day)
    for row in Sharing.objects.select_for_update(no_key=True).filter(living, property_id=property_id):
        persons = row.parts.values("person_id")
        paying = Tie.objects.select_for_update(no_key=True).filter(living, property_id=property_id, role=PAYER, starts_on__lt=day)
        row.ended_ties = []
        for held in paying.filter(person_id__in=persons):
            row.ended_ties.append([held.pk, held.ends_on and held.ends_on.isoformat()])
            _set_end(held, day - DAY, actor, "tie.end", "过户")
        row.before_cut, row.cut_on, row.ends_on = row.ends_on, day, day - DAY
        row.save(update_fields=["ends_on", "cut_on", "before_cut", "ended_ties"])
        audit.record(actor, "sharing.end", row, before={"ends_on": row.before_cut}, after={"ends_on": row.ends_on}, reason="过户")


def rejoin_sharings(property_id: int, day: dt.date, actor: Actor, reason: str) -> None:
    """The transfer of ``day`` is taken back: what it had ended runs on."""
    for row in Sharing.objects.select_for_update(no_key=True).filter(property_id=property_id, cut_on=day):
        ends = {pk: dt.date.fromisoformat(last) if last else None for pk, last in row.ended_ties}
        for held in Tie.objects.select_for_update(no_key=True).filter(pk__in=ends, ends_on=day - DAY):
            _set_end(held, ends[held.pk], actor, "tie.reopen", reason)
        before, row.ends_on, row.cut_on, row.before_cut, row.ended_ties = row.ends_on, row.before_cut, None, None, []
        row.save(update_fields=["ends_on", "cut_on", "before_cut", "ended_ties"])
        audit.record(actor, "sharing.reopen", row, before={"ends_on": before}, after={"ends_on": row.ends_on}, reason=reason)


def _set_end(held: Tie, ends_on: dt.date | None, actor: Actor, deed: str, reason: str) -> None:
    before, held.ends_on = held.ends_on, ends_on
    held.save(update_fields=["ends_on"])
    audit.record(actor, deed, held, before={"ends_on": before}, after={"ends_on": ends_on}, reason=reason)
