"""Changes of persons, unmasking and erasure."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from typing import Any

from django.db import transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound, Phrase
from wuyefei.foundation.kernel.text import mask_name, pinyin_initials, pinyin_key
from wuyefei.foundation.platform import audit, clock, meanwhile, vault
from wuyefei.foundation.platform.inserting import drafts, insert_many
from wuyefei.foundation.platform.models import AuditEntry

from .models import Person
from .queries import get_person, people
from .rules import (
    ERASED_NAME,
    NUMBER_NAMES,
    NUMBERS,
    Erased,
    PersonRow,
    StillInUse,
    check_purpose,
    clean_person,
    masked,
)

BATCH = 5_000
Mark = Callable[[str, str], str]
"""The look-up mark of a number, from its field and value."""
EDITABLE = ("name", "kind", "mobile", "identity", "bank", "remark", "external_ref")
CHECKED_FACTS = frozenset({"name", "mobile", "identity"})
"""A change of one of these asks for the person to be verified again (row A3)."""

_erasure_checks: list[Callable[[int], str | None]] = []
_erasure_steps: list[Callable[[int], None]] = []


def register_erasure_check(check: Callable[[int], str | None]) -> None:
    """Called in ``AppConfig.ready`` by a room that may still need a person: the check says why, or None."""
    if check not in _erasure_checks:
        _erasure_checks.append(check)


def register_erasure_step(step: Callable[[int], None]) -> None:
    """Called in ``AppConfig.ready`` by a room that keeps words about a person: the step removes them on erasure."""
    if step not in _erasure_steps:
        _erasure_steps.append(step)


def create_person(row: PersonRow, *, actor: Actor, community: Community) -> Person:
    """Raises ``Invalid`` naming the field that cannot be right."""
    return bulk_create_persons([row], actor=actor, community=community)[0]


@transaction.atomic
def bulk_create_persons(rows: Sequence[PersonRow], *, actor: Actor, community: Community) -> list[Person]:
    """Create persons in the order given, each with a key of its own; one audit entry with the count.

    Raises for the first row that cannot be right, its position as ``row`` in the error's data; nothing is created.
    """
    actor.require(Permission.ESTATE_EDIT, community.pk)
    meanwhile.check()
    clean: list[PersonRow] = []
    for position, row in enumerate(rows):
        try:
            clean.append(clean_person(row))
        except DomainError as error:
            error.data["row"] = position
            raise
    made: list[Person] = []
    mark = vault.marker(actor.organisation_id)
    make = drafts(Person, organisation_id=actor.organisation_id, community_id=community.pk)
    for start in range(0, len(clean), BATCH):
        part = clean[start : start + BATCH]
        keys = vault.fresh_keys(actor.organisation_id, len(part))
        fresh = [_person(make, mark, row, secret) for row, (_, secret) in zip(part, keys, strict=True)]
        for person, key_id in zip(fresh, vault.keep_keys(keys), strict=True):
            person.key_id = key_id
        insert_many(fresh)
        made += fresh
        if len(clean) == 1:
            facts = {name: value for name, value in asdict(part[0]).items() if value}
            audit.record(actor, "person.create", made[0], after=_safe(facts, keys[0][1], {"after": facts}))
    if len(made) > 1:
        audit.record(actor, "person.bulk_create", community, community_id=community.pk, after={"count": len(made)})
    return made


def _person(make: Callable[..., Person], mark: Mark, row: PersonRow, secret: bytes) -> Person:
    facts = {"kind": row.kind, "remark": row.remark, "external_ref": row.external_ref, **_named(row.name)}
    for field in NUMBERS:
        if value := getattr(row, field):
            facts |= _numbered(mark, field, value, secret)
    return make(**facts)


def _named(name: str) -> dict[str, Any]:
    return {"name": name, "pinyin": pinyin_key(name), "initials": pinyin_initials(name)}


def _name(person: Person, name: str) -> None:
    _set(person, _named(name))


def _numbered(mark: Mark, field: str, value: str, secret: bytes) -> dict[str, Any]:
    """The columns of a number: locked under the person's key, with its mark and its masked form; blank clears them."""
    facts = {
        f"{field}_locked": vault.lock(secret, value) if value else None,
        f"{field}_mark": mark(field, value) if value else "",
        f"{field}_shown": masked(field, value),
    }
    return {**facts, "mobile_tail": value[-4:]} if field == "mobile" else facts


def _number(person: Person, field: str, value: str, secret: bytes) -> None:
    _set(person, _numbered(vault.marker(person.organisation_id), field, value, secret))


def _set(person: Person, facts: dict[str, Any]) -> None:
    for name, value in facts.items():
        setattr(person, name, value)


def _safe(facts: dict[str, Any], secret: bytes, whole: dict[str, Any]) -> dict[str, Any]:
    """What the audit trail may hold: masked values, and the whole change locked under the person's own key."""
    held = base64.b64encode(vault.lock(secret, json.dumps(whole, ensure_ascii=False))).decode()
    return {**_masked(facts), "locked": held}


def _masked(facts: dict[str, Any]) -> dict[str, Any]:
    shown = {}
    for name, value in facts.items():
        if name in NUMBERS:
            shown[name] = masked(name, value)
        elif name == "name":
            shown[name] = mask_name(value)
        elif name == "remark":
            shown[name] = "（有）" if value else ""
        else:
            shown[name] = value
    return shown


def _locked(person_id: int, actor: Actor) -> Person:
    person = people(actor).select_for_update(no_key=True).defer(None).filter(pk=person_id).first()
    if person is None:
        raise NotFound()
    actor.require(Permission.ESTATE_EDIT, person.community_id)
    if person.erased_at:
        raise Erased()
    return person


