"""周报与月报: the periods there are, and their files."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import Invalid, Phrase
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.exports import XLSX, attachment

from ..papers.printing import pdf, xlsx
from ..papers.words import title
from ..queries.basis import places
from ..queries.pack import UNITS, pack, periods
from ..rules import Period, Unit
from .asked import period_text

KINDS = {"pdf": (pdf, "application/pdf"), "xlsx": (xlsx, XLSX)}


@require_GET
@needs(Permission.REPORT_VIEW)
def listed(request: StaffRequest) -> HttpResponse:
    actor = request.actor
    unit = Unit.MONTH if request.GET.get("unit") == Unit.MONTH else Unit.WEEK
    place, covered = _place(request), places(actor, None)
    if place is not None:
        places(actor, place)
    today = clock.today()
    rows = [
        {"period": period_text(period), "first": period.first, "last": period.last, "running": period.last >= today, "code": str(period)}
        for period in periods(today, unit)
    ]  # fmt: skip
    tail = f"&community={place}" if place else ""
    base = reverse("measures:packs")
    context = {
        "rows": rows, "places": covered, "place": place, "tail": tail, "may_open": actor.may(Permission.BILLING_VIEW),
        "may_export": actor.may(Permission.EXPORT), "unit": unit,
        "units": [(name, f"{base}?unit={one}{tail}", one is unit) for one, name in zip(UNITS, (_("周报"), _("月报")), strict=True)],
    }  # fmt: skip
    return render(request, "measures/packs.html", context)


def _place(request: StaffRequest) -> int | None:
    text = request.GET.get("community", "")
    if not text:
        return None
    if whole_number(text) is None:
        raise Invalid(field="项目", reason=Phrase("「{value}」不是编号", value=text[:20]))
    return int(text)


@require_GET
@needs(Permission.REPORT_VIEW)
def download(request: StaffRequest) -> HttpResponse:
    """One pack as a file: ``kind`` pdf or xlsx; ``inside=1`` with room numbers and names.

    A file leaves the system, so that with names needs the right to export as well as to open bills.
    """
    kind = request.GET.get("kind", "pdf")
    if kind not in KINDS:
        raise Invalid(field="格式", reason=Phrase("没有「{value}」", value=kind[:20]))
    period = Period.parse(request.GET.get("period") or str(Period.of(Unit.WEEK, clock.today())))
    inside = request.GET.get("inside") == "1"
    if inside:
        request.actor.require_anywhere(Permission.EXPORT)
    found = pack(request.actor, period, community_id=_place(request), inside=inside)
    make, mime = KINDS[kind]
    name = f"{title(period)}{'（内部）' if inside else ''}.{kind}"
    return attachment(make(found), name, mime)
