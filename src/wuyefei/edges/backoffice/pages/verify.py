"""The proof of the books as a page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound, unpacked
from wuyefei.foundation.platform import jobs
from wuyefei.foundation.platform.models import Job
from wuyefei.foundation.shell.verify import Finding, checks
from wuyefei.money.billing.public import get_receivable
from wuyefei.money.payments.public import get_payment, payments

from ..links import address
from ..proving import ask_proof, proofs
from .common import actor_of, is_htmx


@needs(Permission.VERIFY)
def verify_page(request: HttpRequest) -> HttpResponse:
    """What is checked, how far a proof under way is, and what the last one found; posting asks for one. The checks read
    the books of the whole organisation, so only someone who holds the right everywhere asks and sees the answer."""
    actor = actor_of(request)
    wide = Permission.VERIFY in actor.wide
    if request.method == "POST":
        ask_proof(actor=actor)
        if not is_htmx(request):
            return redirect("backoffice:verify")
    context: dict[str, Any] = {"checks": checks(), "wide": wide}
    if wide:
        context |= _proved(actor)
    template = "backoffice/verify/_report.html" if is_htmx(request) else "backoffice/verify/page.html"
    return render(request, template, context)


def _proved(actor: Actor) -> dict[str, Any]:
    latest = proofs(actor).first()
    done = proofs(actor).filter(state=Job.State.DONE, result__isnull=False).first()
    context: dict[str, Any] = {"latest": latest, "open": latest is not None and latest.state in jobs.OPEN, "proof": done}
    if done is None or done.result is None:
        return context
    outcomes = [(one, [_shown(actor, finding) for finding in one["findings"]]) for one in done.result["checks"]]
    return context | {"report": done.result, "outcomes": outcomes}


def _shown(actor: Actor, kept: dict[str, Any]) -> tuple[Finding, str]:
    finding = Finding("", kept["table"], kept["row_id"], unpacked(kept["what"]))
    return finding, row_url(actor, finding)


def row_url(actor: Actor, finding: Finding) -> str:
    """The page of the row that a finding names; empty where it has none, or not for this person."""
    table = finding.table.replace(".", "_")
    try:
        row_id = int(finding.row_id)
    except ValueError:
        return ""
    try:
        if table == "billing_receivable":
            home = get_receivable(actor, row_id).property_id
            return reverse("backoffice:receivable", args=[home, row_id])
        if table == "payments_payment":
            return reverse("backoffice:property", args=[get_payment(actor, row_id).property_id]) + "#payments"
        if table == "receipts_receipt":
            paid = payments(actor).filter(receipt_id=row_id).first()
            return reverse("backoffice:property", args=[paid.property_id]) + "#payments" if paid else ""
        if table == "billing_run":
            return address("billing:run", pk=row_id)
    except NotFound:
        return ""
    return ""
