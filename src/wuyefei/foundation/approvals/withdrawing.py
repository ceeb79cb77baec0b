"""Taking a request back, from the page of what it is about."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from wuyefei.foundation.access.gate import actor_of
from wuyefei.foundation.shell.refusals import attempt

from .actions import cancel
from .queries import open_request


def withdraw(request: HttpRequest, subject_id: int, *kinds: str, done: str = "") -> None:
    """Whoever asked takes back what waits about a subject, under the first of the kinds that does, and the next page says so; also that
    nothing waits any more. For pages that have checked the subject's place."""
    actor = actor_of(request)
    pending = next((found for kind in kinds if (found := open_request(actor, kind, subject_id))), None)
    if pending is None:
        messages.info(request, _("没有等待复核的申请，可能已经处理过了。"))
        return
    if attempt(request, lambda: cancel(pending.pk, actor=actor)) is not None:
        messages.success(request, done or _("已撤回"))
