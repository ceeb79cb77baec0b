"""The classes of payers: the mix, the list, one payer with reasons and history."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wuyefei.estate.people.public import get_person
from wuyefei.foundation.access.actor import Actor, visible_communities
from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.access.taking import exporting
from wuyefei.foundation.kernel.errors import spoken
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.exports import Cell, Sheet, workbook_response
from wuyefei.foundation.platform.paging import paginate

from .actions import ask_reckoning
from .models import Change, Standing
from .queries import Mixed, changes, conduct_of, mix, reckoned, standings
from .rules import (
    CLASS_NAMES,
    FEWEST,
    GRACE_DAYS,
    LONG_DAYS,
    REFUSING_DAYS,
    REFUSING_PERIODS,
    TRACK_NAMES,
    WINDOW_DAYS,
    Track,
    classify,
    server,
)

ORDER = ["-open_periods", "-id"]
LETTERS = {"A", "B", "C", "D", "none"}
HISTORY = 50


def _asked(request: HttpRequest) -> dict[str, Any]:
    """What the query asks for; what cannot be read does not narrow."""
    place = request.GET.get("community", "")
    return {
        "community": whole_number(place),
        "track": Track(request.GET["track"]) if request.GET.get("track") in TRACK_NAMES else Track.HOUSEHOLD,
        "letter": request.GET.get("letter", "") if request.GET.get("letter") in LETTERS else "",
        "q": request.GET.get("q", "").strip()[:40],
    }


def _found(actor: Actor, asked: dict[str, Any]) -> QuerySet[Standing]:
    """The places and track asked for, before the class narrows."""
    rows = standings(actor)
    if asked["community"]:
        rows = rows.filter(community_id=asked["community"])
    return rows


def _narrowed(rows: QuerySet[Standing], asked: dict[str, Any]) -> QuerySet[Standing]:
    rows = rows.filter(track=asked["track"].value)
    if asked["letter"]:
        rows = rows.filter(letter="" if asked["letter"] == "none" else asked["letter"])
    if asked["q"]:
        words = asked["q"]
        rows = rows.filter(Q(person__name__icontains=words) | Q(person__pinyin__startswith=words.lower()))
    return rows


@require_GET
@needs(Permission.CLASS_VIEW)
def classes(request: HttpRequest) -> HttpResponse:
    """The mix beside the usual one, and the payers of a class with their reasons."""
    actor, asked = actor_of(request), _asked(request)
    places = visible_communities(actor, Permission.CLASS_VIEW)
    covered = _found(actor, asked)
    page = paginate(_narrowed(covered, asked).select_related("person", "community"), ORDER, request.GET.get("at", ""))
    ids = [place.pk for place in places if asked["community"] in (None, place.pk)]
    context = {
        "page": page, "rows": [_shown(row) for row in page.rows], "asked": asked, "places": places, "several": len(places) > 1,
        "mix": [_part(part, asked["track"]) for part in mix(covered, asked["track"])], "reckoned": reckoned(actor, ids),
        "tracks": [(track.value, _(name), track is asked["track"]) for track, name in TRACK_NAMES.items()],
        "household": asked["track"] is Track.HOUSEHOLD, "narrowed": bool(asked["letter"] or asked["q"]),
        "may_reckon": any(actor.may(Permission.FOLLOW_MANAGE, pk) for pk in ids), "may_export": actor.may(Permission.EXPORT),
        "rule": {
            "years": WINDOW_DAYS // 365, "grace": GRACE_DAYS, "fewest": FEWEST, "long": LONG_DAYS, "refusing": REFUSING_PERIODS,
            "silent": REFUSING_DAYS,
        },
    }  # fmt: skip
    return render(request, "risk/classes.html", context)


def _part(part: Mixed, track: Track) -> dict[str, Any]:
    whole, rest = divmod(part.permille, 10)
    return {
        "letter": part.letter, "code": part.letter or "none", "name": _(CLASS_NAMES[part.letter]), "count": part.count, "share": f"{whole}.{rest}", "usual": part.usual,
        "width": whole, "server": _(server(part.letter, track)),
    }  # fmt: skip


def _shown(row: Standing) -> dict[str, Any]:
    track = Track(row.track)
    reasons = [spoken(text) for text in classify(conduct_of(row), clock.today()).reasons]
    return {"row": row, "first": reasons[0], "more": reasons[1:], "server": _(server(row.letter, track))}


@require_GET
@needs(Permission.CLASS_VIEW)
def payer(request: HttpRequest, person_id: int) -> HttpResponse:
    """One payer: the class, why, and how it came about."""
    actor = actor_of(request)
    person = get_person(actor, person_id)
    actor.require(Permission.CLASS_VIEW, person.community_id)
    row = standings(actor).select_related("community").filter(person_id=person.pk).first()
    history = [_past(one) for one in changes(actor, person.pk)[:HISTORY]]
    shown = _shown(row) if row else None
    return render(request, "risk/payer.html", {"person": person, "shown": shown, "history": history})


def _past(row: Change) -> dict[str, Any]:
    reason = spoken(classify(conduct_of(row), row.on).reasons[0])
    return {"row": row, "reason": reason, "name": _(CLASS_NAMES[row.letter])}


@require_POST
@needs(Permission.FOLLOW_MANAGE)
def reckon_now(request: HttpRequest) -> HttpResponse:
    """Class again now, as a job."""
    place = request.POST.get("community", "")
    ask_reckoning(whole_number(place), actor=actor_of(request))
    messages.success(request, _("已开始重新分类，完成后本页就是新的结果。"))
    return redirect("risk:classes")


@require_GET
@needs(Permission.EXPORT)
def export(request: HttpRequest) -> HttpResponse:
    """The payers of the list as a workbook; who took it is on record for every community in it."""
    actor, asked = actor_of(request), _asked(request)
    allowed = exporting(actor, "risk.export", Permission.CLASS_VIEW, asked["community"])
    rows = _narrowed(_found(actor, asked), asked).filter(community_id__in=allowed)
    heads = [_("项目"), _("缴费人"), _("缴费类别"), _("起于"), _("到期期数"), _("晚缴期数"), _("欠缴期数"), _("依据"), _("服务岗位")]
    return workbook_response([Sheet(_("缴费分类"), heads, _cells(rows))], _("缴费分类") + ".xlsx")


def _cells(rows: QuerySet[Standing]) -> Iterator[list[Cell]]:
    for row in rows.select_related("person", "community").order_by(*ORDER).iterator(chunk_size=2000):
        shown = _shown(row)
        yield [
            row.community.name, row.person.name, row.letter, row.since, row.periods, row.late, row.open_periods,
            "；".join([shown["first"], *shown["more"]]), shown["server"],
        ]  # fmt: skip
