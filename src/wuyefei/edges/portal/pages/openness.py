"""Where the money goes: the community's published figures."""

from __future__ import annotations

import datetime as dt
import re

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from wuyefei.foundation.platform import clock
from wuyefei.relations.accounts.public import Place
from wuyefei.relations.governance.public import composition_picture, published_file, shown_file

from ..gate import OwnerRequest, place_page, show
from ..queries.openness import openness as openness_of


@place_page
@require_GET
def composition(request: OwnerRequest, place: Place) -> HttpResponse:
    """What a hundred yuan of fee pays for, as a picture beside a notice that says it."""
    return HttpResponse(composition_picture(place.community_id), content_type="image/png")


@place_page
@require_GET
def file(request: OwnerRequest, place: Place, file_id: int) -> HttpResponse:
    """A voucher or photograph of a published quarter."""
    return shown_file(published_file(place.community_id, file_id))


@place_page
@require_GET
def openness(request: OwnerRequest, place: Place) -> HttpResponse:
    match = re.fullmatch(r"(20\d\d)Q([1-4])", request.GET.get("q", ""))
    quarter = dt.date(int(match[1]), int(match[2]) * 3 - 2, 1) if match else None
    return show(request, "open", {"open": openness_of(place, quarter, clock.today()), "tab": "open"}, place=place)
