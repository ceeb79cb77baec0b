"""The register of people: list, page, form, and the unmasking of a number."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wuyefei.estate.occupancy.public import ties, ties_of_person
from wuyefei.estate.people.public import (
    Person,
    create_person,
    find_people,
    get_person,
    identity_doubt,
    people,
    reveal,
    update_person,
)
from wuyefei.estate.profiles.public import DETAILS_FIELD
from wuyefei.estate.properties.public import get_property
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import PersonalDataRead
from wuyefei.foundation.shell.refusals import answered
from wuyefei.money.billing.public import open_bills
from wuyefei.money.payments.public import payments

from ..forms.person import NUMBERS, PaysForm, PersonForm
from ..paging import NEWEST, page_of
from ..queries import property as about
from ..queries.audit import reads_of
from ..queries.owed import sum_of
from .common import actor_of, is_htmx, number, places_of, target_place
from .profiles import record_of

BY_PINYIN = ("pinyin", "pk")
READS, FOUND = 10, 100


@needs(Permission.ESTATE_VIEW)
def people_list(request: HttpRequest) -> HttpResponse:
    """All by pinyin, page by page; with words, the best matches."""
    actor, places = actor_of(request), places_of(request, Permission.ESTATE_VIEW)
    words = request.GET.get("q", "").strip()
    context: dict[str, Any] = {"places": places, "q": words, "may_edit": actor.may(Permission.ESTATE_EDIT)}
    if words:
        found = find_people(actor, words, places.chosen.pk if places.chosen else None, limit=FOUND)
        context |= {"rows": _with_homes(request, found), "found": len(found), "full": len(found) == FOUND}
    else:
        rows = people(actor).filter(community_id__in=places.ids, erased_at__isnull=True).select_related("community")
        page = page_of(request, rows, BY_PINYIN)
        context |= {"rows": _with_homes(request, page.rows), "page": page}
    template = "backoffice/people/_rows.html" if is_htmx(request) else "backoffice/people/list.html"
    return render(request, template, context)


def _with_homes(request: HttpRequest, found: list[Person]) -> list[tuple[Person, list[str], int]]:
    """Each with the codes of at most three present properties and how many there are."""
    today = clock.today()
    codes: dict[int, list[str]] = {}
    rows = ties(actor_of(request)).filter(person_id__in=[person.pk for person in found], starts_on__lte=today)
    for tie in rows.select_related("property").order_by("property__sort_key"):
        if about.holds_on(tie, today) and tie.property.code not in codes.setdefault(tie.person_id, []):
            codes[tie.person_id].append(tie.property.code)
    return [(person, codes.get(person.pk, [])[:3], len(codes.get(person.pk, []))) for person in found]


@needs(Permission.ESTATE_VIEW)
def person_page(request: HttpRequest, person_id: int) -> HttpResponse:
    return render(request, "backoffice/people/page.html", context_of(request, get_person(actor_of(request), person_id)))


def context_of(request: HttpRequest, person: Person) -> dict[str, Any]:
    """Everything the page shows; the form is a fresh one unless the caller replaces it."""
    actor, today = actor_of(request), clock.today()
    place = person.community_id
    context: dict[str, Any] = {
        "person": person,
        "stays": [about.Stay(tie, about.holds_on(tie, today)) for tie in ties_of_person(actor, person.pk)],
        "numbers": [(name, label, getattr(person, f"{name}_shown")) for name, label in NUMBERS.items()],
        "may_edit": actor.may(Permission.ESTATE_EDIT, place) and not person.erased_at,
        "may_reveal": actor.may(Permission.PERSON_REVEAL, place) and not person.erased_at,
        "may_bills": actor.may(Permission.BILLING_VIEW, place),
        "may_payments": actor.may(Permission.PAYMENT_VIEW, place),
        "reads": _reads(person),
        **record_of(actor, person, today),
        "today": today,
        "pays_form": PaysForm(initial={"starts_on": today}),
    }
    if context["may_bills"]:
        bills = open_bills(actor, today, payer_ids=[person.pk])
        context |= {"bills": bills, "owed": sum_of(bills, today)}
    if context["may_payments"]:
        rows = payments(actor).filter(payer_id=person.pk).select_related("receipt", "property")
        page = page_of(request, rows, NEWEST, size=10, name="paid")
        context |= {"payments": about.with_tenders(page.rows), "payments_page": page}
    return context


def _reads(person: Person) -> list[tuple[PersonalDataRead, str]]:
    """Who has seen the person's numbers, the latest first: open to all who may see the person."""
    return [(row, field_text(row.field)) for row in reads_of(person)[:READS]]


def field_text(name: str) -> str:
    words = {"history": _("修改历史"), DETAILS_FIELD: _("选填资料")}
    return words.get(name) or str(NUMBERS.get(name, name))


@needs(Permission.ESTATE_EDIT)
def new(request: HttpRequest) -> HttpResponse:
    """A new person; with ``property`` in the address the way back leads there."""
    place = target_place(request, Permission.ESTATE_EDIT)
    if place is None:
        places = places_of(request, Permission.ESTATE_EDIT)
        return render(request, "backoffice/choose_place.html", {"places": places, "title": _("新建人员")})
    home_id = number(request.GET.get("property"))
    home = get_property(actor_of(request), home_id) if home_id else None
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = _make(request, form, place)
        if made is not None:
            return redirect("backoffice:property", home.pk) if home else redirect("backoffice:person", made.pk)
    context = {"form": form, "place": place, "home": home}
    return render(request, "backoffice/people/form.html", context, status=422 if form.errors else 200)


def _make(request: HttpRequest, form: PersonForm, place: Community) -> Person | None:
    made = answered(form, lambda: create_person(form.row(), actor=actor_of(request), community=place))
    if made is not None:
        messages.success(request, _("已新建 %(name)s") % {"name": made.name})
        _warn(request, form)
    return made


def _warn(request: HttpRequest, form: PersonForm) -> None:
    doubt = identity_doubt(form.cleaned_data["identity"].strip().upper())
    if doubt:
        messages.warning(request, doubt)


@needs(Permission.ESTATE_EDIT)
def edit(request: HttpRequest, person_id: int) -> HttpResponse:
    actor = actor_of(request)
    person = get_person(actor, person_id)
    actor.require(Permission.ESTATE_EDIT, person.community_id)
    initial = {name: getattr(person, name) for name in ("name", "kind", "remark", "external_ref")}
    form = PersonForm(request.POST or None, person=person, initial=initial)
    if request.method == "POST" and form.is_valid():
        wanted = form.changes(person)
        reason = form.cleaned_data["reason"]
        if answered(form, lambda: update_person(person.pk, actor=actor, reason=reason, **wanted)) is not None:
            messages.success(request, _("已保存") if wanted else _("没有改动"))
            _warn(request, form)
            return redirect("backoffice:person", person.pk)
    context = {"form": form, "place": person.community, "person": person}
    return render(request, "backoffice/people/form.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Permission.PERSON_REVEAL)
def reveal_number(request: HttpRequest, person_id: int, field: str) -> HttpResponse:
    """The number in clear, once, after a purpose was given; the read is on record when this is shown."""
    value = reveal(person_id, field, request.POST.get("purpose", ""), actor=actor_of(request))
    context = {"value": value, "label": field_text(field), "person": get_person(actor_of(request), person_id)}
    template = "backoffice/people/_revealed.html" if is_htmx(request) else "backoffice/people/revealed.html"
    return render(request, template, context)
