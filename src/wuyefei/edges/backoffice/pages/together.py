"""A payer of many properties, such as the head office of shops: one bill paper, paid as one, tied to many at once."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wuyefei.estate.occupancy.public import Tie, TieRow, bulk_tie
from wuyefei.estate.people.public import get_person
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import parse_day
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock

from ..forms.person import PaysForm
from ..links import address
from ..queries.statement import Statement, statement_of, statement_pdf
from .common import actor_of
from .people import context_of


def _asked(request: HttpRequest, person_id: int) -> Statement:
    actor = actor_of(request)
    person = get_person(actor, person_id)
    actor.require(Permission.BILLING_VIEW, person.community_id)
    return statement_of(actor, person, clock.today(), _until(request))


def _until(request: HttpRequest) -> dt.date | None:
    """The day asked for; one that is none asks for everything."""
    try:
        return parse_day(request.GET["until"]) if request.GET.get("until") else None
    except DomainError:
        return None


@needs(Permission.BILLING_VIEW)
def statement(request: HttpRequest, person_id: int) -> HttpResponse:
    """A line per property and the total, to be printed or paid as one."""
    row = _asked(request, person_id)
    desk = ""
    if row.shops and actor_of(request).may(Permission.CASHDESK, row.person.community_id):
        desk = f"{address('cashdesk:desk')}?{urlencode({'household': row.shops[0].property_id, 'together': row.person.pk})}"
    context = {"statement": row, "person": row.person, "desk": desk, "today": clock.today()}
    return render(request, "backoffice/people/statement.html", context)


@needs(Permission.BILLING_VIEW)
def statement_paper(request: HttpRequest, person_id: int) -> HttpResponse:
    """The bill paper as a PDF."""
    row = _asked(request, person_id)
    return HttpResponse(
        statement_pdf(row), content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="statement-{row.person.pk}-{row.as_of}.pdf"'},
    )  # fmt: skip


@require_POST
@needs(Permission.ESTATE_EDIT)
def pays(request: HttpRequest, person_id: int) -> HttpResponse:
    """Tie the person as payer to many properties at once, all or none."""
    actor = actor_of(request)
    person = get_person(actor, person_id)
    actor.require(Permission.ESTATE_EDIT, person.community_id)
    form = PaysForm(request.POST)
    homes = form.found(actor, person.community_id) if form.is_valid() else []
    if not form.errors:
        rows = [TieRow(home.pk, person.pk, Tie.Role.PAYER.value, form.cleaned_data["starts_on"]) for home in homes]
        try:
            bulk_tie(rows, actor=actor, community=person.community)
        except DomainError as error:
            row = error.data.get("row")
            form.add_error("codes", f"{homes[row].code}：{error.text}" if isinstance(row, int) else error.text)
        else:
            messages.success(request, _("%(name)s 已登记为 %(count)s 套房屋的缴费人") % {"name": person.name, "count": len(rows)})
            return redirect("backoffice:person", person.pk)
    context = context_of(request, person) | {"pays_form": form, "open_form": "pays"}
    return render(request, "backoffice/people/page.html", context, status=422)
