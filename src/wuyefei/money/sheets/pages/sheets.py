"""The list of sheets, making one, looking it through, and what happens to it as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wuyefei.foundation.access.actor import Actor, get_community, visible_communities
from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.queries import open_request
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import Forbidden, NotFound
from wuyefei.foundation.kernel.text import whole_number as number
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.exports import Fen, attachment, workbook_response
from wuyefei.foundation.platform.exports import Sheet as Table
from wuyefei.foundation.platform.paging import paginate
from wuyefei.foundation.shell.refusals import answered, attempt

from .. import actions, queries
from ..explaining import plain, steps_of_line
from ..forms import DepositForm, EachForm, MeteredForm, SharedForm, TurnoverForm
from ..models import Sheet
from ..notice import notice
from ..prices import price_text, stages_of, steps_json
from ..rules import WHY_NAMES, Why

Result = TypeVar("Result")
FORMS: dict[str, tuple[type[Any], Callable[..., Sheet]]] = {
    "metered": (MeteredForm, actions.draft_metered), "shared": (SharedForm, actions.draft_shared), "each": (EachForm, actions.draft_each),
    "turnover": (TurnoverForm, actions.draft_turnover), "deposit": (DepositForm, actions.draft_deposit),
}  # fmt: skip
HEAD = ("房号", "缴费人", "服务自", "服务至", "数量", "算法", "金额（元）")


def place_for(request: HttpRequest) -> tuple[Community, list[Community]]:
    """(the community to make a sheet in, those it could be). Raises ``NotFound`` for one that is not theirs."""
    actor = actor_of(request)
    places = visible_communities(actor, Permission.BILLING_DRAFT)
    asked = number(request.GET.get("community"))
    if asked is not None:
        return get_community(actor, asked, Permission.BILLING_DRAFT), places
    if not places:
        raise Forbidden()
    return places[0], places


@require_GET
@needs(Permission.BILLING_VIEW)
def sheet_list(request: HttpRequest) -> HttpResponse:
    """Sheets, the latest first, by community, kind and state."""
    actor = actor_of(request)
    rows = queries.sheets(actor)
    chosen = {name: request.GET.get(name, "") for name in ("kind", "state")}
    community = number(request.GET.get("community"))
    if community:
        rows = rows.filter(community_id=community)
    if chosen["kind"] in Sheet.Kind.values:
        rows = rows.filter(kind=chosen["kind"])
    if chosen["state"] in Sheet.State.values:
        rows = rows.filter(state=chosen["state"])
    context = {
        "page": paginate(rows, ["-pk"], request.GET.get("at", "")), "chosen": chosen, "community": community,
        "communities": visible_communities(actor, Permission.BILLING_VIEW), "kinds": Sheet.Kind.choices, "states": Sheet.State.choices,
        "narrowed": bool(community or any(chosen.values())), "may_draft": actor.may(Permission.BILLING_DRAFT),
    }  # fmt: skip
    return render(request, "sheets/list.html", context)


def _initial(kind: str, actor: Actor, place: Community) -> dict[str, Any]:
    """A fresh form begins with what the last sheet of this kind said, and with the month before this one."""
    today, before = clock.today(), Month.of(clock.today()).plus(-1)
    found: dict[str, Any] = {"service_from": before.first, "service_to": before.last, "until": today, "due_on": Month.of(today).plus(1).day(15)}
    last = queries.sheets(actor).filter(community=place, kind=kind).exclude(state=Sheet.State.DISCARDED).order_by("-pk").first()
    found["on"] = today
    if kind == Sheet.Kind.TURNOVER:
        found["until"] = str(before)
    found["stage_from"] = today.replace(month=1, day=1)
    if last is not None:
        found["item"] = last.item_id
        if kind == Sheet.Kind.METERED:
            price = stages_of(last.terms)[-1]
            found["steps"] = price_text(steps_json(price.steps), [(code, str(yuan)) for code, yuan in price.bands])
            found["seasons"] = "\n".join(" ".join(row) for row in last.terms.get("seasons", ()))
            found["meter_kind"] = last.terms["meter_kind"]
        if kind == Sheet.Kind.SHARED:
            found["by"], found["agreed"] = last.terms["by"], last.terms.get("agreed_text", "")
        if kind == Sheet.Kind.EACH:
            found |= {"by": last.terms["by"], "price": last.terms["price"]}
    return found


@require_http_methods(["GET", "POST"])
@needs(Permission.BILLING_DRAFT)
def new(request: HttpRequest, sheet_kind: str) -> HttpResponse:
    """Work out a sheet as a draft; nothing is written where it is refused."""
    if sheet_kind not in FORMS:
        raise NotFound()
    actor = actor_of(request)
    place, places = place_for(request)
    form_class, draft = FORMS[sheet_kind]
    form = form_class(actor, place, request.POST or None, initial=_initial(sheet_kind, actor, place))
    if request.method == "POST" and form.is_valid():
        made = answered(form, lambda: draft(*form.order(), actor=actor, community=place))
        if made is not None:
            messages.success(request, _("已算出 %(count)s 行，核对后提交复核") % {"count": made.line_count})
            return redirect("sheets:sheet", made.pk)
    context = {"form": form, "place": place, "places": places, "sheet_kind": sheet_kind, "label": Sheet.Kind(sheet_kind).label}
    return render(request, "sheets/new.html", context, status=422 if form.errors else 200)


@require_GET
@needs(Permission.BILLING_VIEW)
def sheet_page(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """A sheet's lines, each with its calculation, and the properties left out."""
    actor = actor_of(request)
    sheet = queries.get_sheet(actor, sheet_id)
    rows = queries.lines_of(sheet)
    text = request.GET.get("q", "").strip()[:40]
    if text:
        rows = rows.filter(property__code__icontains=text) | rows.filter(payer__name__icontains=text)
    page = paginate(rows, ["pk"], request.GET.get("at", ""))
    lines = []
    for line in page.rows:
        line.sheet = sheet
        lines.append((line, steps_of_line(line)))
    pending = open_request(actor, actions.BILL_KIND, sheet.pk)
    context = {
        "sheet": sheet, "lines": lines, "page": page, "text": text, "request_row": pending,
        "left_out": [(code, _(WHY_NAMES[Why(why)]), used and plain(used)) for code, why, used in sheet.left_out],
        "may_draft": sheet.state == Sheet.State.DRAFT and actor.may(Permission.BILLING_DRAFT, sheet.community_id),
        "may_ask": sheet.state == Sheet.State.DRAFT and actor.may(Permission.BILLING_CONFIRM, sheet.community_id),
        "mine": pending is not None and pending.maker_id == actor.user_id,
        "may_export": actor.may(Permission.EXPORT, sheet.community_id),
    }  # fmt: skip
    return render(request, "sheets/sheet.html", context)


