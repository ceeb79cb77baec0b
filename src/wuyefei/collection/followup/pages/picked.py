"""From the arrears ledger: the cases of the rows chosen there, or of all that its filter finds, given to somebody."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock
from wuyefei.insight.arrears.public import payers_of, read_filter, scope_of
from wuyefei.insight.measures.public import BUCKET_NAMES

from ..actions.handing import hand_over, workers
from ..models import Case
from ..queries.cases import open_cases, totals
from .cases import told_handed
from .common import actor_of

MOST_PICKED = 1000


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.FOLLOW_MANAGE)
def give_picked(request: HttpRequest) -> HttpResponse:
    """What would change hands, and to whom; then the handover."""
    actor = actor_of(request)
    asked = request.GET if request.method != "POST" else request.POST
    rows = _cases(request, asked)
    places = sorted(set(rows.order_by().values_list("community_id", flat=True)))
    owner = asked.get("owner", "")
    if request.method == "POST":
        if owner != "none" and whole_number(owner) is None:
            raise Invalid(field="责任人", reason="请选一个人")
        ids = list(rows.values_list("pk", flat=True))
        if not ids:
            return redirect("arrears:ledger")
        return told_handed(request, hand_over(ids, None if owner == "none" else whole_number(owner), actor=actor), "followup:cases")
    held: dict[str, int] = {}
    for name in rows.order_by().values_list("owner__name", flat=True):
        held[name or _("没有责任人")] = held.get(name or _("没有责任人"), 0) + 1
    common = set.intersection(*({user.pk for user in workers(actor, place)} for place in places)) if places else set()
    users = [user for user in workers(actor, places[0]) if user.pk in common] if places else []
    context = {
        "totals": totals(rows), "held": sorted(held.items(), key=lambda one: -one[1]), "users": users, "kept": _kept(asked),
        "all": bool(asked.get("all")), "several": len(places), "some": bool(asked.getlist("id")), "query": request.GET.urlencode(),
    }  # fmt: skip
    return render(request, "followup/give.html", context)


def _kept(asked: QueryDict) -> list[tuple[str, str]]:
    """The choice as the form carries it on."""
    return [(name, value) for name, values in asked.lists() if name not in ("owner", "csrfmiddlewaretoken", "all") for value in values]


def _cases(request: HttpRequest, asked: QueryDict) -> QuerySet[Case]:
    """The open cases meant, in places where the actor gives them out."""
    actor = actor_of(request)
    chosen, wrong = read_filter(asked, frozenset(BUCKET_NAMES))
    if wrong:
        raise wrong[0]
    picked = None if asked.get("all") else [found for text in asked.getlist("id")[:MOST_PICKED] if (found := whole_number(text)) is not None]
    payers = payers_of(scope_of(actor, chosen, clock.today()), picked)
    managed = [place.pk for place in visible_communities(actor, Permission.FOLLOW_MANAGE)]
    return open_cases(actor).filter(person_id__in=payers, community_id__in=managed)
