"""Who a mobile, or a room with a name, belongs to: for codes and bindings alone, never for a page."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from wuyefei.estate.occupancy.public import ties
from wuyefei.estate.people.public import normalise_mobile, reveal
from wuyefei.estate.properties.public import find_properties
from wuyefei.foundation.access.actor import SYSTEM, Actor, service_actor
from wuyefei.foundation.access.models import Community, Organisation
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Invalid
from wuyefei.foundation.kernel.text import tidy
from wuyefei.foundation.platform import clock, vault
from wuyefei.money.billing.public import receivables

PURPOSE = "发送登录验证码"
LIVING_ROLES = ("owner", "developer", "payer", "tenant")
"""Ties that let a person see the bills they owe there; people who merely live there are invited."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A person of a community's register on whose record a mobile stands; ``mark`` is that record's mark."""

    person_id: int
    organisation_id: int
    community_id: int
    mark: str


def only(permission_holder: str, organisation_id: int, community_id: int) -> Actor:
    """A reader of one community's estate, bills and payments: what a place's reads are made with, filtered further."""
    here = frozenset({community_id})
    rights = (Permission.ESTATE_VIEW, Permission.BILLING_VIEW, Permission.PAYMENT_VIEW)
    return Actor(0, organisation_id, permission_holder, frozenset(), dict.fromkeys(rights, here))


_BY_MOBILE = """
SELECT p.id, p.organisation_id, p.community_id, p.mobile_mark
FROM unnest(%s::bigint[], %s::text[]) AS m(organisation, mark)
JOIN access_community c ON c.organisation_id = m.organisation AND c.ended_on IS NULL
JOIN people_person p ON p.community_id = c.id AND p.mobile_mark = m.mark
WHERE p.erased_at IS NULL ORDER BY p.id
"""


def registered(mobile: str) -> list[Registered]:
    """The persons of every organisation on whose record this mobile stands."""
    organisations = list(Organisation.objects.order_by("pk").values_list("pk", flat=True))
    marks = [vault.fingerprint(pk, "mobile", mobile) for pk in organisations]
    with connection.cursor() as cursor:
        cursor.execute(_BY_MOBILE, [organisations, marks])
        return [Registered(*row) for row in cursor.fetchall()]


def clean_mobile(text: str) -> str:
    """A mobile (no landline) in digits; raises ``Invalid``."""
    mobile = normalise_mobile(text)
    if len(mobile) != 11 or not mobile.startswith("1"):
        raise Invalid(field="手机号", reason="应为 11 位手机号")
    return mobile


def mobile_on_file(community: str, room: str, name: str) -> str:
    """The mobile on the record of the person of that name at that room; blank where nobody matches or has none."""
    for place in Community.objects.filter(name=tidy(community), ended_on__isnull=True).order_by("pk")[:5]:
        reader = only("", place.organisation_id, place.pk)
        homes = [home.pk for home in find_properties(reader, room, place.pk, limit=5)]
        today = clock.today()
        present = Q(ends_on__isnull=True) | Q(ends_on__gte=today)
        found = ties(reader).filter(present, property_id__in=homes, role__in=LIVING_ROLES, starts_on__lte=today)
        named = found.filter(person__name=tidy(name), person__erased_at__isnull=True).exclude(person__mobile_mark="")
        tie = named.order_by("id").first()
        if tie is not None:
            shown = reveal(tie.person_id, "mobile", PURPOSE, actor=service_actor(place.organisation_id, SYSTEM))
            return _mobile_or_blank(shown)
    return ""


def _mobile_or_blank(number: str) -> str:
    try:
        return clean_mobile(number)
    except DomainError:  # a landline on file: no text message reaches it
        return ""


def homes_of(found: Registered) -> set[int]:
    """The properties where the person lives by a present tie, or owes or has owed a bill."""
    reader, today = only("", found.organisation_id, found.community_id), clock.today()
    living = ties(reader).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today), person_id=found.person_id, role__in=LIVING_ROLES, starts_on__lte=today
    )
    billed = receivables(reader).filter(payer_id=found.person_id)
    return set(living.values_list("property_id", flat=True)) | set(billed.values_list("property_id", flat=True).distinct())
