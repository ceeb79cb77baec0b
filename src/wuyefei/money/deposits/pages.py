"""The list of deposits, one deposit with its returns, and the inspection that gives it back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wuyefei.estate.tariffs.public import ChargeItem, items
from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.queries import open_request
from wuyefei.foundation.approvals.withdrawing import withdraw as take_back_request
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.exports import Fen, Sheet, workbook_response
from wuyefei.foundation.platform.paging import paginate
from wuyefei.foundation.shell.refusals import attempt

from .actions.keeping import describe_deposit
from .actions.returning import RETURN_KIND, ask_return
from .forms import FactsForm, ReturnForm
from .models import Deposit, Return
from .queries import STAGES, asked_of, deposits, get_deposit, get_photo, late, standing
from .rules import Stage

EXPORT_LIMIT = 50_000
STAGE_NAMES = {Stage.UNPAID: noop("待收"), Stage.HELD: noop("在押"), Stage.PART: noop("部分已退"), Stage.CLOSED: noop("已结清"), Stage.VOID: noop("已红冲")}
FILTERS = ("community", "item", "stage", "q")


def narrowed(rows: QuerySet[Deposit], sent: QueryDict) -> QuerySet[Deposit]:
    """By place, item, stage (or overdue), and part of a code, a name, the purpose or the document."""
    text = sent.get("q", "").strip()[:40]
    for name, field in (("community", "community_id"), ("item", "bill__item_id")):
        number = whole_number(sent.get(name, ""))
        if number is not None:
            rows = rows.filter(**{field: number})
    wanted = sent.get("stage", "")
    if wanted in STAGES:
        rows = rows.filter(STAGES[wanted])
    elif wanted == "late":
        rows = late(rows, clock.today())
    if text:
        rows = rows.filter(
            Q(property__code__icontains=text) | Q(holder__name__icontains=text) | Q(purpose__icontains=text) | Q(document__icontains=text)
        )
    return rows


@require_safe
@needs(Permission.PAYMENT_VIEW)
def deposit_list(request: StaffRequest) -> HttpResponse:
    """The deposits of the places, the latest first, with what is held and what should have gone back."""
    actor, sent, today = request.actor, request.GET, clock.today()
    rows = narrowed(deposits(actor), sent)
    page = paginate(rows, ["-pk"], sent.get("at", ""))
    query, links = sent.copy(), {}
    for name in ("newer", "older"):
        query["at"] = getattr(page, name)
        links[name] = f"?{query.urlencode()}" if query["at"] else ""
    totals = rows.aggregate(count=Count("pk"), paid=Sum("paid_fen", default=0), held=Sum("held_fen", default=0))
    overdue = late(rows, today).aggregate(count=Count("pk"), held=Sum("held_fen", default=0))
    context = {
        "rows": [(one := standing(row, today), _(STAGE_NAMES[one.stage])) for row in page.rows], "totals": totals, "overdue": overdue,
        "sent": sent, "places": visible_communities(actor, Permission.PAYMENT_VIEW), "stages": [(code, _(name)) for code, name in STAGE_NAMES.items()],
        "items": items(actor).filter(nature=ChargeItem.Nature.DEPOSIT), "narrowed": any(sent.get(name) for name in FILTERS),
        "may_export": actor.may(Permission.EXPORT), "may_bill": actor.may(Permission.BILLING_VIEW),
    } | links  # fmt: skip
    return render(request, "deposits/list.html", context)


@require_safe
@needs(Permission.EXPORT)
def export(request: StaffRequest) -> HttpResponse:
    """The filtered deposits as a workbook."""
    actor, today = request.actor, clock.today()
    rows = narrowed(deposits(actor).filter(community_id__in=actor.communities(Permission.EXPORT)), request.GET).order_by("-pk")
    head = [_("项目"), _("房屋"), _("归属"), _("押金"), _("用途"), _("依据"), _("合同"), _("状态"), _("已收（元）"), _("在押（元）"), _("预计退还日"), _("逾期未退")]
    lines: list[list[Any]] = []
    for row in rows[:EXPORT_LIMIT]:
        one = standing(row, today)
        lines.append(
            [row.community.name, row.property.code, row.holder.name, row.bill.item.name, row.purpose, row.document,
             row.bill.contract.number if row.bill.contract else "", _(STAGE_NAMES[one.stage]), Fen(one.paid_fen), Fen(one.held_fen), row.expected_on,
             _("是") if one.overdue else ""]
        )  # fmt: skip
    return workbook_response([Sheet(_("押金"), head, lines)], f"{_('押金')}-{today}.xlsx")


def _page(request: StaffRequest, row: Deposit, **more: Any) -> dict[str, Any]:
    actor, asked = request.actor, asked_of(row)
    one = standing(row, clock.today())
    pending = open_request(actor, RETURN_KIND, asked.pk) if asked else None
    made = row.returns.select_related("made_by", "decided_by").prefetch_related("deductions", "moves").order_by("-pk")
    facts = FactsForm(initial={"purpose": row.purpose, "document": row.document, "expected_on": row.expected_on})
    return {
        "row": row, "one": one, "stage": _(STAGE_NAMES[one.stage]), "returns": made, "asked": asked, "pending": pending,
        "mine": pending is not None and pending.maker_id == actor.user_id, "facts": facts,
        "handovers": row.handovers.select_related("before", "after", "made_by").order_by("-pk"),
        "may_edit": actor.may(Permission.BILLING_DRAFT, row.community_id),
        "may_return": asked is None and one.held_fen > 0 and actor.may(Permission.REFUND_REQUEST, row.community_id),
        "may_take": one.stage is Stage.UNPAID and actor.may(Permission.CASHDESK, row.community_id),
    } | more  # fmt: skip


@require_safe
@needs(Permission.PAYMENT_VIEW)
def deposit_page(request: StaffRequest, deposit_id: int) -> HttpResponse:
    """One deposit: what it is for, what is held, what went back and why not all of it did."""
    return render(request, "deposits/deposit.html", _page(request, get_deposit(request.actor, deposit_id)))


@require_POST
@needs(Permission.BILLING_DRAFT)
def facts(request: StaffRequest, deposit_id: int) -> HttpResponse:
    """Its purpose, what it rests on, the day it should go back."""
    row, form = get_deposit(request.actor, deposit_id), FactsForm(request.POST)
    if form.is_valid():
        if attempt(request, lambda: describe_deposit(row.pk, form.facts(), actor=request.actor)):
            messages.success(request, _("已保存"))
        return redirect("deposits:deposit", row.pk)
    request.actor.require(Permission.BILLING_DRAFT, row.community_id)
    return render(request, "deposits/deposit.html", _page(request, row, facts=form), status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.REFUND_REQUEST)
def new_return(request: StaffRequest, deposit_id: int) -> HttpResponse:
    """The inspection: what was found, what is kept and why, what goes back."""
    actor = request.actor
    row = get_deposit(actor, deposit_id)
    actor.require(Permission.REFUND_REQUEST, row.community_id)
    one = standing(row, clock.today())
    first = {"inspected_on": clock.today(), "refund": yuan_text(one.held_fen).replace(",", ""), "way": "source" if row.holder_id == row.bill.payer_id else "transfer"}
    form = ReturnForm(request.POST, request.FILES) if request.method == "POST" else ReturnForm(initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            ask_return(form.draft(row.pk), actor=actor)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            form.add_error(None, error.text)
        else:
            messages.success(request, _("已提交，由另一位同事复核后退还"))
            return redirect("deposits:deposit", row.pk)
    context = {"row": row, "one": one, "form": form, "handed": row.holder_id != row.bill.payer_id}
    return render(request, "deposits/return.html", context, status=422 if form.is_bound and form.errors else 200)


@require_POST
@needs(Permission.REFUND_REQUEST)
def withdraw(request: StaffRequest, deposit_id: int) -> HttpResponse:
    """Who asked takes the request back."""
    row = get_deposit(request.actor, deposit_id)
    asked: Return | None = asked_of(row)
    take_back_request(request, asked.pk if asked else 0, RETURN_KIND)
    return redirect("deposits:deposit", row.pk)


@require_safe
@needs(Permission.PAYMENT_VIEW)
def photo(request: StaffRequest, deduction_id: int) -> HttpResponse:
    """The photograph of a deduction."""
    row = get_photo(request.actor, deduction_id)
    answer = HttpResponse(bytes(row.photo or b""), content_type=row.photo_kind)
    answer["Cache-Control"] = "private, max-age=3600"
    return answer
