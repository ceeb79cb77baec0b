"""What the pages share: the tabs, reading what was posted, and saying what was refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from wuyefei.foundation.access.actor import Actor, visible_communities
from wuyefei.foundation.access.gate import StaffRequest
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.platform.paging import Page

from ..packing import NEEDED
from ..rules import Standing

STANDINGS = {Standing.OVERDUE: "late", Standing.FAILED: "late", Standing.SOON: "due", Standing.FINE: "paid", Standing.ENDED: "void"}


def shared(actor: Actor, tab: str) -> dict[str, Any]:
    return {
        "tab": tab, "places": visible_communities(actor, Permission.CONTROL_VIEW), "may_work": actor.may(Permission.CONTROL_WORK),
        "may_pack": all(actor.may(permission) for permission in NEEDED),
    }  # fmt: skip


def paged(page: Page[Any], keep: str = "") -> dict[str, str]:
    return {"newer": f"?at={page.newer}{keep}" if page.newer else "", "older": f"?at={page.older}{keep}" if page.older else ""}


def acted(request: StaffRequest, act: Callable[[], object], done: str, where: str, *args: object) -> HttpResponse:
    """Carry out an act and go to a page, which says that it was done, or why it was not."""
    try:
        act()
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
    else:
        messages.success(request, done)
    return redirect(where, *args)


def read_month(text: str) -> Month:
    try:
        return Month.parse(text)
    except Invalid as error:
        raise NotFound() from error
