"""Writing scripts: the linter stands before each version."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Organisation
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase
from wuyefei.foundation.platform import audit, clock
from wuyefei.relations.contacts.public import BANS, SOURCES, measures_in

from ..models import Script
from ..rules.cadence import Age
from ..rules.scripts import check_parts


class ForbiddenWords(DomainError):
    code = "forbidden_words"
    message = "话术写了「{what}」，不能这样催缴物业费。来源：{source}"


@transaction.atomic
def save_script(age: str, parts: tuple[str, str, str], *, actor: Actor) -> Script:
    """Keep a new version, used from now on. Raises ``Invalid`` for a part and ``ForbiddenWords`` for what the law guard
    forbids; discouraged wording is shown, not refused."""
    actor.require_wide(Permission.FOLLOW_MANAGE)
    if age not in {one.value for one in Age}:
        raise Invalid(field="适用", reason="请选一项")
    clean = tuple(text.strip() for text in parts)
    first, second, third = clean
    check_parts((first, second, third))
    for code in measures_in("\n".join(clean)):
        raise ForbiddenWords(what=Phrase(BANS[code].name), source="；".join(SOURCES[name] for name in BANS[code].sources))
    Organisation.objects.select_for_update(no_key=True).get(pk=actor.organisation_id)
    rows = Script.objects.filter(organisation_id=actor.organisation_id, age=age)
    number = (rows.aggregate(last=Max("number"))["last"] or 0) + 1
    row = Script.objects.create(
        organisation_id=actor.organisation_id, age=age, number=number, parts=list(clean), made_by_id=actor.user_id, made_at=clock.now()
    )
    audit.record(actor, "followup.script", row, after={"age": age, "number": number, "parts": list(clean)})
    return row
