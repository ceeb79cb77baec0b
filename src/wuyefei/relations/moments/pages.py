"""Sources for those who run the place; the address that they call."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wuyefei.foundation.access.gate import actor_of, needs, public_page
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.refusals import refuse

from . import actions
from .forms import SourceForm
from .models import Source
from .queries import counts, get_source
from .queries import sources as rows_of
from .rules import OUTCOMES, SIZE, BadCall, BadSignature, Replayed, TooMany

HEADER = "X-Wuyefei-Signature"
DAYS = 30
STATUS: dict[type[DomainError], int] = {NotFound: 404, BadSignature: 403, Replayed: 409, TooMany: 429, BadCall: 400}


@csrf_exempt
@require_POST
@public_page
def events(request: HttpRequest, source_hook: str) -> HttpResponse:
    """Take an event. A genuine call is always answered alike: the source learns nothing of the household."""
    if len(request.body) > SIZE:
        return JsonResponse({"error": "too_large"}, status=413)
    try:
        actions.take_call(source_hook, request.headers.get(HEADER, ""), request.body)
    except (NotFound, BadSignature, TooMany, Replayed, BadCall) as error:
        later = {"Retry-After": "60"} if isinstance(error, TooMany) else {}
        return JsonResponse({"error": error.code}, status=STATUS[type(error)], headers=later)
    return JsonResponse({"result": "accepted"}, status=202)


@require_GET
def sources(request: HttpRequest) -> HttpResponse:
    """The sources of one's places, with what their events came to: for those who see notices or run the place."""
    actor = actor_of(request)
    if not actor.may(Permission.ADMIN):
        actor.require_anywhere(Permission.NOTICE_VIEW)
    rows = list(rows_of(actor).order_by("community__sort_key", "name"))
    found = counts([row.pk for row in rows], clock.today() - dt.timedelta(days=DAYS - 1))
    lines = [(row, sum(found[row.pk].values()), found[row.pk].get("sent", 0), _words(found[row.pk])) for row in rows]
    return render(request, "moments/sources.html", {"lines": lines, "may_add": actor.may(Permission.ADMIN), "days": DAYS})


def _words(found: dict[str, int]) -> list[tuple[str, int]]:
    """Outcomes other than a reminder, the most frequent first."""
    rest = sorted(((count, name) for name, count in found.items() if name != "sent"), reverse=True)
    return [(_(OUTCOMES[name]), count) for count, name in rest]


@require_http_methods(["GET", "POST"])
@needs(Permission.ADMIN)
def new(request: HttpRequest) -> HttpResponse:
    """A new source; its address and secret are shown once."""
    actor = actor_of(request)
    form = SourceForm(actor, None, request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            row, secret = actions.add_source(data["community"], data["name"], data["kind"], data["per_day"], actor=actor)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            refuse(form, error)
        else:
            return _shown(request, row, secret)
    return render(request, "moments/source.html", {"form": form, "row": None}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@needs(Permission.ADMIN)
def source(request: HttpRequest, source_id: int) -> HttpResponse:
    """One source: name, daily number, on or off."""
    actor = actor_of(request)
    row = get_source(actor, source_id)
    actor.require(Permission.ADMIN, row.community_id)
    form = SourceForm(actor, row, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_source(row.pk, actor=actor, **form.cleaned_data)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            refuse(form, error)
        else:
            messages.success(request, _("触点已保存"))
            return redirect("moments:sources")
    return render(request, "moments/source.html", {"form": form, "row": row, "address": _address(request, row)}, status=422 if form.errors else 200)


@require_POST
@needs(Permission.ADMIN)
def secret(request: HttpRequest, source_id: int) -> HttpResponse:
    """Another secret in place of the former one."""
    row, fresh = actions.new_secret(source_id, actor=actor_of(request))
    return _shown(request, row, fresh)


def _shown(request: HttpRequest, row: Source, fresh: str) -> HttpResponse:
    context: dict[str, Any] = {"row": row, "secret": fresh, "address": _address(request, row), "header": HEADER}
    response = render(request, "moments/secret.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


def _address(request: HttpRequest, row: Source) -> str:
    return request.build_absolute_uri(reverse("moments:events", args=[row.hook]))
