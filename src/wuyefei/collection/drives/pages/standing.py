"""The board of any day of a drive, and its evaluation, to look at, to print and as workbooks."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.exports import workbook_response
from wuyefei.money.payments.public import Payment
from wuyefei.relations.contacts.public import Channel, Contact

from ..models import STATE_NAMES, Drive
from ..queries.drives import get_drive, passings_now, siblings
from ..queries.evaluating import Evaluation, evaluation
from ..queries.standing import Board, Line, board, homes_on, shown_day
from ..rules import LEAST_DAYS, Aim, tally
from ..sheets import board_sheets, evaluation_sheets
from ..wording import aim_text, percent, share, way_name
from .listing import TONES


def _drive(request: HttpRequest, drive_id: int) -> tuple[Drive, dict[str, Any]]:
    """A drive the actor may see, and what both its pages say of it."""
    actor, today = actor_of(request), clock.today()
    row = get_drive(actor, drive_id)
    state = row.state_on(today)
    manages = actor.may(Permission.FOLLOW_MANAGE, row.community_id)
    return row, {
        "row": row, "state": state, "state_name": str(STATE_NAMES[state]), "tone": TONES[state], "aim": aim_text(row), "today": today,
        "may_close": manages and row.closed_on is None, "may_pass": manages and state == "running", "may_export": actor.may(Permission.EXPORT, row.community_id),
    }  # fmt: skip


def _asked(request: HttpRequest) -> dt.date | None:
    try:
        return dt.date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return None


@require_GET
@needs(Permission.FOLLOW_VIEW)
def board_page(request: HttpRequest, drive_id: int) -> HttpResponse:
    """Where a drive stood at the end of a day: in all, by person, day by day, and in the communities opened with it."""
    actor = actor_of(request)
    row, context = _drive(request, drive_id)
    if row.listed_at is None:
        members = row.members.select_related("user").order_by("user__name", "pk")
        return render(request, "drives/planned.html", context | {"members": members})
    day = shown_day(row, _asked(request))
    found = board(actor, row, day)
    most = max((fen for _on, fen in found.daily), default=0)
    context |= {
        "away": list(passings_now(row)) if day == clock.today() else [], "board": found, "day": day, "before": day - DAY if day > row.starts_on else None, "after": day + DAY if day < shown_day(row, None) else None,
        "lines": _lines(found), "whole": found.whole, "done": _part(found.whole.so_far_fen, row.target_fen), "bar": _bar(found), "days": [(on, fen, max(0, fen) * 100 // most if most > 0 else 0) for on, fen in found.daily],
        "others": _others(request, row, day), "least": LEAST_DAYS, "rate_now": percent(found.rate_now), "by_rate": row.aim == Aim.RATE,
        "rate_then": _then(row), "verdict": _verdict(found),
    }  # fmt: skip
    return render(request, "drives/board.html", context)


def _part(fen: int, whole_fen: int) -> str:
    return percent(share(fen, whole_fen))


def _lines(found: Board) -> list[tuple[Line, str]]:
    """Each person's list with how much of their target has come in."""
    return [(line, _part(line.tally.so_far_fen, line.member.target_fen or 0)) for line in found.lines]


def _bar(found: Board) -> int:
    """How full the bar is, in hundredths; full only where the target is met."""
    target, got = found.drive.target_fen, max(0, found.whole.so_far_fen)
    return min(100, got * 100 // target) if target > 0 else 0


def _then(row: Drive) -> str:
    """The rate of the day on which the list was drawn up."""
    return _part(row.paid_fen or 0, row.due_fen or 0)


def _verdict(found: Board) -> str:
    """Whether the target will be met, as far as that can be said."""
    if found.missing_fen == 0:
        return "met"
    if found.outlook is None:
        return ""
    if found.outlook.low_fen >= found.drive.target_fen:
        return "sure"
    return "likely" if found.outlook.expected_fen >= found.drive.target_fen else "short"


def _others(request: HttpRequest, row: Drive, day: dt.date) -> list[dict[str, Any]]:
    """The communities of the bundle, each on the same day, and their sum; nothing where there is but one."""
    rows = [one for one in siblings(actor_of(request), row) if one.listed_at is not None]
    if len(rows) < 2:
        return []
    found = []
    for one in rows:
        on = shown_day(one, day)
        sums = tally(homes_on(one, on).values(), on)
        found.append({"drive": one, "tally": sums, "done": _part(sums.so_far_fen, one.target_fen)})
    return found


@require_GET
@needs(Permission.EXPORT)
def export(request: HttpRequest, drive_id: int) -> HttpResponse:
    """The board of a day as a workbook, the list beside it."""
    actor = actor_of(request)
    row = _exported(request, drive_id)
    found = board(actor, row, shown_day(row, _asked(request)))
    audit.record(actor, "drives.export", row, after={"day": found.day})
    return workbook_response(board_sheets(found), f"{row.title} {found.day}.xlsx")


def _exported(request: HttpRequest, drive_id: int) -> Drive:
    actor = actor_of(request)
    row = get_drive(actor, drive_id)
    actor.require(Permission.EXPORT, row.community_id)
    if row.listed_at is None:
        raise NotFound()
    return row


@require_GET
@needs(Permission.FOLLOW_VIEW)
def evaluation_page(request: HttpRequest, drive_id: int) -> HttpResponse:
    """What a drive brought; before it is closed, what it has brought so far."""
    row, context = _drive(request, drive_id)
    if row.listed_at is None:
        return redirect("drives:board", row.pk)
    found = evaluation(actor_of(request), row, shown_day(row, None))
    whole = found.end.whole
    context |= {
        "found": found, "whole": whole, "done": _part(whole.so_far_fen, row.target_fen), "cleared": _part(whole.so_far_fen, whole.owed_fen),
        "lines": _lines(found.end), "bar": _bar(found.end),
        "ways": [(way_name(way.code, _told()), way, _part(way.fen, whole.so_far_fen)) for way in found.ways],
        "paying": [(way_name(way.code, dict(Payment.Kind.choices)), way, _part(way.fen, whole.so_far_fen)) for way in found.paying],
        "against": _against(found), "rate_now": percent(found.end.rate_now), "rate_then": percent(found.rate_then), "by_rate": row.aim == Aim.RATE,
    }  # fmt: skip
    return render(request, "drives/evaluation.html", context)


def _told() -> dict[str, Any]:
    """The ways of contact in words; paid without one is a way of its own."""
    return {one.value: str(Contact(channel=one.value).get_channel_display()) for one in Channel} | {"": _("没有人联系过")}


def _against(found: Evaluation) -> dict[str, int | None]:
    """How much more (or less) than each comparison."""
    pace = found.at_pace_fen
    return {"before": found.here.fen - found.before.fen, "pace": None if pace is None else found.here.fen - pace}


@require_GET
@needs(Permission.EXPORT)
def export_evaluation(request: HttpRequest, drive_id: int) -> HttpResponse:
    """The evaluation as a workbook."""
    actor = actor_of(request)
    row = _exported(request, drive_id)
    found = evaluation(actor, row, shown_day(row, None))
    audit.record(actor, "drives.export", row, after={"day": found.end.day})
    return workbook_response(evaluation_sheets(found, _told()), f"{row.title} {_('评估')}.xlsx")

