"""What was given up: the list with what it comes to, asking for it at a bill, one of them, and taking a debt up again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wuyefei.foundation.access.actor import Actor, visible_communities
from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.queries import open_request
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import audit
from wuyefei.foundation.platform.exports import Fen, Sheet, workbook_response
from wuyefei.foundation.platform.paging import paginate
from wuyefei.foundation.shell.refusals import attempt
from wuyefei.money.billing.public import get_receivable

from .. import giving_up as queries
from ..actions.given_up import REDUCE_KIND, WRITE_OFF_KIND, ask_giving_up, take_up_again
from ..forms_given_up import GivenUpForm
from ..models import GivenUp
from ..rules.given_up import GivenUpState, Standing, Way

TONES = {GivenUpState.ASKED: "plan", GivenUpState.DONE: "info", GivenUpState.REFUSED: "void"}
HEAD = ("房号", "缴费人", "项目", "服务期起", "服务期止", "方式", "依据", "文书号", "文书日期", "本金（元）", "违约金（元）", "状态", "通过日期", "恢复待收（元）",
        "其中已收回（元）", "仍存账（元）")  # fmt: skip


def _filtered(request: HttpRequest, actor: Actor) -> tuple[QuerySet[GivenUp], dict[str, Any]]:
    rows = queries.given_up(actor)
    chosen: dict[str, Any] = {name: request.GET.get(name, "") for name in ("state", "way")}
    chosen["community"] = whole_number(request.GET.get("community"))
    text = chosen["q"] = request.GET.get("q", "").strip()[:40]
    if chosen["community"]:
        rows = rows.filter(community_id=chosen["community"])
    if chosen["state"] in GivenUp.State.values:
        rows = rows.filter(state=chosen["state"])
    if chosen["way"] in GivenUp.Way.values:
        rows = rows.filter(way=chosen["way"])
    if text:
        rows = rows.filter(Q(receivable__property__code__icontains=text) | Q(receivable__payer__name__icontains=text) | Q(paper__icontains=text))
    return rows, chosen


def _dressed(rows: list[GivenUp]) -> list[GivenUp]:
    found = queries.stand(rows)
    for row in rows:
        row.tone = TONES[GivenUpState(row.state)]  # type: ignore[attr-defined]
        row.standing = found.get(row.pk)  # type: ignore[attr-defined]
        row.late_fen = row.waiver.amount_fen if row.waiver else 0 if row.state == GivenUpState.DONE else row.late_fee_fen  # type: ignore[attr-defined]
    return rows


@require_GET
@needs(Permission.BILLING_VIEW)
def listed(request: HttpRequest) -> HttpResponse:
    """What was given up, the latest first, with what it comes to."""
    actor = actor_of(request)
    rows, chosen = _filtered(request, actor)
    page = paginate(rows, ["-pk"], request.GET.get("at", ""))
    context = {
        "page": page, "rows": _dressed(page.rows), "chosen": chosen, "sums": queries.sums(rows), "ways": GivenUp.Way.choices,
        "communities": visible_communities(actor, Permission.BILLING_VIEW), "states": GivenUp.State.choices, "narrowed": any(chosen.values()),
        "may_export": actor.may(Permission.EXPORT),
    }  # fmt: skip
    return render(request, "concessions/given_up_list.html", context)


@require_GET
@needs(Permission.EXPORT)
def export(request: HttpRequest) -> HttpResponse:
    """The filtered list as a workbook."""
    actor = actor_of(request)
    rows, chosen = _filtered(request, actor)
    table = []
    for row in _dressed(list(rows.filter(community_id__in=actor.communities(Permission.EXPORT)).order_by("-pk"))):
        bill, since = row.receivable, row.standing or Standing()  # type: ignore[attr-defined]
        table.append((
            bill.property.code, bill.payer.name, bill.item.name, bill.service_from, bill.service_to, row.get_way_display(), row.get_ground_display(),
            row.paper, row.paper_on, Fen(row.principal_fen), Fen(row.late_fen), row.get_state_display(), row.agreed_on, Fen(since.taken_up_fen),  # type: ignore[attr-defined]
            Fen(since.paid_fen), Fen(since.aside_fen),
        ))  # fmt: skip
    for place in visible_communities(actor, Permission.EXPORT):
        if chosen["community"] in (None, place.pk):
            audit.record(actor, "concessions.export_given_up", place, community_id=place.pk)
    return workbook_response([Sheet(_("核销与裁减"), [_(name) for name in HEAD], table)], _("核销与裁减") + ".xlsx")


@require_http_methods(["GET", "POST"])
@needs(Permission.ADJUST_REQUEST)
def new(request: HttpRequest, receivable_id: int) -> HttpResponse:
    """A bill with what is open of it, and one way of giving it up."""
    actor = actor_of(request)
    bill = get_receivable(actor, receivable_id)
    actor.require(Permission.ADJUST_REQUEST, bill.community_id)
    sent = request.GET.get("way", "")
    way = Way(sent) if sent in list(Way) else Way.WRITE_OFF
    form = GivenUpForm(request.POST if request.method == "POST" else None, way=way)
    if request.method == "POST" and form.is_valid():
        try:
            row = ask_giving_up(bill.pk, form.order(), actor=actor)
            messages.success(request, _("已提交，由另一人审批"))
            return redirect("concessions:given_up", row.pk)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            form.add_error(None, error.text)
    context = {"bill": bill, "owed": queries.owed_of(bill), "form": form, "way": way, "ways": GivenUp.Way.choices}
    return render(request, "concessions/given_up_new.html", context, status=422 if form.errors else 200)


@require_GET
@needs(Permission.BILLING_VIEW)
def one(request: HttpRequest, given_up_id: int) -> HttpResponse:
    """One of them: what was given up, on what ground, and what came in since."""
    actor = actor_of(request)
    [row] = _dressed([queries.get_given_up(actor, given_up_id)])
    kind = WRITE_OFF_KIND if row.way == Way.WRITE_OFF else REDUCE_KIND
    may = actor.may(Permission.ADJUST_REQUEST, row.community_id)
    context = {
        "row": row, "bill": row.receivable, "words": queries.words_of(row), "request_row": open_request(actor, kind, row.pk) if row.state == GivenUpState.ASKED else None,
        "may_read": may or actor.may(Permission.ADJUST_APPROVE, row.community_id), "may_take": may and bool(row.standing and row.standing.aside_fen),  # type: ignore[attr-defined]
    }  # fmt: skip
    return render(request, "concessions/given_up.html", context)


@require_POST
@needs(Permission.ADJUST_REQUEST)
def again(request: HttpRequest, given_up_id: int) -> HttpResponse:
    """The payer wants to pay: so much of a debt written off is payable again."""
    actor = actor_of(request)
    queries.get_given_up(actor, given_up_id)

    def act() -> object:
        return take_up_again(given_up_id, parse_yuan(request.POST.get("sum", ""), "金额"), request.POST.get("note", ""), actor=actor)

    if attempt(request, act):
        messages.success(request, _("已恢复待收，现在可以在收银台、线上或转账缴纳"))
    return redirect("concessions:given_up", given_up_id)
