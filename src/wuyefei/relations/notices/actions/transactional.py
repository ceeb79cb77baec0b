"""Messages to one reader, sent at once: one-time codes that they have just asked for, and word of a demand letter or of a
debit that failed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from wuyefei.estate.people.public import Person, open_mobiles
from wuyefei.foundation.access.actor import SYSTEM, Actor, organisation_of, service_actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock
from wuyefei.relations.contacts.public import (
    Channel,
    Contact,
    Facts,
    Purpose,
    Refused,
    Step,
    StepRefused,
    Wanted,
    check,
    gather,
    limits_of,
    log_sent,
)

from ..carriers import sender_of
from ..channels.base import CarrierError, Parcel, Unclear
from ..models import Carrier, Transactional, Version
from ..queries import approved, carriers
from ..rules import texts

PURPOSES = {"code": Purpose.CODE, "demand": Purpose.LEGAL, "debit": Purpose.BILL}
"""What a message of a step is to its reader: the guard judges it by that."""


class CannotSend(DomainError):
    code = "cannot_send"
    message = "现在发不出短信，请稍后再试或到服务台办理。"


@dataclass(frozen=True, slots=True)
class Outsider:
    """Somebody on no register, served for the community that let them in: family or a tenant whom an owner invited."""

    community: Community
    mobile: str


def missing_for(organisation_id: int, step: str = "code", channel: str = "sms") -> list[str]:
    """What an organisation still lacks to send ``step`` on ``channel``: ``carrier`` or ``template``, both, or neither."""
    ready = {"carrier": channel in carriers(organisation_id), "template": channel in approved(organisation_id, step)}
    return [name for name, there in ready.items() if not there]


def anybody_sends(step: str = "code", channel: str = "sms") -> bool:
    """Whether any organisation of the installation can send ``step`` on ``channel``."""
    held = Carrier.objects.filter(enabled=True, channel=channel).values("organisation_id")
    return Version.objects.filter(
        template__step=step, template__channel=channel, state=Version.State.APPROVED, template__organisation_id__in=held
    ).exists()


def send_transactional(
    reader: Person | Outsider, values: Mapping[str, str], *, key: str, step: str = "code", channel: str = "sms", about: Collection[int] = (),
) -> Transactional:
    """Send somebody one message, now, by the approved text of ``step``; ``about`` names the receivables it speaks of. The same ``key`` is sent once: again it
    returns what became of it, and what a dead worker left under way is unsure from then on.

    ``values`` fill the text's fields and are kept nowhere. For callers that have made sure who asks, and how often.
    Raises ``CannotSend`` where the channel is off, the text not approved or the carrier does not take it, and
    ``StepRefused`` where the guard forbids it (an erased person, a wrong number).
    """
    person = reader if isinstance(reader, Person) else None
    place = reader.community
    actor = service_actor(place.organisation_id, SYSTEM)
    version, carrier = approved(place.organisation_id, step).get(channel), carriers(place.organisation_id).get(channel)
    if version is None or carrier is None:
        raise CannotSend()
    whole = {**dict.fromkeys(texts.FIELDS, ""), "企业": organisation_of(actor).name, "小区": place.name, "电话": place.phone, **values}
    _refuse(place.organisation_id, person, Step(Channel(channel), PURPOSES[step], clock.now(), text=texts.fill(version.body, whole)), about)
    to = reader.mobile if isinstance(reader, Outsider) else open_mobiles([reader.pk], actor=actor).get(reader.pk, "")
    if not to:
        raise CannotSend()
    row, made = _write(place, person, step, channel, key)
    if not made:
        return row
    return _hand_over(row, carrier, _parcel(row, to, version, whole), actor, about)


def _refuse(organisation_id: int, person: Person | None, step: Step, about: Collection[int]) -> None:
    """Raises ``StepRefused`` where the guard forbids it; of an outsider it knows nothing but the hour."""
    if person is None:
        facts = Facts(limits=limits_of(organisation_id))
    else:
        facts = gather(organisation_id, [Wanted(person.pk, tuple(about))], step.at)[person.pk]
    verdict = check(step, now=step.at, facts=facts)
    if isinstance(verdict, Refused):
        raise StepRefused(verdict)


def _parcel(row: Transactional, to: str, version: Version, values: Mapping[str, str]) -> Parcel:
    return Parcel(
        f"t{row.pk}", to, texts.fill(version.subject, values), texts.fill(version.body, values), texts.ordered(version.body, values),
        template=version.carrier_template,
    )  # fmt: skip


def _hand_over(row: Transactional, carrier: Carrier, parcel: Parcel, actor: Actor, about: Collection[int]) -> Transactional:
    try:
        sender_of(carrier).send(parcel)
    except Unclear as error:
        return _end(row, Transactional.State.UNSURE, error.reason, actor.user_id, about)
    except CarrierError as error:
        _end(row, Transactional.State.FAILED, error.reason, actor.user_id, about)
        raise CannotSend() from error
    return _end(row, Transactional.State.SENT, "", actor.user_id, about)


def _write(place: Community, person: Person | None, step: str, channel: str, key: str) -> tuple[Transactional, bool]:
    """The row before anything goes out; whether it is new."""
    try:
        with transaction.atomic():
            row = Transactional.objects.create(
                organisation_id=place.organisation_id, community=place, person=person, step=step, channel=channel, key=key,
                made_at=clock.now(),
            )  # fmt: skip
        return row, True
    except IntegrityError:
        row = Transactional.objects.get(organisation_id=place.organisation_id, key=key)
    if row.state == Transactional.State.SENDING:
        row.state, row.reason = Transactional.State.UNSURE, "worker_gone"
        row.save(update_fields=["state", "reason"])
    return row, False


@transaction.atomic
def _end(row: Transactional, state: str, reason: str, user_id: int, about: Collection[int]) -> Transactional:
    row.state, row.reason = state, reason
    row.save(update_fields=["state", "reason"])
    if state != Transactional.State.FAILED and row.person_id is not None:
        now = clock.now()
        log_sent(
            [
                Contact(
                    organisation_id=row.organisation_id, community_id=row.community_id, person_id=row.person_id, state=Contact.State.DONE,
                    channel=row.channel, purpose=PURPOSES[row.step].value, at=now, outcome=Contact.Outcome.SENT, source_ref=f"{row.step}:{row.pk}",
                    receivable_ids=sorted(about),
                    made_by_id=user_id, made_at=now, closed_by_id=user_id, closed_at=now,
                )
            ]
        )  # fmt: skip
    return row
