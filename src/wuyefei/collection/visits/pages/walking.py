"""One route on a phone: the checklist, door after door, proofs, and the papers for it."""

from __future__ import annotations

import secrets
from typing import Any

import segno
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wuyefei.collection.followup.public import CaseMoved, Reason, overdue_bills
from wuyefei.foundation import environment
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound, spoken
from wuyefei.foundation.kernel.money import yuan
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.pictures import MOST_BYTES
from wuyefei.relations.contacts.public import StepRefused

from .. import actions, queries
from ..forms import OUTCOMES, VisitForm
from ..models import Route, Stop
from ..printing import papers_pdf, sheet_pdf
from ..rules import READINESS

FROM = "visit"
"""Where those who follow the code at the door come from, as they are counted."""


def pay_address(request: HttpRequest) -> str:
    """The owners' phone pages, where the person signs in and sees and pays their own bills."""
    return environment.owners_url(FROM) or request.build_absolute_uri(f"{environment.OWNERS_PATH}?from={FROM}")


@require_GET
@needs(Permission.FOLLOW_VIEW)
def route(request: HttpRequest, route_id: int) -> HttpResponse:
    """All doors on one page, so that it goes on where there is no network."""
    actor, today = actor_of(request), clock.today()
    row = queries.get_route(actor, route_id)
    rows = list(queries.stops(actor).filter(route=row).order_by("number"))
    mine = actor.may(Permission.FOLLOW_WORK, row.community_id) and (
        actor.user_id in (row.first_id, row.second_id) or actor.may(Permission.FOLLOW_MANAGE, row.community_id)
    )
    open_rows = [one for one in rows if one.state == Stop.State.OPEN]
    refused = queries.refusals(open_rows, clock.now()) if row.state == Route.State.WALKING else {}
    proofs = queries.proofs_of([one.pk for one in rows])
    address = pay_address(request)
    picture = segno.make(address, error="m", micro=False).svg_inline(omitsize=True, border=2, dark="#16181d", light="#fff")
    context = {
        "route": row, "stops": [_dressed(one, actor, refused, proofs) for one in rows], "today": today, "mine": mine, "late": row.on != today,
        "panic": row.panic or queries.panic_number(row.community_id), "readiness": [(code, _(words)) for code, words in READINESS.items()],
        "left": len(open_rows), "reached": sum(one.state in (Stop.State.DONE, Stop.State.PAID) for one in rows), "pay": address,
        "picture": mark_safe(picture), "outcomes": OUTCOMES, "reasons": Reason.choices,  # noqa: S308
    }  # fmt: skip
    return render(request, "visits/route.html", context)


