"""Packs with what they refuse and which a community follows; consultations before a price rises."""

from __future__ import annotations

from typing import TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wuyefei.foundation.access.actor import get_community, visible_communities
from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import Forbidden
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.exports import attachment
from wuyefei.foundation.platform.paging import paginate
from wuyefei.foundation.shell.refusals import answered, attempt

from . import actions, queries
from .forms import ChooseForm, ConsultationForm
from .models import Consultation
from .packs import packs
from .rules import TOPICS, LocalRule, earliest, short_of

Made = TypeVar("Made")
SHOWN = 20


def _place(request: HttpRequest, permission: Permission) -> tuple[Community, list[Community]]:
    actor = actor_of(request)
    places = visible_communities(actor, permission)
    asked = whole_number(request.GET.get("community"))
    if asked is not None:
        return get_community(actor, asked, permission), places
    if not places:
        raise Forbidden()
    return places[0], places


def _does(rule: LocalRule) -> str:
    """What the system does by a rule."""
    if not rule.checked:
        return _("未核对：只提示，不拦")
    if rule.vote:
        return _("住宅涨价没有征询记录的，拒绝")
    if rule.notice_months:
        return _("公示不满 %(months)s 个月的，拒绝") % {"months": rule.notice_months}
    if rule.forbids:
        return _("催收时拒绝这些做法")
    return _("在条款检查里提示")


@require_http_methods(["GET", "POST"])
@needs(Permission.ESTATE_VIEW)
def pack_page(request: HttpRequest) -> HttpResponse:
    """The pack a community follows, every rule with its source and what it refuses; choosing another."""
    actor = actor_of(request)
    place, places = _place(request, Permission.ESTATE_VIEW)
    if request.method == "POST":
        actor.require(Permission.CONTRACT_EDIT, place.pk)
    today = clock.today()
    form = ChooseForm(request.POST or None, initial={"since": today})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if answered(form, lambda: actions.choose(data["pack"], data["since"], actor=actor, community=place)) is not None:
            messages.success(request, _("规则包已选定"))
            return redirect(f"{reverse('localrules:packs')}?community={place.pk}")
    followed = queries.pack_on(place.pk, today)
    shown = packs().get(request.GET.get("pack", "")) or followed or next(iter(packs().values()))
    context = {
        "place": place, "places": places, "followed": followed, "shown": shown, "all": packs().values(), "form": form,
        "rules": [(rule, _(TOPICS[rule.topic]), _does(rule)) for rule in shown.rules],
        "choices": [(row, packs().get(row.pack)) for row in queries.choices(actor).filter(community=place)[:SHOWN]],
        "may_edit": actor.may(Permission.CONTRACT_EDIT, place.pk),
    }  # fmt: skip
    return render(request, "localrules/packs.html", context, status=422 if form.errors else 200)


@require_GET
@needs(Permission.ESTATE_VIEW)
def consultation_list(request: HttpRequest) -> HttpResponse:
    """Consultations of a community, the latest first."""
    actor = actor_of(request)
    place, places = _place(request, Permission.ESTATE_VIEW)
    page = paginate(queries.consultations(actor).filter(community=place), ["-pk"], request.GET.get("at", ""))
    context = {
        "place": place, "places": places, "page": page, "rows": [(row, short_of(queries.votes_of(row))) for row in page.rows],
        "may_edit": actor.may(Permission.CONTRACT_EDIT, place.pk),
    }  # fmt: skip
    return render(request, "localrules/consultations.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.CONTRACT_EDIT)
def new(request: HttpRequest) -> HttpResponse:
    """Record how an increase was announced and voted on."""
    actor = actor_of(request)
    place, places = _place(request, Permission.CONTRACT_EDIT)
    form = ConsultationForm(actor, place, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        made = answered(form, lambda: actions.record(form.asked(), actor=actor))
        if made is not None:
            messages.success(request, _("已登记，等另一人对照纪要确认"))
            return redirect("localrules:consultation", made.pk)
    context = {"form": form, "place": place, "places": places}
    return render(request, "localrules/new.html", context, status=422 if form.errors else 200)


@require_GET
@needs(Permission.ESTATE_VIEW)
def consultation(request: HttpRequest, consultation_id: int) -> HttpResponse:
    """One consultation: its days, the ballot, whether it carries the price, its minutes."""
    actor = actor_of(request)
    row = queries.get_consultation(actor, consultation_id)
    return render(request, "localrules/consultation.html", _facts(row) | {
        "may_confirm": not row.confirmed_by_id and row.recorded_by_id != actor.user_id and actor.may(Permission.CONTRACT_EDIT, row.community_id),
        "mine": not row.confirmed_by_id and row.recorded_by_id == actor.user_id,
    })  # fmt: skip


def _facts(row: Consultation) -> dict[str, object]:
    pack = queries.pack_on(row.community_id, row.effective_from)
    months = pack.notice_months if pack else 0
    votes = queries.votes_of(row)
    share = {
        "came_area": votes.came_area / votes.all_area * 100, "came_heads": votes.came_heads * 100 / votes.all_heads,
        "yes_area": votes.yes_area / votes.came_area * 100 if votes.came_area else 0,
        "yes_heads": votes.yes_heads * 100 / votes.came_heads if votes.came_heads else 0,
    }  # fmt: skip
    vote = pack.vote if pack else None
    return {
        "row": row, "pack": pack, "months": months, "first": earliest(row.announced_on, months), "share": share,
        "short": [_(reason) for reason in short_of(votes, vote.quorum if vote else (2, 3))],
    }  # fmt: skip


@require_POST
@needs(Permission.CONTRACT_EDIT)
def confirm(request: HttpRequest, consultation_id: int) -> HttpResponse:
    actor = actor_of(request)
    row = queries.get_consultation(actor, consultation_id)
    if attempt(request, lambda: actions.confirm(row.pk, actor=actor)) is not None:
        messages.success(request, _("已确认"))
    return redirect("localrules:consultation", row.pk)


@require_GET
@needs(Permission.ESTATE_VIEW)
def minutes(request: HttpRequest, consultation_id: int) -> HttpResponse:
    """The attached minutes, as a download."""
    row = queries.get_consultation(actor_of(request), consultation_id)
    ending = {"application/pdf": "pdf", "image/png": "png"}.get(row.minutes_kind, "jpg")
    return attachment(bytes(row.minutes), f"{_('会议纪要')}-{row.pk}.{ending}", row.minutes_kind)
