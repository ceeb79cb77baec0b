"""Papers: frozen when made, printed as often as needed. Court papers show numbers in clear, for a purpose that is noted."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import override

from wuyefei.estate.people.public import check_purpose, reveal
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.typesetting import typeset

from ..composing.court import COURT_PAPERS
from ..composing.pack import pack_data
from ..models import Matter, Paper
from .opening import lock_matter, note

TEMPLATE = Path(__file__).resolve().parents[1] / "paper.typ"


def freeze(matter: Matter, kind: str, data: dict[str, Any], on: dt.date, *, actor: Actor) -> Paper:
    """Keep a paper as data under its digest; the caller holds the matter's lock."""
    return Paper.objects.create(
        organisation_id=matter.organisation_id, community_id=matter.community_id, matter=matter, kind=kind, on=on, data=data,
        digest=digest(data), made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip


def digest(data: Any) -> str:
    """SHA-256 of the canonical JSON: keys in order, no idle spaces, UTF-8."""
    return hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


@transaction.atomic
def make_paper(matter_id: int, kind: str, *, actor: Actor) -> Paper:
    """Compose a paper from the facts of today and freeze it. A pack of the same facts is not kept twice."""
    matter, today = lock_matter(matter_id, actor), clock.today()
    with override(settings.LANGUAGE_CODE):  # papers are Chinese, in whatever language they are asked for
        data = pack_data(matter, today, actor=actor) if kind == Paper.Kind.PACK else COURT_PAPERS[kind](matter, today, actor)
    known = Paper.objects.filter(matter=matter, kind=kind, digest=digest(data)).first()
    if known is not None:
        return known
    paper = freeze(matter, kind, data, today, actor=actor)
    note(matter, "paper", {"paper": paper.get_kind_display(), "digest": paper.digest}, actor=actor)
    audit.record(actor, "legal.paper", paper, after={"kind": kind, "digest": paper.digest})
    return paper


@transaction.atomic
def printed(paper: Paper, *, purpose: str = "", actor: Actor) -> bytes:
    """The PDF. A court paper asks for a purpose and for the right to see numbers: who printed it is on record."""
    actor.require(Permission.LEGAL_VIEW, paper.community_id)
    person = paper.matter.person
    marks = {"⟦name⟧": person.name, "⟦mobile⟧": person.mobile_shown or "—", "⟦identity⟧": person.identity_shown or "—"}
    if paper.kind in Paper.COURT:
        actor.require(Permission.LEGAL_WORK, paper.community_id)
        check_purpose(purpose)
        for field, known in (("mobile", person.mobile_shown), ("identity", person.identity_shown)):
            if known:  # where none is on record there is nothing to reveal
                marks[f"⟦{field}⟧"] = reveal(person.pk, field, purpose, actor=actor)
    audit.record(actor, "legal.print", paper, reason=purpose)
    return typeset(TEMPLATE, _filled(paper.data, marks) | {"digest": paper.digest}, paper.on)


def _filled(value: Any, marks: dict[str, str]) -> Any:
    if isinstance(value, str):
        for mark, text in marks.items():
            value = value.replace(mark, text)
        return value
    if isinstance(value, dict):
        return {key: _filled(part, marks) for key, part in value.items()}
    if isinstance(value, list):
        return [_filled(part, marks) for part in value]
    return value
