"""A person's answer to an objection."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.platform import audit, clock
from wuyefei.relations.service.public import words

from ..errors import NotReviewer, ReviewOver
from ..models import Review
from ..queries import get_review, reviewers
from ..rules import BOUNDS, HOLDS_DAYS, Cause
from .reckoning import reckon


def _open(review_id: int, actor: Actor) -> Review:
    seen = get_review(actor, review_id)
    actor.require(Permission.CREDIT_REVIEW, seen.community_id)
    row = Review.objects.select_for_update().get(pk=seen.pk)
    if row.state != Review.State.OPEN:
        raise ReviewOver()
    return row


@transaction.atomic
def assign(review_id: int, user_id: int, *, actor: Actor) -> Review:
    """Name the person who answers: one of those who may."""
    row = _open(review_id, actor)
    if user_id not in {one.pk for one in reviewers(actor, row.community_id)}:
        raise Invalid(field="复核人", reason="请选一位有复核权限的人")
    row.reviewer_id = user_id
    row.save(update_fields=["reviewer"])
    audit.record(actor, "credit.assign", row, after={"reviewer": user_id})
    return row


@transaction.atomic
def decide(review_id: int, letter: str, answer: str, *, actor: Actor) -> Review:
    """Uphold (``letter`` blank) or correct to a better one for a year, with a reason that the owner reads.

    Raises ``NotReviewer`` for anybody but the person named, ``ReviewOver``, ``Invalid``.
    """
    row = _open(review_id, actor)
    if row.reviewer_id != actor.user_id:
        raise NotReviewer()
    answer = words(answer, "理由", 400, required=True)
    if letter and letter not in better_ones(row.letter_then):
        raise Invalid(field="更正为", reason="只能更正为更好的一级")
    row.answer, row.decided_at = answer, clock.now()
    row.state = Review.State.CORRECTED if letter else Review.State.UPHELD
    row.corrected_letter = letter
    row.holds_until = clock.today() + dt.timedelta(days=HOLDS_DAYS) if letter else None
    row.save(update_fields=["answer", "decided_at", "state", "corrected_letter", "holds_until"])
    audit.record(actor, "credit.decide", row, after={"state": row.state, "letter": letter}, reason=answer)
    audit.publish(actor, "credit.decided", community_id=row.community_id, review=row.pk)
    if letter:
        reckon(row.community_id, clock.today(), row.person_id, Cause.REVIEW)
    return row


def better_ones(letter: str) -> list[str]:
    return [one for one, _least in BOUNDS if one < letter]
