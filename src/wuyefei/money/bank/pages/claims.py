"""Claiming: the worklist 流水认领, and one line with everything that can be done with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wuyefei.estate.properties.public import find_properties
from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.queries import open_request
from wuyefei.foundation.kernel.dates import parse_day
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.kernel.money import parse_yuan, yuan_text
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.exports import Fen, Sheet, workbook_response

from ..actions.claiming import (
    RETURN_KIND,
    UNMATCH_KIND,
    Share,
    ask_return,
    ask_unmatch,
    claim,
    keep_waiting,
)
from ..actions.deposits import UNDEPOSIT_KIND, ask_undo_deposit, claim_deposit, slips_of
from ..actions.paying_over import UNDO_OVER_KIND, ask_undo_paid_over, claim_paid_over
from ..explaining import doubt_text, reason_name
from ..models import BankLine, PaidOver, SlipLine
from ..queries import Proposed, get_line, households, may_owe, proposed, to_claim
from .common import PAGE, back, narrowed, number_of

EXPORT_LIMIT = 50_000
MOST_ADDED = 60
State = BankLine.State
OPEN = (State.WAITING, State.PART)


@require_safe
@needs(Permission.PAYMENT_BATCH)
def claim_list(request: StaffRequest) -> HttpResponse:
    """What waits, the nearest deadline first: each line with who it may be from, to be confirmed in one step."""
    actor = request.actor
    rows = narrowed(to_claim(actor), request.GET)
    totals = rows.aggregate(sum=Sum("suspense_fen"), late=Sum("suspense_fen", filter=Q(due_at__lt=clock.now())))
    place = number_of(request.GET.get("after", ""))
    rows = rows.select_related("community", "owner", "statement").order_by("due_at", "pk")
    if place is not None and (last := rows.filter(pk=place).first()) is not None:
        rows = rows.filter(Q(due_at__gt=last.due_at) | Q(due_at=last.due_at, pk__gt=last.pk))
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    query = request.GET.copy()
    if len(found) > PAGE:
        query["after"] = str(shown[-1].pk)
    offers = proposed(actor, shown)
    context = {
        "rows": [(row, [_offer(row, one) for one in offers[row.pk]], doubt_text(row.doubt)) for row in shown], "totals": totals,
        "count": narrowed(to_claim(actor), request.GET).count(), "older": f"?{query.urlencode()}" if len(found) > PAGE else "",
        "sent": request.GET, "now": clock.now(), "places": visible_communities(actor, Permission.PAYMENT_BATCH),
        "narrowed": any(request.GET.get(name) for name in ("q", "community")), "may_export": actor.may(Permission.EXPORT),
    }  # fmt: skip
    return render(request, "bank/claims.html", context)


def _offer(line: BankLine, one: Proposed) -> dict[str, Any]:
    return {
        "one": one, "reasons": "、".join(reason_name(reason) for reason in one.reasons),
        "rest": max(0, line.suspense_fen - one.owed_fen),
    }  # fmt: skip


@require_safe
@needs(Permission.EXPORT)
def export(request: StaffRequest) -> HttpResponse:
    """What waits, as a workbook."""
    actor = request.actor
    rows = narrowed(to_claim(actor), request.GET).filter(community_id__in=actor.communities(Permission.EXPORT))
    head = [_("项目"), _("到账日"), _("付款人"), _("账号尾号"), _("摘要"), _("流水号"), _("金额（元）"), _("原因"), _("经办"), _("期限"), _("说明")]
    found = rows.select_related("community", "owner").order_by("due_at", "pk")[:EXPORT_LIMIT]
    sheet = Sheet(
        _("流水认领"), head,
        [
            [row.community.name, row.value_date, row.payer_name, row.payer_tail, row.memo, row.ref, Fen(row.suspense_fen), doubt_text(row.doubt),
             row.owner.name if row.owner else "", row.due_at.date() if row.due_at else None, row.note]
            for row in found
        ],
    )  # fmt: skip
    return workbook_response([sheet], f"{_('流水认领')}-{clock.today()}.xlsx")


@require_http_methods(["GET", "POST"])
@needs(Permission.PAYMENT_VIEW)
def line_detail(request: StaffRequest, bank_line_id: int) -> HttpResponse:
    """One line; while it waits, the households it may be split over, with their bills."""
    line = get_line(request.actor, bank_line_id)
    if request.method == "POST":
        request.actor.require(Permission.PAYMENT_BATCH, line.community_id)
        try:
            made = claim(line.pk, _shares(request, line), actor=request.actor, learn="learn" in request.POST)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            line.refresh_from_db(fields=["state"])
            if line.state not in OPEN:
                return back(request, error, "bank:line", line.pk)
            return _line_page(request, line, error.text)
        messages.success(request, _("已入账 %(count)s 户，开了收据") % {"count": len(made)})
        return redirect("bank:claims")
    return _line_page(request, line)


def _line_page(request: StaffRequest, line: BankLine, refused: str = "") -> HttpResponse:
    """The page of a line; where a split was refused, with what was typed for it."""
    may, sent = request.actor.may(Permission.PAYMENT_BATCH, line.community_id), request.POST
    homes = _homes(request, line) if may and line.state in OPEN else []
    mine = Q(payment__community_id__in=request.actor.communities(Permission.PAYMENT_VIEW))
    text = request.GET.get("find", "").strip()[:40]
    hits = find_properties(request.actor, text, line.community_id, 12) if text and may else []
    kind = {State.RETURNING: RETURN_KIND, State.DEPOSIT: UNDEPOSIT_KIND, State.BETWEEN: UNDO_OVER_KIND}.get(State(line.state), UNMATCH_KIND)
    context = {
        "line": line, "homes": [(home, ", ".join(map(reason_name, home.reasons)), sent.get(f"yuan_{home.property_id}", "")) for home in homes],
        "may": may, "find": text, "refused": refused, "chosen": {number_of(one) for one in sent.getlist("bill")}, "forget": bool(refused) and "learn" not in sent,
        "hits": [hit for hit in hits if hit.pk not in {home.property_id for home in homes}], "doubt": doubt_text(line.doubt),
        "bookings": line.bookings.filter(mine).select_related("payment__property", "payment__payer", "payment__receipt", "payment__community").order_by("pk"),
        "elsewhere": line.bookings.exclude(mine).aggregate(count=Count("pk"), fen=Sum("payment__amount_fen", default=0)), "open": line.state in OPEN,
        "lists": line.remittances.select_related("made_by").order_by("pk"),
        "request_open": open_request(request.actor, kind, line.pk), "now": clock.now(), "added": request.GET.getlist("add"),
        "slips": slips_of(line) if may and line.state == State.WAITING else [], "shown": SlipLine.objects.filter(line=line, undone_at__isnull=True).select_related("slip").first(),
        "owing": may_owe(request.actor, line) if may and line.state == State.WAITING and not line.returned_fen else [],
        "over": PaidOver.objects.filter(line=line, undone_at__isnull=True).select_related("owing").first() if line.state == State.BETWEEN else None,
        "may_undo_deposit": may and line.state == State.DEPOSIT,
        "may_unmatch": request.actor.may(Permission.PAYMENT_VOID_REQUEST, line.community_id) and line.state in (State.BOOKED, State.PART, State.REST),
    }  # fmt: skip
    return render(request, "bank/line.html", context, status=422 if refused else 200)


def _homes(request: StaffRequest, line: BankLine) -> list[Proposed]:
    """The households proposed, then those the person added."""
    found = proposed(request.actor, [line])[line.pk]
    here = {one.property_id for one in found}
    added = [pk for text in request.GET.getlist("add")[:MOST_ADDED] if (pk := number_of(text)) is not None and pk not in here]
    return [*found, *households(request.actor, line, list(dict.fromkeys(added)))]


def _shares(request: StaffRequest, line: BankLine) -> list[Share]:
    """What was typed for each household: ``fen_<property>`` in yuan, ``bill`` the bills chosen."""
    bills = {pk for text in request.POST.getlist("bill") if (pk := number_of(text)) is not None}
    typed = {}
    for name, value in request.POST.items():
        pk = number_of(name.removeprefix("yuan_")) if name.startswith("yuan_") else None
        if pk is not None and str(value).strip():
            typed[pk] = str(value)
    homes = {home.property_id: home for home in [*proposed(request.actor, [line])[line.pk]]}
    homes |= {home.property_id: home for home in households(request.actor, line, [pk for pk in typed if pk not in homes])}
    if not typed:
        raise Invalid(field=_("金额"), reason=_("请至少填一户"))
    shares = []
    for pk, value in typed.items():
        home = homes.get(pk)
        if home is None:
            raise NotFound()
        fen = parse_yuan(value, _("%(code)s 的金额") % {"code": home.code})
        chosen = tuple(bill.id for bill in home.bills if bill.id in bills)
        shares.append(Share(pk, home.payer_id, fen, chosen or None))
    return shares


@require_POST
@needs(Permission.PAYMENT_BATCH)
def confirm(request: StaffRequest, bank_line_id: int) -> HttpResponse:
    """The whole line is of one of the households proposed."""
    line = get_line(request.actor, bank_line_id)
    request.actor.require(Permission.PAYMENT_BATCH, line.community_id)
    wanted = number_of(request.POST.get("property", ""))
    home = next((one for one in proposed(request.actor, [line])[line.pk] if one.property_id == wanted), None)
    try:
        if home is None:
            raise Invalid(field=_("房屋"), reason=_("请选一户"))
        claim(line.pk, [Share(home.property_id, home.payer_id, line.suspense_fen)], actor=request.actor)
    except DomainError as error:
        return back(request, error, "bank:claims")
    words = {"sum": yuan_text(line.suspense_fen), "home": home.code, "name": home.payer_name}
    messages.success(request, _("%(sum)s 元已入账给 %(home)s %(name)s") % words)
    return redirect("bank:claims")


@require_POST
@needs(Permission.PAYMENT_VIEW)
def act(request: StaffRequest, bank_line_id: int) -> HttpResponse:
    """Keep the line waiting with a word and a deadline, ask for its return, or for a wrong match to be undone."""
    line = get_line(request.actor, bank_line_id)
    what, note = request.POST.get("act", ""), request.POST.get("note", "")
    try:
        if what == "keep":
            keep_waiting(line.pk, note, parse_day(request.POST.get("until", ""), _("期限")), actor=request.actor)
            messages.success(request, _("已留待查款"))
        elif what == "slip":
            slip = claim_deposit(line.pk, number_of(request.POST.get("slip", "")) or 0, actor=request.actor)
            messages.success(request, _("已认作缴款单 %(number)s 到账") % {"number": slip.number})
        elif what == "undeposit":
            ask_undo_deposit(line.pk, note, actor=request.actor)
            messages.success(request, _("已提交撤销申请，由另一位同事审批"))
        elif what == "over":
            over = claim_paid_over(line.pk, number_of(request.POST.get("owing", "")) or 0, actor=request.actor)
            messages.success(request, _("已认作 %(place)s 划来的代收款") % {"place": over.owing.name})
        elif what == "unpay":
            ask_undo_paid_over(line.pk, note, actor=request.actor)
            messages.success(request, _("已提交撤销申请，由另一位同事审批"))
        elif what == "return":
            ask_return(line.pk, note, actor=request.actor)
            messages.success(request, _("已提交退回申请，由另一位同事审批"))
        elif what == "unmatch":
            ask_unmatch(line.pk, note, actor=request.actor)
            messages.success(request, _("已提交撤销申请，由另一位同事审批"))
        else:
            raise Invalid(field=_("处理方式"), reason=_("不认识"))
    except DomainError as error:
        return back(request, error, "bank:line", line.pk)
    return redirect("bank:line", line.pk)
