"""Subscribe, and send each morning's brief once."""

from __future__ import annotations

import logging

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from wuyefei.foundation.access.actor import Actor, load_actor
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Invalid
from wuyefei.foundation.platform import audit, clock, vault
from wuyefei.relations.notices.public import MailUnsure, send_staff_mail

from .models import Delivery, Subscription
from .queries import brief
from .rules import letter

log = logging.getLogger("wuyefei.briefing")


def masked(address: str) -> str:
    """y***@example.com."""
    name, _sign, host = address.partition("@")
    return f"{name[:1]}***@{host}"


@transaction.atomic
def subscribe(address: str, *, actor: Actor) -> Subscription:
    """Send the brief to an address of one's own from tomorrow morning on. Raises ``Invalid``."""
    actor.require_anywhere(Permission.REPORT_VIEW)
    clean = address.strip()
    try:
        validate_email(clean)
    except ValidationError as error:
        raise Invalid(field="邮箱", reason="不像邮箱地址") from error
    if len(clean) > 120:
        raise Invalid(field="邮箱", reason="太长")
    row, _made = Subscription.objects.update_or_create(
        user_id=actor.user_id,
        defaults={
            "organisation_id": actor.organisation_id, "address_locked": vault.seal_secret(clean), "address_shown": masked(clean)[:80], "made_at": clock.now(),
        },
    )  # fmt: skip
    audit.record(actor, "briefing.subscribe", row, after={"address": row.address_shown})
    return row


@transaction.atomic
def unsubscribe(*, actor: Actor) -> None:
    """No more e-mails; the address is forgotten."""
    row = Subscription.objects.select_for_update().filter(user_id=actor.user_id).first()
    if row is not None:
        audit.record(actor, "briefing.unsubscribe", row)
        row.delete()


def send_due(organisation_id: int | None) -> int:
    """The morning's work: everybody who has subscribed and is still in work gets theirs, once; returns how many went out."""
    rows = Subscription.objects.filter(user__is_active=True)
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    return sum(_send(row) for row in rows.select_related("user").order_by("pk"))


def _send(row: Subscription) -> bool:
    """Written before it is sent: what a killed worker leaves is not sent again."""
    delivery, made = Delivery.objects.get_or_create(
        user=row.user, on=clock.today(), defaults={"organisation_id": row.organisation_id, "at": clock.now()}
    )
    if not made:
        return False
    try:
        _post(row, row.user)
    except MailUnsure as error:
        _end(delivery, Delivery.State.UNSURE, error.text)
        return False
    except DomainError as error:
        log.warning("brief of user %s: %s", row.user_id, error.code)
        _end(delivery, Delivery.State.FAILED, error.text)
        return False
    _end(delivery, Delivery.State.SENT, "")
    return True


def _post(row: Subscription, user: User) -> None:
    found = brief(load_actor(user))
    subject = f"{found.organisation} 每日简报 {found.day}"
    send_staff_mail(row.organisation_id, vault.open_secret(bytes(row.address_locked)), subject, letter(found), key=f"brief-{row.pk}-{found.day}")


def _end(delivery: Delivery, state: str, reason: str) -> None:
    delivery.state, delivery.reason = state, reason[:120]
    delivery.save(update_fields=["state", "reason"])
