"""The limits of a firm and its table of holidays."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from wuyefei.foundation.access.actor import Actor, organisation_of
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import EARLIEST, LATEST
from wuyefei.foundation.kernel.errors import Invalid, NotFound
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock

from ..models import CalendarDay, GuardLimits
from ..queries import limits_of
from ..rules.limits import Limits, check_limits, to_plain


@transaction.atomic
def save_limits(limits: Limits, reason: str, *, actor: Actor) -> GuardLimits:
    """From now on these limits hold for the whole firm. Raises ``Invalid`` outside the bounds that ``rules`` state."""
    actor.require_wide(Permission.CONTACT_MANAGE)
    check_limits(limits)
    before, after = to_plain(limits_of(actor.organisation_id)), to_plain(limits)
    row = GuardLimits.objects.create(
        organisation_id=actor.organisation_id, values=after, reason=limited(reason, "原因", 200, required=True),
        made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    audit.record(actor, "contact.limits", row, before=before, after=after, reason=reason)
    return row


@transaction.atomic
def save_day(day: dt.date, rest: bool, name: str, source: str, *, actor: Actor) -> CalendarDay:
    """Put a holiday or make-up working day into the firm's table; the same day again is replaced."""
    actor.require_wide(Permission.CONTACT_MANAGE)
    if not EARLIEST <= day <= LATEST:
        raise Invalid(field="日期", reason="不在合理的年份")
    name, source = limited(name, "名称", 40, required=True), limited(source, "依据", 80, required=True)
    row, _made = CalendarDay.objects.update_or_create(
        organisation_id=actor.organisation_id, day=day, defaults={"rest": rest, "name": name, "source": source}
    )
    facts = {"day": day, "rest": rest, "name": name, "source": source}
    audit.record(actor, "contact.calendar_day", organisation_of(actor), after=facts)
    return row


@transaction.atomic
def remove_day(day: dt.date, *, actor: Actor) -> None:
    """Take a day of the firm's own out again: the built-in table or the weekday holds."""
    actor.require_wide(Permission.CONTACT_MANAGE)
    row = CalendarDay.objects.filter(organisation_id=actor.organisation_id, day=day).first()
    if row is None:
        raise NotFound()
    audit.record(actor, "contact.calendar_day", organisation_of(actor), before={"day": day, "rest": row.rest, "name": row.name})
    row.delete()
