"""The audit trail and the log of personal-data reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from wuyefei.foundation.access.actor import organisation_of
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.queries import colleagues, place_names
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA, DAY, EARLIEST, LATEST
from wuyefei.foundation.platform import audit
from wuyefei.foundation.platform.exports import Sheet, workbook_response
from wuyefei.foundation.platform.models import AuditEntry, PersonalDataRead

from ..paging import NEWEST, page_of
from ..queries import audit as trail
from ..words import SUBJECTS, action_text, changes
from .common import actor_of, is_htmx, number
from .people import field_text

SUBJECT_TYPES = {
    "property": "property", "person": "person", "tie": "tie", "tariff": "tariff", "contract": "contract",
    "contractline": "line", "building": "building", "vehicle": "vehicle",
}  # fmt: skip
EXPORT_MOST = 50_000


def _day(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=CHINA)


def _within(rows: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
    """``since`` and ``until``, both days included, in China."""
    since, until = _day(request.GET.get("since", "")), _day(request.GET.get("until", ""))
    if since:
        rows = rows.filter(at__gte=_midnight(since))
    if until:
        rows = rows.filter(at__lt=_midnight(until + DAY))
    return rows


def _asked(request: HttpRequest) -> QuerySet[AuditEntry]:
    rows = _within(trail.entries(actor_of(request)), request)
    query = request.GET
    who, subject_id = number(query.get("who")), number(query.get("subject_id"))
    if who:
        rows = rows.filter(actor_id=who)
    if query.get("action"):
        rows = rows.filter(action__startswith=query["action"][:60])
    if query.get("subject"):
        rows = rows.filter(subject_type=query["subject"][:40])
    if subject_id:
        rows = rows.filter(subject_id=subject_id)
    if query.get("q"):
        rows = rows.filter(subject_text__icontains=query["q"].strip()[:60])
    return rows


@needs(Permission.AUDIT_VIEW)
def audit_page(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    page = page_of(request, _asked(request), NEWEST)
    places = place_names(actor)
    rows = [
        (entry, action_text(entry.action), places.get(entry.community_id or 0, ""), changes(entry.before, entry.after))
        for entry in page.rows
    ]
    context: dict[str, Any] = {
        "rows": rows,
        "page": page,
        "users": colleagues(actor, Permission.AUDIT_VIEW),
        "subjects": [(kind, _(SUBJECTS[word])) for kind, word in SUBJECT_TYPES.items()],
        "query": request.GET,
        "who": number(request.GET.get("who")),
        "may_export": actor.may(Permission.EXPORT),
        "filtered": any(value for key, value in request.GET.items() if key != "at"),
    }
    return render(request, "backoffice/audit/_rows.html" if is_htmx(request) else "backoffice/audit/list.html", context)


@needs(Permission.AUDIT_VIEW)
def audit_export(request: HttpRequest) -> HttpResponse:
    """The filtered trail as a workbook, the latest first, at most ``EXPORT_MOST`` rows; masked as it is stored."""
    actor = actor_of(request)
    actor.require_anywhere(Permission.EXPORT)
    rows = _asked(request).filter(community_id__in=actor.communities(Permission.EXPORT))
    if Permission.EXPORT in actor.wide:
        rows = _asked(request)
    told = {"filter": request.GET.urlencode()}
    audit.record(actor, "audit.export", organisation_of(actor), after=told)
    heads = [_("时间"), _("操作人"), _("动作"), _("对象"), _("改动"), _("原因")]
    return workbook_response([Sheet(_("审计记录"), heads, _lines(rows))], _("审计记录") + ".xlsx")


def _lines(rows: QuerySet[AuditEntry]) -> Iterator[list[Any]]:
    for entry in rows.order_by("-id")[:EXPORT_MOST].iterator(chunk_size=2_000):
        told = "；".join(
            f"{change.label}：{change.before} → {change.after}" if change.before else f"{change.label}：{change.after}"
            for change in changes(entry.before, entry.after)
        )
        yield [entry.at, entry.actor_name, action_text(entry.action), entry.subject_text, told, entry.reason]


@needs(Permission.AUDIT_VIEW)
def reads_page(request: HttpRequest) -> HttpResponse:
    """Who has seen whose number, when, and what for."""
    actor = actor_of(request)
    rows = _within(trail.reads(actor), request)
    who = number(request.GET.get("who"))
    if who:
        rows = rows.filter(reader_id=who)
    page = page_of(request, rows, NEWEST)
    context: dict[str, Any] = {
        "rows": _whose(request, page.rows),
        "page": page,
        "users": colleagues(actor, Permission.AUDIT_VIEW).filter(service=""),
        "query": request.GET,
        "who": who,
    }
    return render(request, "backoffice/audit/_reads.html" if is_htmx(request) else "backoffice/audit/reads.html", context)


def _whose(request: HttpRequest, rows: list[PersonalDataRead]) -> list[tuple[PersonalDataRead, str, str, int]]:
    """Each read with the field in words, the person's name (masked for who may not see the estate) and the page's id."""
    actor = actor_of(request)
    persons = trail.persons_named(actor, [row.subject_id for row in rows if row.subject_type == "person"])
    found = []
    for row in rows:
        person = persons.get(row.subject_id) if row.subject_type == "person" else None
        sees = person is not None and actor.may(Permission.ESTATE_VIEW, person.community_id)
        name = "—" if person is None else person.name if sees else str(person)
        found.append((row, field_text(row.field), name, person.pk if person is not None and sees else 0))
    return found
