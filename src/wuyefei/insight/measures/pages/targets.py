"""Targets: what is set, and setting it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.platform import clock

from ..actions import drop_target, set_target
from ..forms import TargetForm
from ..models import Target
from ..queries.targets import targets
from ..rules import MEAN_ALL, MEAN_COMMERCIAL, MEAN_RESIDENTIAL, Period, Unit, default_target
from ..rules.periods import MONTHS
from .asked import period_text
from .shown import percent

SHOWN = 200


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.REPORT_VIEW)
def listed(request: StaffRequest) -> HttpResponse:
    actor = request.actor
    form = None
    if actor.may(Permission.TARGET_EDIT):
        year = clock.today().year
        form = TargetForm(
            request.POST if request.method == "POST" else None, initial={"period": year},
            communities=visible_communities(actor, Permission.TARGET_EDIT), everywhere=Permission.TARGET_EDIT in actor.wide,
        )  # fmt: skip
    if request.method == "POST":
        if form is None:
            actor.require_anywhere(Permission.TARGET_EDIT)
        elif form.is_valid() and _set(request, form):
            return redirect("measures:targets")
    rows = targets(actor).select_related("community").order_by("-first", "months", "community__sort_key", "pk")[:SHOWN]
    means = [(_("全部"), MEAN_ALL, default_target()), (_("住宅"), MEAN_RESIDENTIAL, default_target("residential")),
             (_("商业"), MEAN_COMMERCIAL, default_target("shop"))]  # fmt: skip
    context = {
        "form": form, "rows": [_row(request, row) for row in rows],
        "means": [(name, percent(mean), percent(goal)) for name, mean, goal in means],
    }  # fmt: skip
    return render(request, "measures/targets.html", context, status=422 if form is not None and form.errors else 200)


def _set(request: StaffRequest, form: TargetForm) -> bool:
    try:
        row = set_target(form.community_id, form.cleaned_data["period"], form.cleaned_data["rate"] / 100, actor=request.actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        form.add_error(None, error.text)
        return False
    messages.success(request, _("已设定：%(target)s") % {"target": f"{period_text(form.cleaned_data['period'])} {percent(row.rate)}%"})
    return True


def _row(request: StaffRequest, row: Target) -> dict[str, object]:
    unit = next(unit for unit, months in MONTHS.items() if months == row.months)
    period = Period.of(Unit(unit), row.first)
    may = Permission.TARGET_EDIT in request.actor.wide if row.community_id is None else request.actor.may(Permission.TARGET_EDIT, row.community_id)
    return {"target": row, "period": period_text(period), "rate": percent(row.rate), "may_drop": may}


@require_POST
@needs(Permission.REPORT_VIEW)
def drop(request: StaffRequest, target_id: int) -> HttpResponse:
    drop_target(target_id, actor=request.actor)
    messages.success(request, _("已取消这个目标。"))
    return redirect("measures:targets")
