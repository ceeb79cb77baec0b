"""What the second person reads about a request of this room."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform.models import Job

from .models import Receivable, Run

Words = list[tuple[str, str]]


def run_address(request: Request) -> str:
    return reverse("billing:run", args=[request.subject_id])


def receivable_address(request: Request) -> str:
    return reverse("billing:receivable", args=[request.subject_id])


def draft_address(job: Job) -> str:
    """The run that a job drafted; empty where there is none."""
    run = (job.result or {}).get("run")
    return reverse("billing:run", args=[run]) if run else ""


def describe_draft(job: Job) -> str:
    """What drafting came to, in words."""
    found = job.result or {}
    words = {"count": found.get("lines", 0), "sum": yuan_text(found.get("amount_fen", 0)), "gaps": found.get("gaps", 0)}
    if not found.get("run"):
        return _("这个账期没有要出的账单；%(gaps)s 处算不出账单") % words
    return _("已算出 %(count)s 行，合计 %(sum)s 元；%(gaps)s 处算不出账单") % words


def describe_run(request: Request) -> Words:
    """The figures as they were confirmed."""
    run = Run.objects.select_related("community", "made_by").get(pk=request.subject_id)
    return [
        (_("小区"), run.community.name),
        (_("账期"), f"{run.period:%Y-%m}"),
        (_("账单行"), f"{request.payload['lines']:,}"),
        (_("金额"), _("%(sum)s 元") % {"sum": yuan_text(request.payload["amount_fen"])}),
        (_("制单"), run.made_by.name),
    ]


def describe_void(request: Request) -> Words:
    return [*describe_run(request), (_("结果"), _("这次出账的每笔应收都红冲，收入和税额冲回"))]


def _of(request: Request) -> tuple[Receivable, Words]:
    row = Receivable.objects.select_related("property", "payer", "item").get(pk=request.subject_id)
    return row, [
        (_("房屋"), row.property.code),
        (_("缴费人"), row.payer.name),
        (_("项目"), row.item.name),
        (_("服务期"), _("%(first)s 至 %(last)s") % {"first": row.service_from, "last": row.service_to}),
        (_("应收"), _("%(sum)s 元") % {"sum": yuan_text(row.amount_fen)}),
        (_("现在未缴"), _("%(sum)s 元") % {"sum": yuan_text(row.outstanding_fen)}),
    ]


def describe_reversal(request: Request) -> Words:
    return [*_of(request)[1], (_("结果"), _("应收红冲为 0，收入和税额冲回"))]


def describe_adjustment(request: Request) -> Words:
    row, words = _of(request)
    amount = int(request.payload["amount_fen"])
    words.append((_("调整"), _("%(sum)s 元") % {"sum": ("+" if amount > 0 else "") + yuan_text(amount)}))
    if request.state == Request.State.OPEN:
        words.append((_("调整后未缴"), _("%(sum)s 元") % {"sum": yuan_text(row.outstanding_fen + amount)}))
    return words


def describe_waiver(request: Request) -> Words:
    amount = int(request.payload["amount_fen"])
    return [*_of(request)[1], (_("减免违约金"), _("%(sum)s 元") % {"sum": yuan_text(amount)})]


def describe_hold(request: Request) -> Words:
    last = request.payload["to"] or _("另行通知")
    return [*_of(request)[1], (_("停计"), _("%(first)s 至 %(last)s") % {"first": request.payload["from"], "last": last})]