@transaction.atomic
def update_person(person_id: int, *, actor: Actor, reason: str = "", **changes: str) -> Person:
    """Change fields of ``EDITABLE``; a blank number clears it. The audit entry shows masked values only."""
    unknown = set(changes) - set(EDITABLE)
    if unknown:
        raise Invalid(field="、".join(sorted(unknown)), reason="不能修改")
    person = _locked(person_id, actor)
    if person.key_id is None:
        person.key_id = vault.new_keys(actor.organisation_id, 1)[0][0]
    secret = vault.subject_key(person.key_id)
    held = {name: _clear(person, name, secret) for name in EDITABLE}
    wanted = asdict(clean_person(PersonRow(**{**held, **changes})))
    before = {name: held[name] for name in EDITABLE if held[name] != wanted[name]}
    if not before:
        return person
    after = {name: wanted[name] for name in before}
    for name, value in after.items():
        if name in NUMBERS:
            _number(person, name, value, secret)
        elif name == "name":
            _name(person, value)
        else:
            setattr(person, name, value)
    if not before.keys().isdisjoint(CHECKED_FACTS):
        person.facts_changed_at = clock.now()
    if "bank" in before:
        person.bank_changed_by_id, person.bank_changed_at = actor.user_id, clock.now()
    person.save()
    entry_after = _safe(after, secret, {"before": before, "after": after})
    audit.record(actor, "person.update", person, before=_masked(before), after=entry_after, reason=reason)
    return person


def _clear(person: Person, name: str, secret: bytes) -> str:
    if name not in NUMBERS:
        return str(getattr(person, name))
    sealed = getattr(person, f"{name}_locked")
    return vault.unlock(secret, bytes(sealed)) if sealed is not None else ""


def _readable(person_id: int, actor: Actor) -> tuple[Person, bytes]:
    person = get_person(actor, person_id)
    actor.require(Permission.PERSON_REVEAL, person.community_id)
    if person.erased_at or person.key_id is None:
        raise Erased()
    return person, vault.subject_key(person.key_id)


@transaction.atomic
def reveal(person_id: int, field: str, purpose: str, *, actor: Actor) -> str:
    """The number in clear; who saw it and what for is noted. Blank where none is known.

    Raises ``PurposeMissing``, ``Forbidden``, ``Erased``, and ``Invalid`` for a field that is no locked number.
    """
    person, secret = _readable(person_id, actor)
    if field not in NUMBERS:
        raise Invalid(field="字段", reason=Phrase("只能查看{names}", names="、".join(NUMBER_NAMES.values())))
    purpose = check_purpose(purpose)
    value = _clear(person, field, secret)
    audit.record_read(actor, person, field, purpose)
    return value


def open_mobiles(person_ids: Collection[int], *, actor: Actor) -> dict[int, str]:
    """The mobile numbers of persons for a program that is about to send them something; blank ones are left out.

    Nobody sees them, so no reader is noted: what is sent is on record where it is sent. Only service identities may ask.
    """
    if not actor.service:
        raise Forbidden(permission="发送通知、编写模板")
    rows = people(actor).defer(None).filter(pk__in=person_ids, erased_at__isnull=True, mobile_locked__isnull=False, key__isnull=False)
    found = {row.pk: row for row in rows}
    keys = vault.subject_keys([row.key_id for row in found.values() if row.key_id is not None])
    return {pk: vault.unlock(keys[row.key_id], bytes(row.mobile_locked)) for pk, row in found.items() if row.key_id in keys and row.mobile_locked is not None}


@transaction.atomic
def reveal_history(person_id: int, purpose: str, *, actor: Actor) -> list[tuple[AuditEntry, dict[str, Any]]]:
    """The changes of a person in clear, the latest first, each as (audit entry, {"before": …, "after": …})."""
    person, secret = _readable(person_id, actor)
    purpose = check_purpose(purpose)
    entries = AuditEntry.objects.filter(
        organisation_id=person.organisation_id, subject_type="person", subject_id=person.pk, after__has_key="locked"
    ).order_by("-id")
    found = [(entry, _unlocked(entry, secret)) for entry in entries]
    audit.record_read(actor, person, "history", purpose)
    return found


def _unlocked(entry: AuditEntry, secret: bytes) -> dict[str, Any]:
    sealed = base64.b64decode((entry.after or {})["locked"])
    whole: dict[str, Any] = json.loads(vault.unlock(secret, sealed))
    return whole


@transaction.atomic
def erase_person(person_id: int, *, actor: Actor, reason: str) -> Person:
    """Destroy the person's key and clear what identifies them; bills and receipts stay. Cannot be undone.

    Raises ``StillInUse`` while a room still needs the person (an open tie, a debt).
    """
    if not reason.strip():
        raise DomainError("reason_missing", "请写明原因。")
    person = _locked(person_id, actor)
    actor.require(Permission.PERSON_REVEAL, person.community_id)
    for check in _erasure_checks:
        why = check(person.pk)
        if why:
            raise StillInUse(reason=why)
    person.name, person.pinyin, person.initials = ERASED_NAME, "", ""
    for field in NUMBERS:
        setattr(person, f"{field}_locked", None)
        setattr(person, f"{field}_mark", "")
        setattr(person, f"{field}_shown", "")
    person.mobile_tail = person.remark = person.external_ref = ""
    person.erased_at = clock.now()
    person.save()
    if person.key_id is not None:
        vault.destroy(person.key_id)
    for step in _erasure_steps:
        step(person.pk)
    audit.record(actor, "person.erase", person, after={"name": ERASED_NAME}, reason=reason)
    return person