@require_POST
@needs(Permission.BILLING_CONFIRM)
def submit(request: HttpRequest, sheet_id: int) -> HttpResponse:
    actor = actor_of(request)
    queries.get_sheet(actor, sheet_id)
    if attempt(request, lambda: actions.ask_to_bill(sheet_id, actor=actor)) is not None:
        messages.success(request, _("已提交，等待另一人发布"))
    return redirect("sheets:sheet", sheet_id)


@require_POST
@needs(Permission.BILLING_CONFIRM)
def withdraw(request: HttpRequest, sheet_id: int) -> HttpResponse:
    actor = actor_of(request)
    queries.get_sheet(actor, sheet_id)
    if attempt(request, lambda: actions.take_back(sheet_id, actor=actor)) is not None:
        messages.success(request, _("已撤回"))
    return redirect("sheets:sheet", sheet_id)


@require_POST
@needs(Permission.BILLING_DRAFT)
def discard(request: HttpRequest, sheet_id: int) -> HttpResponse:
    actor = actor_of(request)
    queries.get_sheet(actor, sheet_id)
    if attempt(request, lambda: actions.discard(sheet_id, actor=actor)) is not None:
        messages.success(request, _("计费单已放弃，读数可以重新计费"))
    return redirect("sheets:sheet", sheet_id)


@require_GET
@needs(Permission.EXPORT)
def export(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """A workbook of the lines with their calculation."""
    actor = actor_of(request)
    sheet = queries.get_sheet(actor, sheet_id)
    actor.require(Permission.EXPORT, sheet.community_id)

    def body() -> Any:
        for line in queries.lines_of(sheet).order_by("pk").iterator(chunk_size=2000):
            line.sheet = sheet
            how = "；".join(f"{step.what} {step.how}" for step in steps_of_line(line))
            yield (line.property.code, line.payer.name, line.service_from, line.service_to, line.quantity, how, Fen(line.amount_fen))

    audit.record(actor, "sheets.export", sheet, after={"lines": sheet.line_count})
    table = Table(_("计费单"), [_(title) for title in HEAD], body())
    return workbook_response([table], f"{sheet.title}-{sheet.pk}.xlsx")


@require_GET
@needs(Permission.BILLING_VIEW)
def notice_page(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """The notice-board sheet of a shared cost: properties and sums, no names."""
    sheet = queries.get_sheet(actor_of(request), sheet_id)
    if sheet.kind != Sheet.Kind.SHARED:
        raise NotFound()
    return attachment(notice(sheet), f"{sheet.title}-{_('公示单')}.pdf", "application/pdf")
