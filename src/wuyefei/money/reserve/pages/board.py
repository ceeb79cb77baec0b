"""A quarter over all communities: what is owed by age, what is set aside, what stands in the books."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import audit
from wuyefei.foundation.platform.exports import Cell, Fen, Sheet, workbook_response

from ..actions import draft_run
from ..models import Line, Run, Single
from ..queries import Row, board, rates_on, terms_of
from ..rules import RATED, Bucket, Quarter
from .common import STATES, asked_quarter, latest_quarter, line_sheet, names, percent

WRITTEN = 2000


@require_safe
@needs(Permission.LEDGER_VIEW)
def shown(request: StaffRequest) -> HttpResponse:
    """Every community by age, with its state and the balance in the books."""
    actor, quarter = request.actor, asked_quarter(request)
    rows = board(actor, quarter)
    waiting = [row for row in rows if row.run is None and actor.may(Permission.RESERVE_WORK, row.community.pk)]
    terms = terms_of(rates_on(actor.organisation_id, quarter.last))
    said = names()
    context = {
        "quarter": quarter, "before": quarter.plus(-1), "after": quarter.plus(1) if quarter < latest_quarter() else None,
        "rows": [_shown(row, actor.may(Permission.RESERVE_WORK, row.community.pk)) for row in rows],
        "heads": [(said[bucket], percent(terms.rate(bucket))) for bucket in RATED],
        "sums": _sums(rows), "waiting": len(waiting), "may_export": actor.may(Permission.EXPORT), "any_run": any(row.run for row in rows),
        "large": terms.large_fen,
    }  # fmt: skip
    return render(request, "reserve/board.html", context)


def _shown(row: Row, may_work: bool) -> dict[str, Any]:
    cells = [row.parts.get(bucket) for bucket in RATED]
    gap = None if row.reserve_fen is None else row.reserve_fen - row.standing_fen
    mark = STATES[Run.State(row.run.state)] if row.run else ""
    again = bool(row.run and row.run.state == Run.State.APPROVED)
    return {"row": row, "cells": cells, "gap": gap, "mark": mark, "may_draft": may_work and (row.run is None or again), "again": again}


def _sums(rows: Iterable[Row]) -> dict[str, Any]:
    found = list(rows)
    parts = [row.parts for row in found]
    return {
        "cells": [
            (sum(one[bucket].outstanding_fen for one in parts if bucket in one), sum(one[bucket].reserve_fen for one in parts if bucket in one))
            for bucket in RATED
        ],
        "owed": sum(part.outstanding_fen for one in parts for bucket, part in one.items() if bucket is not Bucket.NOT_DUE),
        "single": sum(row.single_fen for row in found), "reserve": sum(row.reserve_fen or 0 for row in found),
        "standing": sum(row.standing_fen for row in found),
    }  # fmt: skip


@require_POST
@needs(Permission.RESERVE_WORK)
def draft(request: StaffRequest) -> HttpResponse:
    """Draft one community, or every one of the actor's that has no run of the quarter yet; each by itself."""
    actor = request.actor
    quarter = Quarter.parse(request.POST.get("quarter", ""))
    place = whole_number(request.POST.get("community", ""))
    if place is not None:
        run = draft_run(place, quarter, actor=actor)
        messages.success(request, _("已算好 %(what)s，看过以后提交复核") % {"what": run})
        return redirect("reserve:run", run.pk)
    done, refused = 0, []
    for row in board(actor, quarter):
        if row.run is not None or not actor.may(Permission.RESERVE_WORK, row.community.pk):
            continue
        try:
            draft_run(row.community.pk, quarter, actor=actor)
            done += 1
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            refused.append(f"{row.community.name}：{error.text}")
    messages.success(request, _("已算好 %(count)s 个小区，看过以后提交复核") % {"count": done})
    for text in refused:
        messages.error(request, text)
    return redirect(f"{reverse('reserve:board')}?quarter={quarter}")


@require_safe
@needs(Permission.EXPORT)
def export(request: StaffRequest) -> HttpResponse:
    """The quarter as a workbook: by community and age, the large debts, every line. Who took it is on record for each place."""
    actor, quarter = request.actor, asked_quarter(request)
    actor.require_anywhere(Permission.LEDGER_VIEW)
    allowed = {place.pk for place in visible_communities(actor, Permission.EXPORT)}
    rows = [row for row in board(actor, quarter) if row.community.pk in allowed]
    for row in rows:
        audit.record(actor, "reserve.export", row.community, community_id=row.community.pk, after={"quarter": str(quarter)})
    ids = [row.run.pk for row in rows if row.run]
    lines = Line.objects.filter(run_id__in=ids).select_related("receivable__property", "receivable__item", "payer", "community")
    sheets = [_summary(rows), _singles(ids), line_sheet(lines.order_by("run_id", "bucket", "-outstanding_fen", "-id").iterator(chunk_size=WRITTEN))]
    return workbook_response(sheets, f"{_('坏账准备')} {quarter}.xlsx")


def _summary(rows: list[Row]) -> Sheet:
    head = [_("小区"), _("账龄"), _("比例 %"), _("笔数"), _("欠费（元）"), _("其中单项（元）"), _("计提（元）")]
    said = names()

    def cells() -> Iterator[list[Cell | Fen]]:
        for row in rows:
            for bucket, part in row.parts.items():
                yield [row.community.name, said[bucket], percent(part.rate), part.receivables, Fen(part.outstanding_fen), Fen(part.single_fen), Fen(part.reserve_fen)]
            if row.run is not None:
                yield [row.community.name, _("单项评估"), "", None, None, None, Fen(row.single_fen)]

    return Sheet(_("按小区和账龄"), head, cells(), lambda: [_("合计"), "", "", None, None, None, Fen(sum(row.reserve_fen or 0 for row in rows))])


def _singles(run_ids: list[int]) -> Sheet:
    head = [_("小区"), _("缴费人"), _("最早到期"), _("欠费（元）"), _("按账龄（元）"), _("单项计提（元）"), _("依据"), _("办法"), _("评估人")]

    def cells() -> Iterator[list[Cell | Fen]]:
        rows = Single.objects.filter(run_id__in=run_ids).select_related("community", "payer", "assessed_by")
        for one in rows.order_by("run_id", "-outstanding_fen", "pk"):
            yield [
                one.community.name, one.payer.name, one.oldest_due_on, Fen(one.outstanding_fen), Fen(one.by_age_fen),
                None if one.reserve_fen is None else Fen(one.reserve_fen), one.reason, one.plan, one.assessed_by.name if one.assessed_by else "",
            ]  # fmt: skip

    return Sheet(_("大额单项"), head, cells())
