"""Messages that their reader has just asked for: one-time codes."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import IntegrityError, transaction

from wuyefei.estate.people.public import Person, open_mobiles
from wuyefei.foundation.access.actor import SYSTEM, organisation_of, service_actor
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock
from wuyefei.relations.contacts.public import (
    Channel,
    Contact,
    Purpose,
    Refused,
    Step,
    StepRefused,
    Wanted,
    check,
    gather,
    log_sent,
)

from ..carriers import sender_of
from ..channels.base import CarrierError, Parcel, Unclear
from ..models import Transactional
from ..queries import approved, carriers
from ..rules import texts


class CannotSend(DomainError):
    code = "cannot_send"
    message = "现在发不出短信，请稍后再试或到服务台办理。"


def send_transactional(person: Person, values: Mapping[str, str], *, key: str, step: str = "code", channel: str = "sms") -> Transactional:
    """Send a person what they asked for, now, by the approved text of ``step``. The same ``key`` is sent once: again it
    returns what became of it.

    ``values`` fill the text's fields and are kept nowhere. For callers that have made sure who asks, and how often.
    Raises ``CannotSend`` where the channel is off, the text not approved or the carrier does not take it, and
    ``StepRefused`` where the guard forbids it (an erased person, a wrong number).
    """
    actor = service_actor(person.organisation_id, SYSTEM)
    version, carrier = approved(person.organisation_id, step).get(channel), carriers(person.organisation_id).get(channel)
    if version is None or carrier is None:
        raise CannotSend()
    now = clock.now()
    facts = gather(person.organisation_id, [Wanted(person.pk)], now)[person.pk]
    verdict = check(Step(Channel(channel), Purpose.CODE, now), now=now, facts=facts)
    if isinstance(verdict, Refused):
        raise StepRefused(verdict)
    to = open_mobiles([person.pk], actor=actor).get(person.pk, "")
    if not to:
        raise CannotSend()
    row, made = _write(person, step, channel, key)
    if not made:
        return row
    whole = {**dict.fromkeys(texts.FIELDS, ""), "企业": organisation_of(actor).name, "小区": person.community.name, **values}
    parcel = Parcel(
        f"t{row.pk}", to, texts.fill(version.subject, whole), texts.fill(version.body, whole), texts.ordered(version.body, whole),
        template=version.carrier_template,
    )  # fmt: skip
    try:
        sender_of(carrier).send(parcel)
    except Unclear as error:
        return _end(row, Transactional.State.UNSURE, error.reason, actor.user_id)
    except CarrierError as error:
        _end(row, Transactional.State.FAILED, error.reason, actor.user_id)
        raise CannotSend() from error
    return _end(row, Transactional.State.SENT, "", actor.user_id)


def _write(person: Person, step: str, channel: str, key: str) -> tuple[Transactional, bool]:
    """The row before anything goes out; whether it is new."""
    try:
        with transaction.atomic():
            row = Transactional.objects.create(
                organisation_id=person.organisation_id, community_id=person.community_id, person=person, step=step, channel=channel,
                key=key, made_at=clock.now(),
            )  # fmt: skip
        return row, True
    except IntegrityError:
        return Transactional.objects.get(organisation_id=person.organisation_id, key=key), False


@transaction.atomic
def _end(row: Transactional, state: str, reason: str, user_id: int) -> Transactional:
    row.state, row.reason = state, reason
    row.save(update_fields=["state", "reason"])
    if state != Transactional.State.FAILED:
        now = clock.now()
        log_sent(
            [
                Contact(
                    organisation_id=row.organisation_id, community_id=row.community_id, person_id=row.person_id, state=Contact.State.DONE,
                    channel=row.channel, purpose=Purpose.CODE.value, at=now, outcome=Contact.Outcome.SENT, source_ref=f"code:{row.pk}",
                    made_by_id=user_id, made_at=now, closed_by_id=user_id, closed_at=now,
                )
            ]
        )  # fmt: skip
    return row
