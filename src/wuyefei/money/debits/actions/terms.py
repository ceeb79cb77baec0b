"""What a community agreed with its bank (product row D1)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from wuyefei.foundation.access.actor import Actor, get_community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import Invalid, Phrase
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock

from ..models import DebitTerms
from ..rules import APART_BOUNDS, ATTEMPT_BOUNDS
from ..rules.answers import parse_codes
from ..rules.layouts import Shape, parse_layout

MOST_TEXT = 4_000


@dataclass(frozen=True)
class TermsDraft:
    """Terms as they are typed; the texts are read before anything is kept."""

    merchant: str
    note: str
    shape: str
    columns: str
    back_shape: str
    back_columns: str
    codes: str
    attempts: int
    days_apart: int


@transaction.atomic
def save_terms(community_id: int, draft: TermsDraft, *, actor: Actor) -> DebitTerms:
    """Raises ``Invalid``, ``LayoutRefused`` naming the line of a text."""
    community = get_community(actor, community_id, Permission.CHANNEL_SETUP)
    for number, (least, most), name in ((draft.attempts, ATTEMPT_BOUNDS, "最多扣几次"), (draft.days_apart, APART_BOUNDS, "两次相隔天数")):
        if not least <= number <= most:
            raise Invalid(field=name, reason=Phrase("应为 {least} 到 {most}", least=least, most=most))
    if any(len(text) > MOST_TEXT for text in (draft.columns, draft.back_columns, draft.codes)):
        raise Invalid(field="列设置", reason="过长")
    parse_layout(draft.columns, Shape(draft.shape))
    if draft.back_shape == Shape.FIXED or draft.back_columns.strip():
        parse_layout(draft.back_columns, Shape(draft.back_shape), back=True)
    parse_codes(draft.codes)
    row = DebitTerms.objects.select_for_update().filter(community=community).first() or DebitTerms(
        organisation_id=actor.organisation_id, community=community)  # fmt: skip
    row.merchant, row.note = limited(draft.merchant, "商户号", 40, required=True), limited(draft.note, "摘要", 40)
    row.shape, row.columns, row.back_shape, row.back_columns = draft.shape, draft.columns, draft.back_shape, draft.back_columns
    row.codes, row.attempts, row.days_apart = draft.codes, draft.attempts, draft.days_apart
    row.changed_at, row.changed_by_id = clock.now(), actor.user_id
    row.save()
    audit.record(actor, "debit.terms", row, after={"merchant": row.merchant, "shape": row.shape, "attempts": row.attempts, "days_apart": row.days_apart})
    return row
