"""Emergency policies: the list, a new one, one of them with what it came to and its extra service."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.models import Region
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.queries import open_request
from wuyefei.foundation.kernel.dates import parse_day
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.paging import paginate
from wuyefei.foundation.shell.refusals import attempt

from .. import measures as queries
from ..actions import measures as actions
from ..forms import MeasureForm
from ..models import Measure
from ..papers import measure_pdf
from ..rules.emergency import MeasureState

TONES = {MeasureState.ASKED: "plan", MeasureState.RUNNING: "info", MeasureState.ENDED: "void", MeasureState.REFUSED: "void"}


def _dressed(row: Measure) -> Measure:
    kinds = dict(Property.Kind.choices)
    row.tone = TONES[MeasureState(row.state)]  # type: ignore[attr-defined]
    row.kind_words = "、".join(str(kinds[kind]) for kind in row.kinds) or _("全部")  # type: ignore[attr-defined]
    return row


@require_GET
@needs(Permission.BILLING_VIEW)
def listed(request: HttpRequest) -> HttpResponse:
    """The policies of the actor's communities, the latest first."""
    actor = actor_of(request)
    page = paginate(queries.measures(actor), ["-pk"], request.GET.get("at", ""))
    context = {"page": page, "rows": [_dressed(row) for row in page.rows], "may_set": actor.may(Permission.CONCESSION_EDIT)}
    return render(request, "concessions/measures.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.CONCESSION_EDIT)
def new(request: HttpRequest) -> HttpResponse:
    """Where, for whom, what: asked for, and decided by a second person."""
    actor = actor_of(request)
    places = visible_communities(actor, Permission.CONCESSION_EDIT)
    regions = Region.objects.filter(organisation_id=actor.organisation_id, communities__in=places).distinct().order_by("name")
    form = MeasureForm(
        request.POST if request.method == "POST" else None, regions=list(regions.values_list("pk", "name")),
        places=[(place.pk, place.name) for place in places],
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        chosen = actions.communities_of(actor, data["region"], data["communities"])
        try:
            row = actions.ask_measure(actions.MeasureOrder(data["name"], data["basis"], form.terms(), chosen), actor=actor)
            messages.success(request, _("已提交，由另一人审批"))
            return redirect("concessions:measure", row.pk)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            form.add_error(None, error.text)
    return render(request, "concessions/measure_new.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
@needs(Permission.BILLING_VIEW)
def measure(request: HttpRequest, measure_id: int) -> HttpResponse:
    """One policy: what it says, what it came to by community, the extra service meanwhile."""
    actor = actor_of(request)
    row = _dressed(queries.get_measure(actor, measure_id))
    came = queries.came_to(actor, row, clock.today())
    whole = queries.Came("")
    for one in came:
        whole.include(one)
    places = [place for place in visible_communities(actor, Permission.ADJUST_REQUEST) if place.pk in queries.places_of(row)]
    context = {
        "measure": row, "came": came, "whole": whole, "services": queries.services_of(actor, row), "places": places, "today": clock.today(),
        "request_row": open_request(actor, actions.MEASURE_KIND, row.pk) if row.state == MeasureState.ASKED else None,
        "may_end": row.state == MeasureState.RUNNING and all(actor.may(Permission.CONCESSION_EDIT, pk) for pk in queries.places_of(row)),
    }  # fmt: skip
    return render(request, "concessions/measure.html", context)


@require_GET
@needs(Permission.BILLING_VIEW)
def notice(request: HttpRequest, measure_id: int) -> HttpResponse:
    """The policy on paper, for the notice boards of the actor's communities; one that does not hold says so."""
    actor = actor_of(request)
    row, held = queries.get_measure(actor, measure_id), set(actor.communities(Permission.BILLING_VIEW))
    places = [place.community.name for place in row.places.select_related("community").order_by("community__sort_key") if place.community_id in held]
    response = HttpResponse(measure_pdf(row, places), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="measure-{row.pk}.pdf"'
    return response


@require_POST
@needs(Permission.ADJUST_REQUEST)
def service(request: HttpRequest, measure_id: int) -> HttpResponse:
    """Note a service given beyond the usual."""
    actor, sent = actor_of(request), request.POST
    queries.get_measure(actor, measure_id)

    def record() -> object:
        return actions.record_service(
            measure_id, whole_number(sent.get("community")) or 0, parse_day(sent.get("on", ""), "日期"), sent.get("what", ""), whole_number(sent.get("times")) or 0,
            parse_yuan(sent.get("cost") or "0", "费用"), actor=actor,
        )  # fmt: skip

    if attempt(request, record):
        messages.success(request, _("已登记"))
    return redirect("concessions:measure", measure_id)


@require_POST
@needs(Permission.CONCESSION_EDIT)
def end(request: HttpRequest, measure_id: int) -> HttpResponse:
    """No further bills are concerned; what was granted stays."""
    if attempt(request, lambda: actions.end_measure(measure_id, actor=actor_of(request))):
        messages.success(request, _("已结束，已经给的减免和缓缴不变"))
    return redirect("concessions:measure", measure_id)
