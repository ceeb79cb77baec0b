"""What this room shows on the pages of a person and a contract."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from wuyefei.estate.contracts.public import Contract
from wuyefei.estate.people.public import Person
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import spoken

from .queries import addresses_of, habit_from, habits_of, lead_days
from .rules.ladder import LEAD_LEAST, LEAD_MOST
from .rules.timing import hour_reason, reason


def addresses(request: HttpRequest, person: Person) -> str:
    """Where the person is reached besides the mobile number, for those who may see notices there."""
    actor = request.actor  # type: ignore[attr-defined]
    if not actor.may(Permission.NOTICE_VIEW, person.community_id):
        return ""
    found = addresses_of([person.pk]).get(person.pk, {})
    context: dict[str, Any] = {
        "person": person, "rows": [(row.get_channel_display(), row.shown) for row in found.values()],
        "may_edit": actor.may(Permission.ESTATE_EDIT, person.community_id) and person.erased_at is None,
        "habit": habits_of([person.pk]).get(person.pk),
    }  # fmt: skip
    if context["habit"] is not None:
        known = habit_from(context["habit"])
        context |= {"why_day": spoken(reason(known)), "why_hour": spoken(hour_reason(known))}
    return render_to_string("notices/_addresses.html", context, request=request)


def lead(request: HttpRequest, contract: Contract) -> str:
    """How early the contract's bills are announced, and the way to change it for those who send notices there."""
    actor = request.actor  # type: ignore[attr-defined]
    if not actor.may(Permission.NOTICE_VIEW, contract.community_id):
        return ""
    context = {
        "contract": contract, "days": lead_days(contract.pk), "least": LEAD_LEAST, "most": LEAD_MOST,
        "choices": range(LEAD_LEAST, LEAD_MOST + 1), "may_edit": actor.may(Permission.NOTICE_SEND, contract.community_id),
    }  # fmt: skip
    return render_to_string("notices/_lead.html", context, request=request)
