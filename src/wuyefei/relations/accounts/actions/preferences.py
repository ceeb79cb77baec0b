"""What an account's holder prefers. The guard of contacts and the notices read it for whoever the account is on record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.db.models import Case, CharField, F, Q, QuerySet, Value, When

from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.relations.contacts.public import Channel, InBulk, Preference, Window

from ..models import Account, Binding
from ..queries import Owner
from ..rules import Kind


@transaction.atomic
def save_preferences(
    owner: Owner, *, reminder: str, quiet_from: dt.time | None, quiet_to: dt.time | None, large_type: bool
) -> Account:
    """Quiet hours have both ends or neither; they may run over midnight. Raises ``Invalid``."""
    if reminder not in Account.Reminder.values:
        raise Invalid(field="提醒方式", reason="请选择一项")
    if (quiet_from is None) != (quiet_to is None) or (quiet_from is not None and quiet_from == quiet_to):
        raise Invalid(field="免打扰时段", reason="起和止都要填，且不能相同；不需要就都留空")
    row = Account.objects.select_for_update().get(pk=owner.account_id)
    row.reminder, row.quiet_from, row.quiet_to = reminder, quiet_from, quiet_to
    row.large_type = large_type
    row.save(update_fields=["reminder", "quiet_from", "quiet_to", "large_type"])
    return row


CHANNELS = {Account.Reminder.SMS: Channel.SMS, Account.Reminder.WECHAT: Channel.WECHAT, Account.Reminder.EMAIL: Channel.EMAIL}


def _speaking() -> QuerySet[Binding]:
    """The bindings whose account speaks for the person."""
    rows = Binding.objects.filter(kind=Kind.REGISTERED, ended_at__isnull=True, person__mobile_mark=F("mark"))
    return rows.exclude(mark="")


def _likes() -> QuerySet[Binding, tuple[int, str]]:
    liked = Case(*(When(account__reminder=one, then=Value(channel.value)) for one, channel in CHANNELS.items()), output_field=CharField())
    return _speaking().order_by("person_id", "-pk").distinct("person_id").annotate(liked=liked).values_list("person_id", "liked")


def _more() -> QuerySet[Binding, int]:
    return _speaking().filter(Q(account__quiet_from__isnull=False) | Q(account__reminder=Account.Reminder.NONE)).values_list("person_id", flat=True)


IN_BULK = InBulk(_likes, _more)


def wishes_of(person_ids: Collection[int]) -> dict[int, Preference]:
    """What persons wish of reminders, where an account with the mobile on their record says it. A guest's account says
    nothing for the owner."""
    rows = _speaking().filter(person_id__in=person_ids).order_by("person_id", "-pk").distinct("person_id")
    found: dict[int, Preference] = {}
    for person_id, reminder, start, end in rows.values_list("person_id", "account__reminder", "account__quiet_from", "account__quiet_to"):
        quiet = Window(start, end) if start is not None and end is not None else None
        found[person_id] = Preference(CHANNELS.get(Account.Reminder(reminder)), quiet, silent=reminder == Account.Reminder.NONE)
    return found
