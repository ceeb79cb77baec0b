"""What carriers say became of messages. A receipt may come twice, late, out of order, or tell of nothing of ours."""

from __future__ import annotations

from django.db import transaction

from wuyefei.foundation.platform import clock
from wuyefei.relations.contacts.public import settle_sent

from ..models import Carrier, Message, Target
from .judging import sources_of
from .reminding import take_reminders_receipt

RANK = {"sending": 0, "unsure": 1, "sent": 1, "bounced": 2, "delivered": 3, "read": 4}
"""A receipt only moves a message up: a bounce after a delivery changes nothing, a delivery after a bounce does."""
REACHED = frozenset({"delivered", "read"})


@transaction.atomic
def take_receipt(carrier: Carrier, state: str, *, ref: str = "", key: str = "", reason: str = "") -> bool:
    """Note what became of a message of this carrier; whether it said something new. Raises ``ValueError`` for a state
    that is none of delivered, read, bounced."""
    if state not in ("delivered", "read", "bounced"):
        raise ValueError(state)
    rows = Message.objects.select_for_update().filter(organisation_id=carrier.organisation_id, channel=carrier.channel)
    message = rows.filter(key=key).first() if key else None
    if message is None and ref:
        message = rows.filter(carrier_ref=ref).first()
    if message is None:
        return take_reminders_receipt(carrier, state, ref=ref, key=key, reason=reason)
    if message.state not in RANK or RANK[state] <= RANK[message.state]:
        return False
    message.state, message.reason, message.settled_at = state, reason[:120], clock.now()
    message.save(update_fields=["state", "reason", "settled_at"])
    settle_sent([(source, state) for source in sources_of(message)])
    mine = Target.objects.filter(pk__in=message.target_ids).exclude(state=Target.State.EXCLUDED)
    if state in REACHED:
        mine.update(state=Target.State.REACHED, channel=message.channel, reason="")
    return True
