"""The quarters' audit packs."""

from __future__ import annotations

from typing import cast
from urllib.parse import quote

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.paging import paginate

from ..layouts import PARTS
from ..packing import NEEDED, make_pack
from ..queries import packs
from ..rules import Quarter
from .common import paged, shared

QUARTERS = 8


@require_safe
@needs(Permission.CONTROL_VIEW)
def pack_list(request: StaffRequest) -> HttpResponse:
    """What a pack holds, the form that makes one, and the packs made before with their hashes."""
    actor, now = request.actor, Quarter.of(clock.today())
    page = paginate(packs(actor), ["-id"], request.GET.get("at", ""), size=20)
    allowed = frozenset.intersection(*(actor.communities(permission) for permission in NEEDED))
    context = shared(actor, "packs") | {
        "rows": page.rows, **paged(page), "quarters": [now.plus(-back) for back in range(QUARTERS)], "usual": now.plus(-1),
        "packing": [place for place in visible_communities(actor, Permission.CONTROL_VIEW) if place.pk in allowed],
        "wide": all(permission in actor.wide for permission in NEEDED), "parts": len(PARTS),
    }  # fmt: skip
    return render(request, "control/packs.html", context)


@require_POST
@needs(Permission.CONTROL_VIEW)
def make(request: StaffRequest) -> HttpResponse:
    """The pack as a download, sent from its file as it is read."""
    community = request.POST.get("community", "")
    try:
        made = make_pack(Quarter.parse(request.POST.get("quarter", "")), whole_number(community), actor=request.actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
        return redirect("control:packs")
    response = FileResponse(made.file, content_type="application/zip")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(made.name)}"
    return cast(HttpResponse, response)
