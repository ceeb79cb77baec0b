"""The owners by rating, one owner with reasons, benefits and history."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wuyefei.estate.occupancy.public import ties_of_person
from wuyefei.estate.people.public import get_person
from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.access.taking import exporting
from wuyefei.foundation.kernel.errors import spoken
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.exports import Cell, Sheet, workbook_response
from wuyefei.foundation.platform.paging import paginate

from ..actions import giving, wishes
from ..actions.reckoning import ask_reckoning
from ..models import Rating
from ..queries import (
    changes,
    doors,
    facts_of,
    free_services,
    mix,
    opted_out,
    rating_of,
    ratings,
    reckoned,
    reviews,
    showings,
    used,
)
from ..rules import (
    BOUNDS,
    FREE_SERVICES,
    GROUND_NAMES,
    HEAD_START_HOURS,
    LETTER_NAMES,
    free_left,
    head_start,
    rate,
)
from .common import attempt, reasons

ORDER = ["-points", "-id"]
LETTERS = {"A", "B", "C", "D", "none"}
HISTORY = 50


def _asked(request: HttpRequest) -> dict[str, Any]:
    letter = request.GET.get("letter", "")
    return {
        "community": whole_number(request.GET.get("community", "")), "letter": letter if letter in LETTERS else "",
        "q": request.GET.get("q", "").strip()[:40],
    }  # fmt: skip


def _narrowed(rows: QuerySet[Rating], asked: dict[str, Any]) -> QuerySet[Rating]:
    if asked["letter"]:
        rows = rows.filter(letter="" if asked["letter"] == "none" else asked["letter"])
    if asked["q"]:
        rows = rows.filter(Q(person__name__icontains=asked["q"]) | Q(person__pinyin__startswith=asked["q"].lower()))
    return rows


@require_GET
@needs(Permission.CREDIT_VIEW)
def rating_list(request: HttpRequest) -> HttpResponse:
    """How many stand where, and who with which reasons and benefits."""
    actor, asked = actor_of(request), _asked(request)
    places = visible_communities(actor, Permission.CREDIT_VIEW)
    covered = ratings(actor)
    if asked["community"]:
        covered = covered.filter(community_id=asked["community"])
    page = paginate(_narrowed(covered, asked).select_related("person", "community"), ORDER, request.GET.get("at", ""))
    ids = [place.pk for place in places if asked["community"] in (None, place.pk)]
    context = {
        "page": page, "rows": [(row, reasons(row)) for row in page.rows], "asked": asked, "places": places, "several": len(places) > 1,
        "mix": [_part(letter, count) for letter, count in mix(covered)], "narrowed": bool(asked["letter"] or asked["q"]),
        "reckoned": reckoned(actor, ids), "may_reckon": any(actor.may(Permission.CREDIT_WORK, pk) for pk in ids),
        "may_export": actor.may(Permission.EXPORT),
    }  # fmt: skip
    return render(request, "credit/ratings.html", context)


def _part(letter: str, count: int) -> dict[str, Any]:
    return {
        "letter": letter, "code": letter or "none", "name": _(LETTER_NAMES[letter]), "count": count, "least": dict(BOUNDS).get(letter),
        "hours": HEAD_START_HOURS.get(letter, 0), "free": FREE_SERVICES.get(letter, 0),
    }  # fmt: skip


@require_GET
@needs(Permission.CREDIT_VIEW)
def owner(request: HttpRequest, person_id: int) -> HttpResponse:
    """One owner: the rating, why, what it gives, what was said and shown."""
    actor, today = actor_of(request), clock.today()
    person = get_person(actor, person_id)
    actor.require(Permission.CREDIT_VIEW, person.community_id)
    row, door = rating_of(actor, person.pk), doors([person.community_id]).get(person.community_id)
    had = used(person.pk, today.year)
    letter = row.letter if row else ""
    may = actor.may(Permission.CREDIT_WORK, person.community_id)
    context = {
        "person": person, "row": row, "out": opted_out(person.pk), "parts": _parts(row), "name": _(LETTER_NAMES[letter]),
        "hours": head_start(letter), "free": FREE_SERVICES.get(letter, 0), "had": had, "left": free_left(letter, had), "year": today.year,
        "history": [(one, _(LETTER_NAMES[one.letter]), reasons(one, one.on)) for one in changes(actor, person.pk)[:HISTORY]],
        "services": free_services(actor, person.pk)[:HISTORY], "reviews": reviews(actor).filter(person_id=person.pk).order_by("-pk")[:HISTORY],
        "showings": showings(actor).filter(person_id=person.pk)[:HISTORY], "door": bool(door and door.open), "may": may,
        "homes": [tie.property for tie in ties_of_person(actor, person.pk) if tie.ends_on is None or tie.ends_on >= today] if may else [],
        "grounds": [(code.value, _(name)) for code, name in GROUND_NAMES.items()],
    }  # fmt: skip
    return render(request, "credit/owner.html", context)


def _parts(row: Rating | None) -> list[dict[str, Any]]:
    if row is None:
        return []
    return [
        {"name": spoken(part.name), "points": part.points, "most": part.most, "width": part.points * 100 // part.most, "reasons": [spoken(text) for text in part.reasons]}
        for part in rate(facts_of(row), clock.today()).parts
    ]


@require_POST
@needs(Permission.CREDIT_WORK)
def give_free(request: HttpRequest, person_id: int) -> HttpResponse:
    """Record a free service."""
    home = whole_number(request.POST.get("home", "")) or 0
    return attempt(
        request, lambda: giving.give_free(person_id, home, request.POST.get("what", ""), actor=actor_of(request)), _("已记下免费服务。"),
        "credit:owner", person_id,
    )  # fmt: skip


@require_POST
@needs(Permission.CREDIT_WORK)
def choose(request: HttpRequest, person_id: int) -> HttpResponse:
    """Keep an owner's word on being rated."""
    out = request.POST.get("out") == "yes"
    done = _("已退出评级，依据已清空。") if out else _("已恢复评级。")
    return attempt(
        request, lambda: wishes.note_choice(person_id, out, request.POST.get("how", ""), actor=actor_of(request)), done, "credit:owner", person_id
    )


@require_POST
@needs(Permission.CREDIT_WORK)
def reckon_now(request: HttpRequest) -> HttpResponse:
    """Rate again now, as a job."""
    place = whole_number(request.POST.get("community", ""))
    return attempt(request, lambda: ask_reckoning(place, actor=actor_of(request)), _("已开始重新评级，完成后本页就是新的结果。"), "credit:ratings")


@require_GET
@needs(Permission.EXPORT)
def export(request: HttpRequest) -> HttpResponse:
    """The owners of the list as a workbook for our own use; who took it is on record for every community in it."""
    actor, asked = actor_of(request), _asked(request)
    allowed = exporting(actor, "credit.export", Permission.CREDIT_VIEW, asked["community"])
    rows = ratings(actor).filter(community_id__in=allowed)
    heads = [_("项目"), _("业主"), _("信用等级"), _("分数"), _("起于"), _("依据")]
    return workbook_response([Sheet(_("业主信用"), heads, _cells(_narrowed(rows, asked)))], _("业主信用") + ".xlsx")


def _cells(rows: QuerySet[Rating]) -> Iterator[list[Cell]]:
    for row in rows.select_related("person", "community").order_by(*ORDER).iterator(chunk_size=2000):
        yield [row.community.name, row.person.name, row.letter, row.points, row.since, "；".join(reasons(row))]
