"""Printed letters: every queued one of a batch in one document, sorted by building, ready for window envelopes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from wuyefei.foundation.access.actor import Actor, organisation_of
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.typesetting import typeset
from wuyefei.relations.contacts.public import Contact

from ..models import Batch, Carrier, Message, Target, Version
from ..queries import get_batch
from ..rules import texts
from .judging import judge, log_contacts

LETTER = Path(__file__).resolve().parents[1] / "letter.typ"
CHUNK = 500
"""Letters in a transaction: an interrupted printing goes on with what is missing."""
POSTED = """UPDATE notices_message m SET attempts = 1, state = 'sent', sent_at = %s, "values" = n.filled::jsonb, target_ids = n.homes::bigint[]
  FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS n(id, filled, homes) WHERE m.id = n.id"""


class NoLetters(DomainError):
    code = "no_letters"
    message = "这一批没有信函。"


def print_letters(batch_id: int, *, actor: Actor) -> bytes:
    """The letters of a batch as one PDF. Queued ones are judged by the guard, fixed and logged as posted; printing again
    gives the same letters. Raises ``NoLetters``."""
    batch = get_batch(actor, batch_id)
    actor.require(Permission.NOTICE_SEND, batch.community_id)
    waiting = Message.objects.filter(batch=batch, channel="letter", state=Message.State.QUEUED)
    ids = list(waiting.order_by("pk").values_list("pk", flat=True))
    for n in range(0, len(ids), CHUNK):
        _fix(ids[n : n + CHUNK], actor)
    whole = letters_document(batch_id, actor=actor)
    if not whole["letters"]:
        raise NoLetters()
    audit.record(actor, "notice.letters", batch, after={"count": len(whole["letters"])})
    return typeset(LETTER, whole, clock.today())


def letters_document(batch_id: int, *, actor: Actor) -> dict[str, Any]:
    """What the page layout is given for the letters of a batch that have been posted, sorted by building."""
    batch = get_batch(actor, batch_id)
    rows = Message.objects.filter(batch=batch, channel="letter", state__in=(Message.State.SENT, Message.State.DELIVERED))
    facts = rows.order_by("property__sort_key", "pk").values_list("values", "version_id", "property__code")
    return document(batch, list(facts), actor)


@transaction.atomic
def _fix(message_ids: Sequence[int], actor: Actor) -> None:
    """Letters as they go into their envelopes: judged, fixed and logged in one transaction."""
    rows = Message.objects.select_for_update().filter(pk__in=message_ids, state=Message.State.QUEUED)
    going = judge(list(rows.prefetch_related("version", "community", "batch").order_by("pk")), actor)
    if not going:
        return
    for message in going:
        message.attempts = 1
    homes = ["{" + ",".join(map(str, message.target_ids)) + "}" for message in going]
    values = [json.dumps(message.values, ensure_ascii=False) for message in going]
    with connection.cursor() as cursor:
        cursor.execute(POSTED, [clock.now(), [message.pk for message in going], values, homes])
    log_contacts(going, actor, Contact.State.DONE, Contact.Outcome.SENT)
    Target.objects.filter(pk__in=[pk for message in going for pk in message.target_ids]).update(state=Target.State.REACHED)


def document(batch: Batch, rows: Sequence[tuple[dict[str, str], int, str]], actor: Actor) -> dict[str, Any]:
    """What the page layout is given; a row is (values, version, room)."""
    carrier = Carrier.objects.filter(organisation_id=batch.organisation_id, channel="letter").first()
    back = str(carrier.settings.get("return_address", "")) if carrier else ""
    name, place = organisation_of(actor).name, batch.community.name
    versions = Version.objects.in_bulk({version_id for _values, version_id, _code in rows})
    return {
        "title": f"{place} {batch.due_on}", "author": name, "organisation": name, "back": back, "date": clock.today().isoformat(),
        "letters": [_letter(values, versions[version_id], f"{place} {values.get('房号', code)}") for values, version_id, code in rows],
    }  # fmt: skip


def _letter(values: dict[str, str], version: Version, place: str) -> dict[str, Any]:
    """One letter; of a person whose data has been erased only the address is left."""
    if not values:
        return {"to": "", "place": place, "subject": "", "paragraphs": []}
    lines = texts.fill(version.body, values).splitlines()
    return {
        "to": values.get("称呼", ""), "place": place, "subject": texts.fill(version.subject, values), "paragraphs": [line for line in lines if line.strip()],
    }
