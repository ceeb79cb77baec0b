"""The way of a one-time code to a phone: queued with the request for it, sealed, and sent once by the worker.

A worker that dies before it begins leaves the job to another; one that dies at the carrier leaves it unsure and the same
code is not sent again: whoever got none asks for a new one after a minute.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterator

from wuyefei.estate.people.public import Person
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.platform import clock, jobs, vault
from wuyefei.relations.contacts.public import StepRefused
from wuyefei.relations.notices.public import (
    CannotSend,
    Outsider,
    Transactional,
    anybody_sends,
    send_transactional,
)

from ..finding import registered
from ..marks import mark
from ..models import Binding, Code, Invitation
from ..sending import CodeMessage, register_code_sender

TASK = "accounts.send_code"
log = logging.getLogger("wuyefei.accounts")


def queue(message: CodeMessage) -> None:
    """Queue a code in the running transaction; its number and digits are sealed with the installation's key."""
    plain = json.dumps({"mobile": message.mobile, "code": message.code, "invitation": message.invitation_id})
    jobs.queue_task(TASK, challenge=message.challenge_hash, sealed=base64.b64encode(vault.seal_secret(plain)).decode())


def deliver(challenge: str, sealed: str) -> bool:
    """Send a queued code by the first organisation that knows its reader and can; whether it went out, or may have.

    A code that was used or is over meanwhile is not sent.
    """
    row = Code.objects.filter(challenge_hash=challenge, used_at__isnull=True, expires_at__gt=clock.now()).first()
    if row is None:
        return False
    plain = json.loads(vault.open_secret(base64.b64decode(sealed)))
    for reader in readers(plain["mobile"], plain["invitation"]):
        try:
            sent = send_transactional(reader, {"验证码": plain["code"]}, key=f"code:{challenge[:48]}")
        except (CannotSend, StepRefused) as error:
            log.warning("a code could not be sent for community %s: %s", reader.community.pk, error.code)
            continue
        if sent.state != Transactional.State.FAILED:
            return True
    return False


def readers(mobile: str, invitation_id: int | None) -> Iterator[Person | Outsider]:
    """Who a mobile is to those that may write to it: on their registers first, then a guest of a community, then
    whoever was shown the open invitation of one."""
    found = registered(mobile)
    people = {row.pk: row for row in Person.objects.select_related("community").filter(pk__in=[one.person_id for one in found])}
    yield from (people[one.person_id] for one in found)
    guest = Binding.objects.filter(account__mobile_mark=mark("mobile", mobile), ended_at__isnull=True, invitation__isnull=False)
    open_ = Invitation.objects.filter(pk=invitation_id or 0, revoked_at__isnull=True)
    places = {*guest.values_list("community_id", flat=True), *open_.values_list("community_id", flat=True)}
    for place in Community.objects.select_related("organisation").filter(pk__in=places).order_by("pk"):
        yield Outsider(place, mobile)


def register() -> None:
    register_code_sender(queue, anybody_sends)
