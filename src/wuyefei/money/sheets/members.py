"""Who takes part in a shared sum, and with what measure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from wuyefei.estate.metering.public import Reading
from wuyefei.estate.occupancy.public import heads_by_day, living_ties
from wuyefei.estate.properties.public import Property
from wuyefei.estate.tariffs.public import By, Participant
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.errors import Invalid, Phrase

from .terms import EachTerms, Scope, SharedTerms

Home = tuple[int, str, Decimal | None, bool]
ONE = Decimal(1)


def _named(rows: QuerySet[Property], codes: tuple[str, ...], field: str) -> list[int]:
    found = dict(rows.filter(code__in=codes).values_list("code", "pk"))
    strange = [code for code in codes if code not in found]
    if strange:
        raise Invalid(field=field, reason=Phrase("没有 {codes}", codes="、".join(strange[:5])))
    return list(found.values())


def homes(community_id: int, scope: Scope, span: Span) -> list[Home]:
    """(key, code, area, vacant) of the properties of a scope in their order. Raises ``Invalid`` for codes not there."""
    present = Property.objects.filter(community_id=community_id).filter(Q(ended_on__isnull=True) | Q(ended_on__gt=span.last))
    rows = present
    if scope.only:
        rows = rows.filter(pk__in=_named(present, scope.only, "只有这些房屋"))
    elif scope.entrance_id:
        rows = rows.filter(entrance_id=scope.entrance_id)
    elif scope.building_id:
        rows = rows.filter(building_id=scope.building_id)
    if scope.kinds:
        rows = rows.filter(kind__in=scope.kinds)
    if scope.leave_out:
        rows = rows.exclude(pk__in=_named(present, scope.leave_out, "不参加的房屋"))
    return list(rows.order_by("sort_key", "pk").values_list("pk", "code", "area_m2", "vacant"))


def participants(community_id: int, by: By, span: Span, terms: SharedTerms | EachTerms) -> list[Participant]:
    """The properties that take part, each with its measure and factor. Raises ``Invalid`` for codes that are not there."""
    taking = homes(community_id, terms.scope, span)
    if isinstance(terms, EachTerms):
        return [Participant(pk, code, area if by is By.AREA else ONE) for pk, code, area, _vacant in taking]
    agreed = _agreed(taking, terms.agreed)
    measures = _measures(taking, by, span, terms, agreed)
    found = []
    for pk, code, _area, vacant in taking:
        factor = terms.vacant_factor if vacant else ONE
        found.append(Participant(pk, code, measures.get(pk), factor if by is By.AGREED else factor * agreed.get(pk, ONE)))
    return found


def _agreed(taking: Collection[Home], agreed: Mapping[str, Decimal]) -> dict[int, Decimal]:
    """The agreed factors by property. Raises ``Invalid`` for a code that takes no part."""
    keys = {code: pk for pk, code, _area, _vacant in taking}
    strange = [code for code in agreed if code not in keys]
    if strange:
        raise Invalid(field="约定系数", reason=Phrase("没有 {codes}，或它不参加", codes="、".join(strange[:5])))
    return {keys[code]: factor for code, factor in agreed.items()}


def _measures(
    taking: Collection[Home], by: By, span: Span, terms: SharedTerms, agreed: Mapping[int, Decimal]
) -> Mapping[int, Decimal | None]:
    """What each property weighs before its factor; who is not in it lacks it."""
    ids = [pk for pk, *_ in taking]
    if by is By.AREA:
        return {pk: area for pk, _, area, _ in taking}
    if by is By.USAGE:
        used = usage(ids, terms.meter_kind, span)
        return {pk: used.get(pk, Decimal(0)) for pk in ids}
    if by is By.PERSONS:
        empty = {pk for pk, *_, vacant in taking if vacant}
        return persons(ids, span) | dict.fromkeys(empty, Decimal(0))
    return agreed if by is By.AGREED else dict.fromkeys(ids, ONE)


def persons(property_ids: Collection[int], span: Span) -> dict[int, Decimal | None]:
    """How many live at each property on the last day; those of whom nobody is registered are left out."""
    found: dict[int, Decimal | None] = {}
    for property_id, ties in living_ties(property_ids).items():
        heads = [count for since, count in heads_by_day(ties) if since <= span.last]
        if heads and heads[-1]:
            found[property_id] = Decimal(heads[-1])
    return found


def usage(property_ids: Collection[int], meter_kind: str, span: Span) -> dict[int, Decimal]:
    """What each property used on its meters of a kind by the confirmed readings taken in ``span``; never below zero."""
    rows = Reading.objects.filter(
        state=Reading.State.CONFIRMED, meter__kind=meter_kind, meter__property_id__in=property_ids, on__range=(span.first, span.last)
    )
    sums = rows.values_list("meter__property_id").annotate(Sum("quantity")).order_by()
    return {property_id: max(Decimal(0), total) for property_id, total in sums}
