"""What goes with a demand letter: a text message, and the call within seven days of delivery as a task of the worklist."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA, DAY
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.models import OutboxEvent
from wuyefei.relations.contacts.public import (
    Channel,
    Contact,
    Draft,
    Purpose,
    Refused,
    StepRefused,
    keep_refusal,
    plan,
    try_step,
)
from wuyefei.relations.contacts.public import Step as Towards
from wuyefei.relations.notices.public import CannotSend, missing_for, send_transactional

from ..models import Event, Letter, Matter
from ..queries.matters import bills_of, get_letter
from ..rules.eligibility import FOLLOW_UP_DAYS
from .calls import call_ref
from .opening import lock_matter, note, refresh

CALL_AFTER = 3
"""Days after delivery at which the follow-up call is put, where nothing speaks against that day."""
CALL_AT = dt.time(10)
LACKS = {"carrier": "没有启用短信通道", "template": "没有批准的「催款函告知」短信模板"}


class AlreadyTold(DomainError):
    code = "already_told"
    message = "这封函的短信已经发过，或者还没有交寄。"


def tell(letter_id: int, *, actor: Actor) -> Letter:
    """Send the text message that goes with a posted letter. It passes the guard as a contact about the debt; where it cannot go
    the letter says why and stands all the same. Raises ``AlreadyTold``."""
    row = get_letter(actor, letter_id)
    actor.require(Permission.LEGAL_WORK, row.community_id)
    if row.posted_on is None or row.sms not in ("", Letter.Sms.HELD):
        raise AlreadyTold()
    matter = Matter.objects.select_related("person__community", "property").get(pk=row.matter_id)
    state, why = Letter.Sms.HELD, "，".join(LACKS[name] for name in missing_for(row.organisation_id, "demand"))
    if not why:
        state, why = _send(row, matter, actor)
    with transaction.atomic():
        held = lock_matter(matter.pk, actor)
        Letter.objects.filter(pk=row.pk).update(sms=state, sms_note=why[:200])
        note(held, "sms", {"number": row.number, "reason": why[:200]}, actor=actor)
        audit.record(actor, "legal.sms", row, after={"state": state})
        refresh(held)
    return get_letter(actor, letter_id)


def _send(row: Letter, matter: Matter, actor: Actor) -> tuple[Letter.Sms, str]:
    tried = Event.objects.filter(matter=matter, kind="sms").count()
    values = {
        "称呼": matter.person.name, "房号": matter.property.code, "金额": yuan_text(row.principal_fen + row.late_fee_fen),
        "函号": row.number, "邮件号": row.tracking,
    }  # fmt: skip
    try:
        sent = send_transactional(matter.person, values, key=f"legal.letter:{row.pk}:{tried}", step="demand", about=row.receivable_ids)
    except StepRefused as error:
        step = Towards(Channel.SMS, Purpose.LEGAL, clock.now())
        keep_refusal(step, error.verdict, actor=actor, community_id=row.community_id, person_id=matter.person_id, property_id=matter.property_id)
        return Letter.Sms.HELD, error.verdict.reason
    except CannotSend as error:
        return Letter.Sms.HELD, error.text
    return (Letter.Sms.SENT, "") if sent.state == sent.State.SENT else (Letter.Sms.UNSURE, "通道没有答复")


def plan_call(row: Letter, matter: Matter, *, actor: Actor) -> Contact | None:
    """Put the follow-up call on the worklist: three days after delivery or the next day that the guard allows, within the seven.
    None where no day of them is allowed. The caller holds the matter's lock."""
    assert row.delivered_on is not None
    bills = tuple(bill.id for bill in bills_of(actor, matter, clock.today()).values() if bill.outstanding_fen and bill.id in row.receivable_ids)
    first = max(row.delivered_on + DAY * CALL_AFTER, clock.today() + DAY)
    last = max(row.delivered_on + DAY * FOLLOW_UP_DAYS, first)
    for days in range((last - first).days + 1):
        draft = Draft(
            matter.person_id, Channel.PHONE, Purpose.REMINDER, dt.datetime.combine(first + DAY * days, CALL_AT, tzinfo=CHINA),
            matter.property_id, note=f"{row.number} 送达后回访", receivable_ids=bills, source_ref=call_ref(row.pk),
        )  # fmt: skip
        if bills and not isinstance(try_step(draft, actor=actor), Refused):
            note(matter, "call", {"number": row.number, "day": str(first + DAY * days)}, actor=actor)
            return plan(draft, actor=actor)
    return None


@transaction.atomic
def heard(event: OutboxEvent) -> None:
    """Told of a contact: the open matters of that payer see whether it was the follow-up."""
    person = Contact.objects.filter(pk=event.data["contact"]).values_list("person_id", flat=True).first()
    if person is None:
        return
    for matter in Matter.objects.select_for_update().filter(person_id=person, closed_on__isnull=True).order_by("pk"):
        refresh(matter)
