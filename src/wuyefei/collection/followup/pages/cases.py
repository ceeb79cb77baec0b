"""Cases: the list with totals, export and assignment; one case with everything about it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.access.taking import exporting
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.exports import Cell, Fen, Sheet, workbook_response
from wuyefei.foundation.platform.paging import paginate
from wuyefei.insight.arrears.public import limitation_on
from wuyefei.money.payments.public import payments
from wuyefei.relations.contacts.public import Channel, Contact, StepRefused, contacts

from ..actions.acting import end_lane, grant_lane, set_next
from ..actions.handing import hand_over, handovers, take_back, workers
from ..forms import StepForm
from ..models import Attachment, Case, Handover, Promise
from ..queries.cases import ORDER, acts_of, attachments, get_case, open_cases, promises_of, totals
from ..rules.grades import GRADE_NAMES
from ..rules.nextstep import SILENT
from .common import Note, actor_of, dressed, note_of, reasons
from .desk import _blank

STORY = 60
VIEWS = ("today", "mine", "nobody", "silent")


def _asked(request: HttpRequest) -> dict[str, Any]:
    view, level = request.GET.get("view", ""), request.GET.get("grade", "")
    return {
        "community": whole_number(request.GET.get("community", "")), "view": view if view in VIEWS else "",
        "grade": level if level in GRADE_NAMES else "", "q": request.GET.get("q", "").strip()[:40],
    }  # fmt: skip


def _found(request: HttpRequest, asked: dict[str, Any]) -> QuerySet[Case]:
    actor, today = actor_of(request), clock.today()
    rows = open_cases(actor)
    silent = [kind.value for kind in SILENT]
    views = {
        "today": Q(next_on__lte=today) & ~Q(next_kind__in=silent), "mine": Q(owner_id=actor.user_id), "nobody": Q(owner__isnull=True),
        "silent": Q(next_kind__in=silent),
    }  # fmt: skip
    if asked["view"]:
        rows = rows.filter(views[asked["view"]])
    if asked["community"]:
        rows = rows.filter(community_id=asked["community"])
    if asked["grade"]:
        rows = rows.filter(grade=asked["grade"])
    if asked["q"]:
        words = asked["q"]
        rows = rows.filter(Q(person__name__icontains=words) | Q(person__pinyin__startswith=words.lower()) | Q(property__code__startswith=words))
    return rows


@require_GET
@needs(Permission.FOLLOW_VIEW)
def listed(request: HttpRequest) -> HttpResponse:
    """Every open case, the most pressing first."""
    actor, asked = actor_of(request), _asked(request)
    rows = _found(request, asked)
    page = paginate(rows.select_related("person", "property", "community", "owner"), ORDER, request.GET.get("at", ""))
    places = visible_communities(actor, Permission.FOLLOW_VIEW)
    managed = [place for place in places if actor.may(Permission.FOLLOW_MANAGE, place.pk)]
    place = asked["community"] or (managed[0].pk if len(places) == 1 and managed else None)
    context = {
        "page": page, "rows": [{"row": row, "why": reasons(row)[0]} for row in page.rows], "asked": asked, "places": places,
        "several": len(places) > 1, "totals": totals(rows), "narrowed": any(asked.values()), "may_export": actor.may(Permission.EXPORT),
        "grades": [(level.value, _(name)) for level, name in GRADE_NAMES.items()], "today": clock.today(),
        "views": [("today", _("今天要联系")), ("mine", _("我负责的")), ("nobody", _("没有责任人")), ("silent", _("不催缴"))],
        "workers": workers(actor, place) if place and actor.may(Permission.FOLLOW_MANAGE, place) else [],
        "may_manage": bool(managed), "may_work": actor.may(Permission.FOLLOW_WORK), "handed": _handed(request),
    }  # fmt: skip
    return render(request, "followup/cases.html", context)


def _handed(request: HttpRequest) -> Handover | None:
    """The handover just made, while it can be taken back."""
    pk = whole_number(request.GET.get("handed", ""))
    return handovers(actor_of(request)).filter(pk=pk, undone_at__isnull=True).first() if pk else None


@require_GET
@needs(Permission.EXPORT)
def export(request: HttpRequest) -> HttpResponse:
    """The cases of the list as a workbook; who took it is on record for every community in it."""
    actor, asked = actor_of(request), _asked(request)
    allowed = exporting(actor, "followup.export", Permission.FOLLOW_VIEW, asked["community"])
    rows = _found(request, asked).filter(community_id__in=allowed)
    heads = [_("项目"), _("房屋编号"), _("缴费人"), _("欠费（元）"), _("欠费期数"), _("最早到期"), _("级别"), _("下一步"), _("日期"), _("原因"), _("未缴原因"), _("责任人")]
    return workbook_response([Sheet(_("案件"), heads, _cells(rows))], _("案件") + ".xlsx")


def _cells(rows: QuerySet[Case]) -> Iterator[list[Cell | Fen]]:
    for row in rows.select_related("person", "property", "community", "owner").order_by(*ORDER).iterator(chunk_size=2000):
        yield [
            row.community.name, row.property.code, row.person.name, Fen(row.owed_fen), row.periods, row.oldest_due_on, row.grade,
            str(row.get_next_kind_display()), row.next_on, reasons(row)[0], str(row.get_reason_display()) if row.reason else "",
            row.owner.name if row.owner else "",
        ]  # fmt: skip


@require_POST
@needs(Permission.FOLLOW_MANAGE)
def give(request: HttpRequest) -> HttpResponse:
    """Give the chosen cases to somebody."""
    ids = [found for text in request.POST.getlist("id") if (found := whole_number(text)) is not None]
    owner = request.POST.get("owner", "")
    if not ids or (owner != "none" and whole_number(owner) is None):
        messages.error(request, _("请选案件和责任人。"))
        return redirect("followup:cases")
    handed = hand_over(ids, None if owner == "none" else whole_number(owner), actor=actor_of(request))
    return told_handed(request, handed, "followup:cases")


def told_handed(request: HttpRequest, handed: list[Handover], where: str) -> HttpResponse:
    """How many cases changed hands, with the way to take it back."""
    count = sum(one.cases.count() for one in handed)
    messages.success(request, _("已分派 %(count)s 户。") % {"count": count})
    response = redirect(where)
    if len(handed) == 1 and count:
        response["Location"] += f"?handed={handed[0].pk}"
    return response


@require_POST
@needs(Permission.FOLLOW_MANAGE)
def undo(request: HttpRequest, handover_id: int) -> HttpResponse:
    """Take a handover back: every case that still lies where it was put goes to whose it was."""
    count = take_back(handover_id, actor=actor_of(request))
    messages.success(request, _("已退回 %(count)s 户。") % {"count": count})
    return redirect("followup:cases")


@require_GET
@needs(Permission.FOLLOW_VIEW)
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """One case: the debt, what happened, what comes next."""
    row = get_case(actor_of(request), case_id)
    return _case(request, row, StepForm(initial=_first_choice(row)), None)


def _first_choice(row: Case) -> dict[str, Any]:
    day = max(row.next_on, clock.today())
    channel = row.next_channel or "phone"
    return {"channel": channel, "day": day, "time": dt.time(18, 30) if channel == "phone" else dt.time(10)}


def _case(request: HttpRequest, row: Case, form: StepForm, note: Note | None, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    which = request.GET.get("story", "")
    context = dressed(row, actor) | _blank(row) | {
        "form": form, "note": note, "story": _story(request, row, which), "which": which, "limitation": limitation_on(row.oldest_due_on),
        "workers": workers(actor, row.community_id) if actor.may(Permission.FOLLOW_MANAGE, row.community_id) else [],
        "promises": promises_of(actor, row.person_id)[:6], "stories": [("", _("全部")), ("contact", _("联系")), ("money", _("钱"))],
    }  # fmt: skip
    return render(request, "followup/case.html", context, status=status)


def _story(request: HttpRequest, row: Case, which: str) -> list[dict[str, Any]]:
    """What happened, the latest first: contacts, promises, payments."""
    actor = actor_of(request)
    found: list[dict[str, Any]] = []
    if which in ("", "contact"):
        acts = {act.contact_id: act for act in acts_of(actor, row.pk)[:STORY]}
        files: dict[int, list[Attachment]] = defaultdict(list)
        for beside in attachments(actor).filter(act__in=[act.pk for act in acts.values()]):
            files[beside.act_id].append(beside)
        for one in contacts(actor).filter(person_id=row.person_id).select_related("made_by").order_by("-at", "-pk")[:STORY]:
            act = acts.get(one.pk)
            found.append({
                "at": one.at, "kind": "contact", "row": one, "act": act, "late": one.state == Contact.State.PLANNED,
                "files": files[act.pk] if act else [], "may_attach": act is not None and actor.may(Permission.FOLLOW_WORK, row.community_id),
            })  # fmt: skip
        for said in promises_of(actor, row.person_id)[:STORY]:
            if said.settled_on and said.state != Promise.State.REPLACED:
                at = dt.datetime.combine(said.settled_on, dt.time(23, 59), tzinfo=CHINA)
                found.append({"at": min(at, clock.now()), "kind": "promise", "row": said})
    if which in ("", "money") and actor.may(Permission.PAYMENT_VIEW, row.community_id):
        for paid in payments(actor).filter(payer_id=row.person_id).order_by("-booked_at")[:STORY]:
            found.append({"at": paid.booked_at, "kind": "money", "row": paid})
    return sorted(found, key=lambda one: one["at"], reverse=True)[:STORY]


@require_POST
@needs(Permission.FOLLOW_WORK)
def next_contact(request: HttpRequest, case_id: int) -> HttpResponse:
    """Plan the next contact; a forbidden one is not saved, and the page says why and when it would be allowed."""
    actor = actor_of(request)
    row = get_case(actor, case_id)
    actor.require(Permission.FOLLOW_WORK, row.community_id)
    form = StepForm(request.POST)
    note: Note | None = None
    if form.is_valid():
        try:
            set_next(row.pk, Channel(form.cleaned_data["channel"]), form.at, actor=actor)
        except (NotFound, Forbidden):
            raise
        except StepRefused as error:
            note = note_of(error.verdict)
        except DomainError as error:
            form.add_error(None, error.text)
        else:
            messages.success(request, _("下一步已排好"))
            return redirect("followup:case", row.pk)
    return _case(request, row, form, note, 422)


@require_POST
@needs(Permission.FOLLOW_MANAGE)
def lane(request: HttpRequest, case_id: int) -> HttpResponse:
    """Grant or end the green lane."""
    actor = actor_of(request)
    row = get_case(actor, case_id)
    actor.require(Permission.FOLLOW_MANAGE, row.community_id)
    if request.POST.get("end"):
        end_lane(row.pk, actor=actor)
        messages.success(request, _("已退出绿色通道。"))
    else:
        grant_lane(row.pk, request.POST.get("reason", ""), actor=actor)
        messages.success(request, _("已进入绿色通道，按 C 级服务。"))
    return redirect("followup:case", row.pk)
