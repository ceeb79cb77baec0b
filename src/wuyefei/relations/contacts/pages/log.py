"""The contact log: the list, a new contact, one contact."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wuyefei.estate.occupancy.public import payers
from wuyefei.estate.people.public import get_person
from wuyefei.estate.properties.public import get_property
from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.access.taking import exporting
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.exports import Cell, Sheet, workbook_response
from wuyefei.foundation.platform.paging import paginate

from ..actions import logging as acts
from ..forms import CloseForm, ContactForm, ReasonForm
from ..models import Contact
from ..queries import contacts, get_contact, receivable_choices
from ..rules.steps import Channel, Purpose
from .common import Note, actor_of, attempt, number

ORDER = ["-at", "-id"]
CHANNEL_CODES, PURPOSE_CODES = {one.value for one in Channel}, {one.value for one in Purpose}
VIEWS = {"planned": Q(state="planned"), "done": Q(state="done"), "breach": ~Q(breach="")}


def found(request: HttpRequest) -> tuple[QuerySet[Contact], dict[str, Any]]:
    """The rows that the query asks for, and what was asked."""
    actor = actor_of(request)
    chosen: dict[str, Any] = {name: number(request, name) for name in ("community", "person", "property")}
    chosen["channel"] = request.GET.get("channel", "") if request.GET.get("channel") in CHANNEL_CODES else ""
    chosen["purpose"] = request.GET.get("purpose", "") if request.GET.get("purpose") in PURPOSE_CODES else ""
    chosen["view"] = request.GET.get("view", "") if request.GET.get("view") in VIEWS else ""
    chosen["q"] = request.GET.get("q", "").strip()[:40]
    rows = contacts(actor)
    for name in ("community", "person", "property"):
        if chosen[name]:
            rows = rows.filter(**{f"{name}_id": chosen[name]})
    for name in ("channel", "purpose"):
        if chosen[name]:
            rows = rows.filter(**{name: chosen[name]})
    if chosen["view"]:
        rows = rows.filter(VIEWS[chosen["view"]])
    if chosen["q"]:
        words = chosen["q"]
        rows = rows.filter(Q(person__name__icontains=words) | Q(person__pinyin__startswith=words.lower()) | Q(property__code__startswith=words))
    return rows, chosen


@require_GET
@needs(Permission.CONTACT_VIEW)
def log(request: HttpRequest) -> HttpResponse:
    """All contacts, the latest first, with counts over all that match."""
    actor = actor_of(request)
    rows, chosen = found(request)
    page = paginate(rows.select_related("person", "property", "community", "made_by"), ORDER, request.GET.get("at", ""))
    totals = rows.aggregate(
        rows=Count("pk"), done=Count("pk", filter=Q(state="done")), planned=Count("pk", filter=Q(state="planned")),
        breaches=Count("pk", filter=~Q(breach="")),
    )  # fmt: skip
    places = visible_communities(actor, Permission.CONTACT_VIEW)
    context = {
        "page": page, "chosen": chosen, "narrowed": any(chosen.values()), "totals": totals, "communities": places,
        "many": len(places) > 1, "channels": Contact._meta.get_field("channel").choices,
        "purposes": Contact._meta.get_field("purpose").choices, "may_export": actor.may(Permission.EXPORT),
        "views": [("planned", _("计划")), ("done", _("已联系")), ("breach", _("违规"))], "now": clock.now(),
    }  # fmt: skip
    return render(request, "contacts/log.html", context)


@require_GET
@needs(Permission.EXPORT)
def export(request: HttpRequest) -> HttpResponse:
    """The rows of the list as a workbook; who took it is on record for every community in it."""
    actor = actor_of(request)
    rows, chosen = found(request)
    rows = rows.filter(community_id__in=exporting(actor, "contact.export", Permission.CONTACT_VIEW, chosen["community"]))
    heads = [_("时间"), _("项目"), _("房屋编号"), _("缴费人"), _("方式"), _("目的"), _("对谁"), _("状态"), _("结果"), _("说明"), _("违规"), _("经办")]
    return workbook_response([Sheet(_("联系记录"), heads, _cells(rows))], _("联系记录") + ".xlsx")


def _cells(rows: QuerySet[Contact]) -> Iterator[list[Cell]]:
    for row in rows.select_related("person", "property", "community", "made_by").order_by(*ORDER).iterator(chunk_size=2000):
        yield [
            row.at, row.community.name, row.property.code if row.property else "", row.person.name, str(row.get_channel_display()),
            str(row.get_purpose_display()), str(row.get_recipient_display()), str(row.get_state_display()),
            str(row.get_outcome_display()) if row.outcome else "", row.note, row.breach, row.made_by.name,
        ]  # fmt: skip


@require_GET
@needs(Permission.CONTACT_RECORD)
def new_at(request: HttpRequest, property_id: int) -> HttpResponse:
    """A contact about a property begins with whoever pays for it today."""
    actor, today = actor_of(request), clock.today()
    home = get_property(actor, property_id)
    actor.require(Permission.CONTACT_RECORD, home.community_id)
    found_payers = payers([home.pk], Span(today, today))[home.pk]
    if not found_payers:
        messages.error(request, _("这套房屋今天没有缴费人，先登记缴费人。"))
        return redirect(f"{reverse('contacts:log')}?property={home.pk}")
    return redirect(f"{reverse('contacts:new', args=[found_payers[0][0]])}?property={home.pk}")


@require_http_methods(["GET", "POST"])
@needs(Permission.CONTACT_RECORD)
def new(request: HttpRequest, person_id: int) -> HttpResponse:
    """Record or plan a contact with a person, perhaps about a property."""
    actor = actor_of(request)
    person = get_person(actor, person_id)
    actor.require(Permission.CONTACT_RECORD, person.community_id)
    asked = number(request, "property")
    home = get_property(actor, asked) if asked else None
    if home is not None and home.community_id != person.community_id:
        raise NotFound()
    bills = list(receivable_choices(actor, person.pk, home.pk if home else None)[:24])
    initial = {"at": _asked_at(request) or clock.now(), "state": request.GET.get("state", "done"), "channel": request.GET.get("channel", "phone")}
    form = ContactForm(request.POST or None, bills=bills, initial=initial)
    note: Note | None = None
    if request.method == "POST" and form.is_valid():
        draft = acts.Draft(person_id=person.pk, property_id=home.pk if home else None, **form.choice)
        planned = form.cleaned_data["state"] == "planned"
        made = attempt(form, lambda: acts.plan(draft, actor=actor) if planned else acts.record(draft, form.cleaned_data["outcome"], actor=actor))
        if isinstance(made, Contact):
            messages.success(request, _("已列入计划") if planned else _("已登记"))
            return redirect("contacts:contact", made.pk)
        note = made if isinstance(made, Note) else None
    context = {"form": form, "person": person, "home": home, "note": note}
    return render(request, "contacts/new.html", context, status=422 if form.errors or note else 200)


def _asked_at(request: HttpRequest) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(request.GET.get("at", ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


@require_http_methods(["GET", "POST"])
@needs(Permission.CONTACT_VIEW)
def contact(request: HttpRequest, contact_id: int) -> HttpResponse:
    """One contact; a planned one is closed here."""
    actor = actor_of(request)
    row = get_contact(actor, contact_id)
    may_close = row.state == Contact.State.PLANNED and actor.may(Permission.CONTACT_RECORD, row.community_id)
    form = CloseForm(request.POST or None, initial={"at": clock.now()})
    if request.method == "POST":
        actor.require(Permission.CONTACT_RECORD, row.community_id)
        if form.is_valid():
            data = form.cleaned_data
            done = attempt(form, lambda: acts.close(row.pk, data["outcome"], data["note"], at=data["at"], actor=actor))
            if isinstance(done, Contact):
                messages.success(request, _("已登记结果"))
                return redirect("contacts:contact", row.pk)
    bills = receivable_choices(actor, row.person_id, None).filter(pk__in=row.receivable_ids)
    context = {"row": row, "form": form if may_close else None, "cancel_form": ReasonForm(), "bills": bills}
    return render(request, "contacts/contact.html", context, status=422 if request.method == "POST" and form.errors else 200)


@require_POST
@needs(Permission.CONTACT_RECORD)
def cancel_plan(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Take a plan back, with a reason."""
    actor = actor_of(request)
    row = get_contact(actor, contact_id)
    form = ReasonForm(request.POST)
    if form.is_valid() and attempt(form, lambda: acts.cancel(row.pk, form.cleaned_data["reason"], actor=actor)) is not None:
        messages.success(request, _("计划已取消"))
    else:
        messages.error(request, "；".join(str(text) for texts in form.errors.values() for text in texts))
    return redirect("contacts:contact", row.pk)
