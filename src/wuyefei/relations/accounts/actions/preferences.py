"""What an account's holder prefers. Reminders and auto-debit are kept here for the rooms that send and debit."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from wuyefei.foundation.kernel.errors import Invalid

from ..models import Account
from ..queries import Owner


@transaction.atomic
def save_preferences(
    owner: Owner, *, reminder: str, quiet_from: dt.time | None, quiet_to: dt.time | None, auto_debit: bool, large_type: bool
) -> Account:
    """Quiet hours have both ends or neither; they may run over midnight. Raises ``Invalid``."""
    if reminder not in Account.Reminder.values:
        raise Invalid(field="提醒方式", reason="请选择一项")
    if (quiet_from is None) != (quiet_to is None) or (quiet_from is not None and quiet_from == quiet_to):
        raise Invalid(field="免打扰时段", reason="起和止都要填，且不能相同；不需要就都留空")
    row = Account.objects.select_for_update().get(pk=owner.account_id)
    row.reminder, row.quiet_from, row.quiet_to = reminder, quiet_from, quiet_to
    row.auto_debit, row.large_type = auto_debit, large_type
    row.save(update_fields=["reminder", "quiet_from", "quiet_to", "auto_debit", "large_type"])
    return row
