"""What is owed, one bill explained, the years before, and which to pay."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from wuyefei.foundation.platform import clock
from wuyefei.money.deposits.public import shown_to
from wuyefei.money.invoices.public import offered as invoices_offered
from wuyefei.money.rewards.public import progress_at
from wuyefei.money.sheets.public import photo_of_bill
from wuyefei.relations.accounts.public import Place, Step, get_bill, note_step, places
from wuyefei.relations.notices.public import news_of, told
from wuyefei.relations.surveys.public import asked

from ..gate import OwnerRequest, entry, owner_page, place_page, show
from ..queries.bill import bill_page
from ..queries.debits import debits_at
from ..queries.history import year_of
from ..queries.home import home as home_of
from ..queries.next import next_bill
from ..queries.orders import in_question
from ..words import greeting
from .survey import scores


@owner_page
@require_GET
def home(request: OwnerRequest) -> HttpResponse:
    """The first of the account's places; a page that says what to do where there is none."""
    assert request.owner is not None
    held = places(request.owner)
    if not held:
        return show(request, "nothing", {"tab": "home"})
    return _home(request, held[0], len(held))


@place_page
@require_GET
def place(request: OwnerRequest, place: Place) -> HttpResponse:
    return _home(request, place, 2)


def _home(request: OwnerRequest, place: Place, many: int) -> HttpResponse:
    assert request.owner is not None
    note_step(request.owner, place, entry(request), Step.OPENED)
    today = clock.today()
    found = home_of(place, today)
    whole = place.private and place.since is None
    context = {
        "home": found, "in_question": in_question(place), "debits": debits_at(place, found.bill_ids, today), "today": today, "greeting": greeting(), "many": many > 1, "tab": "home",
        "campaigns": progress_at(place.property_id, place.community_id, today) if whole else [],
        "told": told(place.person_id, place.property_ids) if whole else [],
        "deposit_fen": sum(one.held_fen for one in shown_to([place.person_id], place.property_ids)) if place.private else 0,
        "news": news_of(place.community_id, today), "asked": asked(place), "scores": scores(), "next_bill": None if found.count or found.disputed else next_bill(place, today),
    }  # fmt: skip
    return show(request, "home", context, place=place)


@place_page
@require_GET
def bill(request: OwnerRequest, place: Place, bill_id: int) -> HttpResponse:
    page = bill_page(place, bill_id, clock.today())
    context = {
        "page": page, "today": clock.today(), "greeting": greeting(), "news": news_of(place.community_id, clock.today()),
        "may_invoice": place.private and invoices_offered(place.organisation_id),
    }  # fmt: skip
    return show(request, "bill", context, place=place)


@place_page
@require_GET
def photo(request: OwnerRequest, place: Place, bill_id: int, reading_id: int) -> HttpResponse:
    """The dial as it was photographed for a reading that this bill charges."""
    row = photo_of_bill(get_bill(place, bill_id).pk, reading_id)
    return HttpResponse(bytes(row.content), content_type=row.kind, headers={"Cache-Control": "private, max-age=86400"})


@place_page
@require_GET
def history(request: OwnerRequest, place: Place) -> HttpResponse:
    """The bills of a year, with their picture."""
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else None
    return show(request, "history", {"year": year_of(place, year, clock.today()), "tab": "bills"}, place=place)
