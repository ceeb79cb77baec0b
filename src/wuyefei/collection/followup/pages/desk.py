"""催缴工作台: the next household, on a phone; logging how it went."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wuyefei.estate.people.public import reveal
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.relations.contacts.public import Channel

from ..actions.acting import CaseMoved, Log, Logged, log
from ..forms import LogForm
from ..models import Case, Reason
from ..queries.cases import ahead, done_today, get_case, overdue_bills, waiting
from .common import actor_of, dressed, facts_for, may_contact, note_of

BEHIND = 5
COUNTED = 999
"""More waiting households than this are not counted out."""


@require_GET
@needs(Permission.FOLLOW_WORK)
def desk(request: HttpRequest) -> HttpResponse:
    """Who is next, why now, what to say, and how it went: one household at a time."""
    actor, today = actor_of(request), clock.today()
    mark = request.GET.get("at", "")
    found, count, done = ahead(actor, today, mark, BEHIND), waiting(actor, today, COUNTED + 1), done_today(actor, today)
    context: dict[str, Any] = {"waiting": f"{COUNTED}+" if count > COUNTED else count, "done": done, "skip": found.skip, "skipped": bool(mark)}
    context["share"] = done * 100 // (count + done) if count + done else 100
    if found.case is not None:
        context |= dressed(found.case, actor) | _blank(found.case) | {"behind": found.behind}
    return render(request, "followup/desk.html", context)


def _blank(case: Case, kept: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the form of a call needs: a key of its own, and what has been typed already."""
    return {"key": (kept or {}).get("client_key") or secrets.token_urlsafe(18), "reasons": Reason.choices, "kept": kept or {}}


@require_POST
@needs(Permission.FOLLOW_WORK)
def log_contact(request: HttpRequest, case_id: int) -> HttpResponse:
    """Log how a contact went. Asked for by script (``Accept: application/json``) the answer is JSON, so that a form sent
    again after a lost connection knows whether it is done."""
    actor = actor_of(request)
    case = get_case(actor, case_id)
    actor.require(Permission.FOLLOW_WORK, case.community_id)
    form = LogForm(request.POST)
    moved = False
    if form.is_valid():
        try:
            done = log(case.pk, _entry(form), actor=actor)
        except (NotFound, Forbidden):
            raise
        except CaseMoved as error:
            form.add_error(None, error.text)
            moved = True
        except DomainError as error:
            form.add_error(None, error.text)
        else:
            return _logged(request, case, done)
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"errors": [str(text) for texts in form.errors.values() for text in texts], "moved": moved}, status=422)
    case.refresh_from_db()
    context = dressed(case, actor) | _blank(case, request.POST.dict()) | {"form": form, "moved": moved, "alone": True}
    return render(request, "followup/desk.html", context, status=422)


def _entry(form: LogForm) -> Log:
    data = form.cleaned_data
    return Log(
        data["client_key"], data["seen"], Channel(data["channel"]), data["outcome"], data["at"] or clock.now(), data["reason"], data["note"],
        data["promise"], data["promise_on"], data["next_at"], data["script"],
    )  # fmt: skip


def _logged(request: HttpRequest, case: Case, done: Logged) -> HttpResponse:
    if done.refused is not None:
        note = note_of(done.refused)
        messages.warning(request, _("已登记；但下一步没有排上：%(reason)s") % {"reason": note.reason})
    else:
        messages.success(request, _("已登记 %(code)s") % {"code": case.property.code})
    target = reverse("followup:case", args=[case.pk]) if request.POST.get("back") == "case" else reverse("followup:desk")
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"next": target, "again": done.again})
    return redirect(target)


@require_POST
@needs(Permission.FOLLOW_WORK)
def dial(request: HttpRequest, case_id: int) -> HttpResponse:
    """The number to call: only where a call is allowed now, and who saw it is on record."""
    actor = actor_of(request)
    case = get_case(actor, case_id)
    actor.require(Permission.FOLLOW_WORK, case.community_id)
    bills, _disputed = overdue_bills(actor, case.person_id, clock.today())
    note = may_contact(facts_for(case, bills), Channel.PHONE.value)
    mobile = "" if note else reveal(case.person_id, "mobile", _("催缴电话"), actor=actor)
    return render(request, "followup/_dial.html", {"note": note, "mobile": mobile, "case": case}, status=409 if note else 200)