def _dressed(stop: Stop, actor: Actor, refused: dict[int, Any], proofs: dict[int, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"row": stop, "proofs": proofs.get(stop.pk, []), "note": "", "key": secrets.token_urlsafe(18)}
    if stop.state == Stop.State.OPEN:
        bills, disputed = overdue_bills(actor, stop.person_id, clock.today())
        total = sum(bill.total_fen for bill in bills)
        found |= {"total_fen": total, "total_text": yuan(total), "count": len(bills), "settled": not bills and not disputed, "seen": stop.case.acts}
        if stop.pk in refused and not found["settled"]:
            found["note"] = spoken(refused[stop.pk].reason)
    return found


@require_POST
@needs(Permission.FOLLOW_WORK)
def start(request: HttpRequest, route_id: int) -> HttpResponse:
    """Begin the walk when everything is ticked."""
    try:
        actions.start(route_id, request.POST.getlist("ready"), actor=actor_of(request))
    except StepRefused as error:
        messages.error(request, spoken(error.verdict.reason))
    except (actions.NotReady, actions.RouteMoved) as error:
        messages.error(request, error.text)
    return redirect("visits:route", route_id)


@require_POST
@needs(Permission.FOLLOW_WORK)
def end(request: HttpRequest, route_id: int) -> HttpResponse:
    """The walk is over, or taken back before it began."""
    actor = actor_of(request)
    if request.POST.get("cancel"):
        actions.cancel_route(route_id, request.POST.get("reason", ""), actor=actor)
        messages.success(request, _("路线单已取消，这些户可以另排。"))
        return redirect("visits:listed")
    actions.finish(route_id, actor=actor)
    messages.success(request, _("已走完。没有去的户可以另排。"))
    return redirect("visits:route", route_id)


@require_POST
@needs(Permission.FOLLOW_WORK)
def visited(request: HttpRequest, stop_id: int) -> HttpResponse:
    """Write down a visit; the page sends it in the background and again after a lost connection."""
    actor = actor_of(request)
    stop = queries.get_stop(actor, stop_id)
    form = VisitForm(request.POST, request.FILES)
    acts = None
    if form.is_valid():
        try:
            stop = actions.visited(stop_id, _entry(form), actor=actor)
        except (NotFound, Forbidden):
            raise
        except CaseMoved as error:
            form.add_error(None, error.text)
            acts = error.data["acts"]
        except DomainError as error:
            form.add_error(None, error.text)
    errors = [str(text) for texts in form.errors.values() for text in texts]
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"errors": errors, "acts": acts} if errors else {"state": str(stop.get_state_display())}, status=422 if errors else 200)
    for text in errors:
        messages.error(request, text)
    return redirect("visits:route", stop.route_id)


def _entry(form: VisitForm) -> actions.Visited:
    data = form.cleaned_data
    return actions.Visited(
        data["client_key"], data["seen"], data["outcome"], data["at"] or clock.now(), data["reason"], data["note"], data["promise"],
        data["promise_on"], _bytes(data["photo"]), _bytes(data["signature"]),
    )  # fmt: skip


def _bytes(file: UploadedFile | None) -> bytes:
    """The bytes of a picture, never more than it takes to see that they are too many."""
    return file.read(MOST_BYTES + 1) if file else b""


@require_POST
@needs(Permission.FOLLOW_WORK)
def skip(request: HttpRequest, stop_id: int) -> HttpResponse:
    """Nobody goes to this door today."""
    stop = actions.leave_out(stop_id, request.POST.get("reason", ""), actor=actor_of(request))
    return redirect("visits:route", stop.route_id)


@require_GET
@needs(Permission.FOLLOW_VIEW)
def sheet(request: HttpRequest, route_id: int) -> HttpResponse:
    """The route on paper: doors in order, no names and no amounts."""
    actor = actor_of(request)
    row = queries.get_route(actor, route_id)
    rows = list(queries.stops(actor).filter(route=row).exclude(state=Stop.State.SKIPPED).order_by("number"))
    return _pdf(sheet_pdf(row, rows, queries.panic_number(row.community_id)), f"visits-{row.on}-{row.pk}.pdf")


@require_POST
@needs(Permission.FOLLOW_WORK)
def papers(request: HttpRequest, route_id: int) -> HttpResponse:
    """The bills to hand over, each with a cover that shows the door alone; who printed them is on record."""
    actor = actor_of(request)
    row = queries.get_route(actor, route_id)
    bills = {stop: overdue_bills(actor, stop.person_id, clock.today())[0] for stop in actions.printed(route_id, actor=actor)}
    return _pdf(papers_pdf(row, bills, pay_address(request)), f"papers-{row.on}-{row.pk}.pdf")


def _pdf(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "private, no-store"})


@require_GET
@needs(Permission.FOLLOW_VIEW)
def proof(request: HttpRequest, proof_id: int) -> HttpResponse:
    """A photograph or a signature."""
    row = queries.get_proof(actor_of(request), proof_id)
    if row.erased_on is not None:
        raise NotFound()
    return HttpResponse(bytes(row.content), content_type=row.content_type, headers={"Cache-Control": "private, max-age=86400"})
