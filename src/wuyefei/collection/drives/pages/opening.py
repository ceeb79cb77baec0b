"""Opening a drive, and closing it with what was learned."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from wuyefei.collection.followup.public import usual_drive
from wuyefei.foundation.access.actor import Actor, visible_communities
from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.platform import clock

from ..actions import Closing, Opening, close_drive, open_drives
from ..forms import CallOffForm, CloseForm, OpenForm
from ..queries.drives import able, askable, asked_bills, get_drive
from ..rules import Aim
from ..wording import aim_text

CHANGE = ["GET", "HEAD", "POST"]


@require_http_methods(CHANGE)
@needs(Permission.FOLLOW_MANAGE)
def new(request: HttpRequest) -> HttpResponse:
    """Which communities, which days, what aim, who takes part; beside each community what is overdue there today."""
    actor, today = actor_of(request), clock.today()
    places = visible_communities(actor, Permission.FOLLOW_MANAGE)
    people = _people(actor, places)
    span = usual_drive(actor.organisation_id, today)
    title = _("%(year)s 年第 %(quarter)s 季度季末行动") % {"year": span.last.year, "quarter": (span.last.month + 2) // 3}
    initial = {
        "title": title, "first": max(span.first, today), "last": span.last, "aim": Aim.AMOUNT.value, "people": [pk for pk, _name in people], "hands_over": True,
    }  # fmt: skip
    form = OpenForm(request.POST or None, places=places, people=people, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = open_drives(_order(form), actor=actor)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            form.add_error(None, error.text)
        else:
            messages.success(request, ngettext("已开 %(count)s 个小区的行动。", "已开 %(count)s 个小区的行动。", len(made)) % {"count": len(made)})
            return redirect("drives:board", made[0].pk)
    rows = [(place, form[f"place_{place.pk}"], form[f"fen_{place.pk}"], *_overdue(place)) for place in places]
    return render(request, "drives/new.html", {"form": form, "rows": rows, "one": len(places) == 1}, status=422 if form.errors else 200)


def _people(actor: Actor, places: list[Community]) -> list[tuple[int, str]]:
    """Who may take part somewhere, with their places where there are several."""
    where: dict[int, list[str]] = {}
    names: dict[int, str] = {}
    for place in places:
        for user in able(actor, place.pk):
            names[user.pk] = user.name
            where.setdefault(user.pk, []).append(place.name)
    several = len(places) > 1
    return [(pk, f"{names[pk]}（{'、'.join(found)}）" if several and len(found) < len(places) else names[pk]) for pk, found in where.items()]


def _overdue(place: Community) -> tuple[int, int]:
    """Households and fen that may be asked for there today."""
    found = asked_bills(place.pk, askable(place.pk).values_list("person_id", flat=True), clock.today()).values_list("payer_id", "outstanding_fen")
    rows = list(found)
    return len({payer for payer, _fen in rows}), sum(fen for _payer, fen in rows)


def _order(form: OpenForm) -> Opening:
    data = form.cleaned_data
    chosen = form.chosen(data)
    rate = data["rate"] / 100 if data["rate"] is not None else None
    targets = {pk: data[f"fen_{pk}"] for pk in chosen if data[f"fen_{pk}"] is not None}
    return Opening(data["title"], data["first"], data["last"], data["aim"], chosen, tuple(data["people"]), targets, rate, data["hands_over"])


@require_http_methods(CHANGE)
@needs(Permission.FOLLOW_MANAGE)
def close(request: HttpRequest, drive_id: int) -> HttpResponse:
    """End a drive with what was learned; one that has not begun is called off."""
    actor = actor_of(request)
    row = get_drive(actor, drive_id)
    actor.require(Permission.FOLLOW_MANAGE, row.community_id)
    begun = row.listed_at is not None
    form: CloseForm | CallOffForm = (CloseForm if begun else CallOffForm)(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            close_drive(row.pk, _closing(form.cleaned_data), actor=actor)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            form.add_error(None, error.text)
        else:
            messages.success(request, _("行动已结束，案件退回原来的人。") if begun else _("行动已取消。"))
            return redirect("drives:evaluation" if begun else "drives:board", row.pk)
    title = _("结束并评估") if begun else _("取消行动")
    hint = _("结束以后不能再开；名单上的案件退回原来的责任人。") if begun else _("名单还没有列出，取消不影响任何案件。")
    early = begun and clock.today() < row.ends_on
    context = {"row": row, "form": form, "title": title, "hint": hint, "aim": aim_text(row), "early": early}
    return render(request, "drives/close.html", context, status=422 if form.errors else 200)


def _closing(data: dict[str, Any]) -> Closing:
    return Closing(data["lesson"], data.get("cost"), data.get("cost_note", ""))
