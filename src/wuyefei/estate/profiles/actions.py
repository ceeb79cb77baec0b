"""Changes of profiles, checks, and the unmasking of the optional facts."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence

from django.db import transaction

from wuyefei.estate.people.public import Erased, Person, check_purpose, people
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import Invalid, NotFound
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock, vault

from .models import Profile, Verification, VerificationRule
from .queries import rules_of
from .rules import DETAILS, Group, ProfileRow, Rule, clean_profile, clean_rule, clean_verification

DETAILS_FIELD = "details"


def _locked(person_id: int, actor: Actor, permission: Permission) -> Person:
    person = people(actor).select_for_update(no_key=True).filter(pk=person_id).first()
    if person is None:
        raise NotFound()
    actor.require(permission, person.community_id)
    if person.erased_at:
        raise Erased()
    return person


@transaction.atomic
def save_profile(person_id: int, row: ProfileRow, *, actor: Actor, clear: Sequence[str] = ()) -> Profile:
    """Write a person's profile. A blank detail keeps what is held unless ``clear`` names it. The trail says which
    details are held, never what they are."""
    person = _locked(person_id, actor, Permission.ESTATE_EDIT)
    row = clean_profile(row)
    held = Profile.objects.filter(person=person).first()
    if person.key_id is None:
        person.key_id = vault.new_keys(actor.organisation_id, 1)[0][0]
        person.save(update_fields=["key_id"])
    before = _shown(held) if held else None
    kept = {name: value for name, value in (_details(held, person) if held else {}).items() if name not in clear}
    details = kept | row.details
    if row.ebill == "email" and "email" not in details:
        raise Invalid(field="电子邮箱", reason="选了电子邮件，就要填邮箱")
    profile = held or Profile(organisation_id=person.organisation_id, community_id=person.community_id, person=person)
    if row.score is not None and (held is None or held.score != row.score):
        profile.scored_on = clock.today()
    profile.method, profile.cycle_months, profile.ebill, profile.score = row.method, row.cycle_months, row.ebill, row.score
    profile.known = sorted(details)
    text = json.dumps(details, ensure_ascii=False)
    profile.details_locked = vault.lock(vault.subject_key(person.key_id), text) if details else None
    profile.updated_at = clock.now()
    profile.save()
    audit.record(actor, "profile.save", person, before=before, after=_shown(profile))
    return profile


def _shown(profile: Profile) -> dict[str, object]:
    return {
        "pay_method": profile.method, "cycle_months": profile.cycle_months, "ebill": profile.ebill, "score": profile.score,
        "details": [DETAILS[name] for name in profile.known],
    }  # fmt: skip


def _details(profile: Profile, person: Person) -> dict[str, str]:
    if profile.details_locked is None or person.key_id is None:
        return {}
    found: dict[str, str] = json.loads(vault.unlock(vault.subject_key(person.key_id), bytes(profile.details_locked)))
    return found


@transaction.atomic
def reveal_details(person_id: int, purpose: str, *, actor: Actor) -> dict[str, str]:
    """The optional facts in clear; who saw them and what for is noted. Empty where none are known."""
    person = people(actor).filter(pk=person_id).first()
    if person is None:
        raise NotFound()
    actor.require(Permission.PERSON_REVEAL, person.community_id)
    if person.erased_at:
        raise Erased()
    purpose = check_purpose(purpose)
    profile = Profile.objects.filter(person=person).first()
    found = _details(profile, person) if profile else {}
    audit.record_read(actor, person, DETAILS_FIELD, purpose)
    return found


@transaction.atomic
def verify_group(
    person_id: int, group: str, *, actor: Actor, on: dt.date, document: str = "", note: str = ""
) -> Verification:
    """Note that the actor checked a group with the person. Raises ``Invalid``, ``NothingToVerify``, ``Erased``."""
    person = _locked(person_id, actor, Permission.PROFILE_VERIFY)
    wanted = clean_verification(group, document, on, clock.today())
    if wanted is Group.PAYMENT and not Profile.objects.filter(person=person).exists():
        raise Invalid(field="缴费信息", reason="还没有填写缴费方式和周期，先补上再核实")
    row = Verification.objects.create(
        organisation_id=person.organisation_id, community_id=person.community_id, person=person, group=wanted.value,
        verified_on=on, document=document, note=limited(note, "说明", 200), by_id=actor.user_id, by_name=actor.name, at=clock.now(),
    )  # fmt: skip
    after = {"group": wanted.value, "verified_on": on, "document": document}
    audit.record(actor, "profile.verify", person, after=after)
    return row


@transaction.atomic
def set_rule(group: str, months: int, grace_days: int, *, actor: Actor) -> Rule:
    """Set how often the organisation checks a group; for those who keep the estate everywhere."""
    actor.require_wide(Permission.ESTATE_EDIT)
    if group not in list(Group):
        raise Invalid(field="核实内容", reason="没有这一类资料")
    wanted = Group(group)
    rule = clean_rule(wanted, months, grace_days)
    held = rules_of(actor.organisation_id)[wanted]
    if rule == held:
        return rule
    row, _made = VerificationRule.objects.update_or_create(
        organisation_id=actor.organisation_id, group=group, defaults={"months": rule.months, "grace_days": rule.grace_days}
    )
    before, after = ({"months": one.months, "grace_days": one.grace_days} for one in (held, rule))
    audit.record(actor, "profile.rule", row, before=before, after={"group": group, **after})
    return rule
