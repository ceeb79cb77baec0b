"""Reads of persons: masked; the numbers themselves leave only through ``actions.reveal``."""

from __future__ import annotations

import re

from django.db.models import Case, IntegerField, Q, QuerySet, When

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import Invalid, NotFound
from wuyefei.foundation.kernel.text import tidy
from wuyefei.foundation.platform import vault

from .models import Person
from .rules import NORMALISE, KnownPerson


def people(actor: Actor) -> QuerySet[Person]:
    """The persons of the communities whose estate the actor may see; the locked numbers stay unread."""
    return Person.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.ESTATE_VIEW)
    ).defer("mobile_locked", "identity_locked", "bank_locked")


def get_person(actor: Actor, person_id: int) -> Person:
    person = people(actor).filter(pk=person_id).first()
    if person is None:
        raise NotFound()
    return person


def mark(actor: Actor, field: str, value: str) -> str:
    """The look-up mark of a number (``mobile``, ``identity`` or ``bank``); blank for what cannot be one."""
    try:
        clean = NORMALISE[field](value)
    except Invalid:
        return ""
    return vault.fingerprint(actor.organisation_id, field, clean) if clean else ""


def known_people(actor: Actor, community_id: int) -> list[KnownPerson]:
    """Every person of a community that was not erased, for an import to compare with."""
    rows = people(actor).filter(community_id=community_id, erased_at__isnull=True).order_by("id")
    return [KnownPerson(*row) for row in rows.values_list("id", "name", "mobile_mark", "identity_mark", "external_ref")]


def find_people(actor: Actor, text: str, community_id: int | None = None, limit: int = 20) -> list[Person]:
    """Persons by part of the name, the beginning of its pinyin or initials, the mobile's last four digits, or a whole
    mobile or identity number. Exact names come first."""
    wanted = tidy(text)
    match = _match(actor, wanted)
    if match is None:
        return []
    rows = people(actor).filter(match, erased_at__isnull=True)
    if community_id is not None:
        rows = rows.filter(community_id=community_id)
    letters = wanted.lower().replace(" ", "")
    rank = Case(
        When(name=wanted, then=0), When(pinyin=letters, then=1), When(initials=letters, then=2),
        default=3, output_field=IntegerField(),
    )  # fmt: skip
    return list(rows.select_related("community").annotate(rank=rank).order_by("rank", "pinyin", "id")[:limit])


def _match(actor: Actor, text: str) -> Q | None:
    if not text:
        return None
    bare = re.sub(r"[\s\-]", "", text)
    if re.fullmatch(r"\+?\d{4,}[Xx]?", bare):
        if len(bare) == 4:
            return Q(mobile_tail=bare)
        marks = [(field, mark(actor, field, bare)) for field in ("mobile", "identity")]
        found = Q(name__contains=text)
        for field, value in marks:
            if value:
                found |= Q(**{f"{field}_mark": value})
        return found
    if re.fullmatch(r"[A-Za-z0-9() ]+", text):
        letters = text.lower().replace(" ", "")
        found = Q(pinyin__startswith=letters) | Q(initials__startswith=letters) | Q(name__icontains=text)
        value = mark(actor, "identity", bare)
        return found | Q(identity_mark=value) if value else found
    return Q(name__icontains=text)
