"""Mandates: who has signed, signing at the desk, ending; and what a community agreed with its bank."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wuyefei.foundation.access.actor import get_community, visible_communities
from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.kernel.text import tidy, whole_number
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.exports import Fen, Sheet, workbook_response
from wuyefei.foundation.platform.paging import paginate

from ..actions.mandates import end, payer_of, sign
from ..actions.terms import save_terms
from ..forms import SAMPLES, SignForm, TermsForm
from ..models import DebitTerms, Mandate
from ..queries import get_mandate, mandates

EXPORT_LIMIT = 50_000


def narrowed(rows: QuerySet[Mandate], sent: QueryDict) -> QuerySet[Mandate]:
    """By place, standing or ended, and a name or an account's last digits."""
    place, text = whole_number(sent.get("community", "")), tidy(sent.get("q", ""))[:40]
    if place is not None:
        rows = rows.filter(community_id=place)
    if sent.get("state") in ("on", "off"):
        rows = rows.filter(ended_at__isnull=sent["state"] == "on")
    return rows.filter(Q(payer__name__icontains=text) | Q(holder__icontains=text) | Q(account_tail=text)) if text else rows


@require_safe
@needs(Permission.PAYMENT_VIEW)
def mandate_list(request: StaffRequest) -> HttpResponse:
    actor, sent = request.actor, request.GET
    rows = narrowed(mandates(actor), sent)
    page = paginate(rows, ["-id"], sent.get("at", ""))
    query, links = sent.copy(), {}
    for name in ("newer", "older"):
        query["at"] = getattr(page, name)
        links[name] = f"?{query.urlencode()}" if query["at"] else ""
    context = {
        "rows": page.rows, "count": rows.count(), "standing": rows.filter(ended_at__isnull=True).count(), "sent": sent,
        "places": visible_communities(actor, Permission.PAYMENT_VIEW), "signers": actor.communities(Permission.MANDATE_SIGN),
        "narrowed": any(sent.get(name) for name in ("q", "community", "state")), "may_export": actor.may(Permission.EXPORT),
    } | links  # fmt: skip
    return render(request, "debits/mandates.html", context)


@require_safe
@needs(Permission.EXPORT)
def export(request: StaffRequest) -> HttpResponse:
    """The mandates as a workbook: an account only by its last digits."""
    rows = narrowed(mandates(request.actor), request.GET).filter(community_id__in=request.actor.communities(Permission.EXPORT))
    head = [_("项目"), _("缴费人"), _("户名"), _("开户行"), _("账号尾号"), _("每次限额（元）"), _("签约日期"), _("解约日期"), _("解约原因")]
    sheet = Sheet(_("代扣签约"), head, [
        [row.community.name, row.payer.name, row.holder, row.bank, row.account_tail, None if row.limit_fen is None else Fen(row.limit_fen),
         row.signed_on, row.ended_at, row.end_reason] for row in rows.order_by("-id")[:EXPORT_LIMIT]
    ])  # fmt: skip
    return workbook_response([sheet], "mandates.xlsx")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.MANDATE_SIGN)
def sign_page(request: StaffRequest, person_id: int) -> HttpResponse:
    """Enter what the payer has signed on paper."""
    payer = payer_of(request.actor, person_id)
    request.actor.require(Permission.MANDATE_SIGN, payer.community_id)
    form = SignForm(request.POST or None, initial={"holder": payer.name, "signed_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            row = sign(payer.pk, form.draft(), actor=request.actor)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            form.add_error(None, error.text)
        else:
            messages.success(request, _("已登记代扣签约，账号尾号 %(tail)s") % {"tail": row.account_tail})
            return redirect("debits:mandates")
    return render(request, "debits/sign.html", {"form": form, "payer": payer}, status=422 if form.errors else 200)


@require_POST
@needs(Permission.MANDATE_SIGN)
def end_mandate(request: StaffRequest, mandate_id: int) -> HttpResponse:
    row = get_mandate(request.actor, mandate_id)
    try:
        end(row.pk, request.POST.get("reason", ""), actor=request.actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
    else:
        messages.success(request, _("已解约，以后的批次不再扣款"))
    return redirect("debits:mandates")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.CHANNEL_SETUP)
def terms(request: StaffRequest, community_id: int) -> HttpResponse:
    """The numbers, the shape of the files and how often to try."""
    actor = request.actor
    community = get_community(actor, community_id, Permission.CHANNEL_SETUP)
    row = DebitTerms.objects.filter(community=community).first()
    names = list(TermsForm.base_fields)
    form = TermsForm(request.POST or None, initial={name: getattr(row, name) for name in names} if row else None)
    if request.method == "POST" and form.is_valid():
        try:
            save_terms(community.pk, form.draft(), actor=actor)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            form.add_error(None, error.text)
        else:
            messages.success(request, _("代扣设置已保存"))
            return redirect("debits:terms", community.pk)
    context = {"form": form, "community": community, "samples": SAMPLES, "row": row}
    return render(request, "debits/terms.html", context, status=422 if form.errors else 200)


