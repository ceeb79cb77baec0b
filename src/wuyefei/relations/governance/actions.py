"""Make a statement, hand it to a second person, publish it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from wuyefei.foundation.access.actor import Actor, get_community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock

from . import rules
from .filing import copy_files, locked_draft
from .models import Statement, StatementLine
from .queries import composition, digest_of, entries_of, get_statement, parts_of
from .rules import EmptyStatement, Entry, Part, StatementChanged, StatementOpen

PUBLISH_KIND = "governance.publish"


@transaction.atomic
def new_statement(community_id: int, day: dt.date, *, actor: Actor) -> Statement:
    """A draft for the quarter of ``day``, with the composition last published. Raises ``StatementOpen``."""
    place = get_community(actor, community_id, Permission.DISCLOSURE_EDIT)
    quarter = rules.quarter_of(day)
    if Statement.objects.filter(community=place, quarter=quarter).exclude(state=Statement.State.PUBLISHED).exists():
        raise StatementOpen()
    parts = [[part.name, part.percent, part.note] for part in composition(place.pk)]
    row = Statement.objects.create(
        organisation_id=place.organisation_id, community=place, quarter=quarter, parts=parts, made_by_id=actor.user_id, made_at=clock.now()
    )
    audit.record(actor, "statement.create", row)
    return row


@transaction.atomic
def save_draft(statement_id: int, entries: Sequence[Entry], parts: Sequence[Part], services: str, *, actor: Actor) -> Statement:
    """Replace everything a draft says. Raises ``Invalid``, ``StatementFixed``; then the draft is as it was."""
    row = locked_draft(statement_id, actor)
    kept = [rules.check_entry(entry) for entry in entries]
    if len(kept) > rules.MAX_LINES:
        raise Invalid(field="明细", reason="最多 60 行，请合并同类")
    row.parts = [[part.name, part.percent, part.note] for part in rules.check_parts(parts)]
    row.services = limited(services, "服务内容", 800)
    row.save(update_fields=["parts", "services"])
    row.lines.all().delete()
    StatementLine.objects.bulk_create(
        [
            StatementLine(
                organisation_id=row.organisation_id, community_id=row.community_id, statement=row, public=entry.public,
                income=entry.income, name=entry.name, amount_fen=entry.amount_fen, note=entry.note, position=position,
            )
            for position, entry in enumerate(kept)
        ]
    )  # fmt: skip
    audit.record(actor, "statement.save", row, after={"lines": len(kept)})
    return row


@transaction.atomic
def ask_publish(statement_id: int, *, actor: Actor) -> Request:
    """Hand the draft to a second person; from then on nobody changes it."""
    row = locked_draft(statement_id, actor)
    entries = entries_of(row)
    if not entries:
        raise EmptyStatement()
    sums = rules.sums_of(entries)
    row.digest = digest_of(row)
    row.state = Statement.State.WAITING
    row.save(update_fields=["state", "digest"])
    payload = {
        "digest": row.digest, "income_fen": sums.income_fen, "spending_fen": sums.spending_fen,
        "public_in_fen": sums.public_in_fen, "public_out_fen": sums.public_out_fen,
    }  # fmt: skip
    return approvals.ask(PUBLISH_KIND, row, actor=actor, community_id=row.community_id, payload=payload, reason="季度收支公示")


def publish(request: Request, actor: Actor) -> None:
    """Carried out on approval."""
    row = Statement.objects.select_for_update(of=("self",)).select_related("community").get(pk=request.subject_id)
    if digest_of(row) != request.payload["digest"]:
        raise StatementChanged()
    row.state, row.published_by_id, row.published_at = Statement.State.PUBLISHED, actor.user_id, clock.now()
    row.save(update_fields=["state", "published_by", "published_at"])
    audit.record(actor, "statement.publish", row)
    audit.publish(actor, "governance.published", community_id=row.community_id, statement=row.pk)


def hand_back(request: Request, actor: Actor) -> None:
    """Refused: it is a draft again."""
    Statement.objects.filter(pk=request.subject_id, state=Statement.State.WAITING).update(state=Statement.State.DRAFT)


@transaction.atomic
def correct(statement_id: int, *, actor: Actor) -> Statement:
    """A new draft of a published quarter, beginning as the published one; the latest published one counts."""
    earlier = get_statement(actor, statement_id)
    made = new_statement(earlier.community_id, earlier.quarter, actor=actor)
    row = save_draft(made.pk, entries_of(earlier), parts_of(earlier), earlier.services, actor=actor)
    copy_files(earlier, row, actor=actor)
    return row
