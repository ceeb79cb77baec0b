"""Saving and removing views. A view holds only a filter: whoever opens it sees their own places."""

from __future__ import annotations

from django.db import transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound
from wuyefei.foundation.kernel.text import tidy
from wuyefei.foundation.platform import audit, clock

from .models import SavedView
from .rules import BUILT_IN, Filter

MAX_VIEWS = 30


class TooManyViews(DomainError):
    code = "too_many_views"
    message = "最多存 {limit} 个视图，请先删去不用的。"


@transaction.atomic
def save_view(name: str, chosen: Filter, *, shared: bool, actor: Actor) -> SavedView:
    """Keep a filter under a name; one's own view of that name is replaced. Raises ``Invalid`` for the name."""
    actor.require_anywhere(Permission.BILLING_VIEW)
    clean = tidy(name)
    if not 1 <= len(clean) <= 20:
        raise Invalid(field="视图名称", reason="应为 1 到 20 个字")
    if clean in {title for title, _ in BUILT_IN}:
        raise Invalid(field="视图名称", reason="与自带的视图重名")
    if shared and (chosen.text or chosen.home):
        raise Invalid(field="视图", reason="查找了某人或某户，不能共享")
    User.objects.select_for_update().get(pk=actor.user_id)
    own = SavedView.objects.filter(organisation_id=actor.organisation_id, owner_id=actor.user_id)
    row = own.filter(name=clean).first()
    if row is None and own.count() >= MAX_VIEWS:
        raise TooManyViews(limit=MAX_VIEWS)
    before = {"query": row.query, "shared": row.shared} if row else None
    row = row or SavedView(organisation_id=actor.organisation_id, owner_id=actor.user_id, name=clean, made_at=clock.now())
    row.query, row.shared = chosen.query, shared
    row.save()
    audit.record(actor, "arrears.save_view", row, before=before, after={"query": row.query, "shared": shared})
    return row


@transaction.atomic
def drop_view(view_id: int, *, actor: Actor) -> None:
    """Remove one's own view; that of somebody else is ``NotFound``."""
    row = (
        SavedView.objects.select_for_update()
        .filter(pk=view_id, organisation_id=actor.organisation_id, owner_id=actor.user_id)
        .first()
    )
    if row is None:
        raise NotFound()
    audit.record(actor, "arrears.drop_view", row, before={"query": row.query, "shared": row.shared})
    row.delete()
