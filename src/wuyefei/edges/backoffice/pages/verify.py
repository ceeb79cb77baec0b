"""The proof of the books as a page."""

from __future__ import annotations

import time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.verify import Finding, checks, run_checks
from wuyefei.money.billing.public import get_receivable
from wuyefei.money.payments.public import get_payment, payments

from ..links import address
from .common import actor_of, is_htmx

KEPT = 50


@needs(Permission.VERIFY)
def verify_page(request: HttpRequest) -> HttpResponse:
    """What is checked; posting runs it. The checks read the books of the whole organisation, so only someone who
    holds the right everywhere runs them."""
    actor = actor_of(request)
    wide = Permission.VERIFY in actor.wide
    context: dict[str, Any] = {"checks": checks(), "wide": wide}
    if request.method == "POST":
        actor.require_wide(Permission.VERIFY)
        context |= _run(actor)
    template = "backoffice/verify/_report.html" if is_htmx(request) else "backoffice/verify/page.html"
    return render(request, template, context)


def _run(actor: Actor) -> dict[str, Any]:
    started = time.perf_counter()
    report = run_checks(actor.organisation_id, kept=KEPT)
    took = time.perf_counter() - started
    return {
        "report": report,
        "outcomes": [(check, [(finding, row_url(actor, finding)) for finding in check.findings]) for check in report.checks],
        "examined": sum(check.examined for check in report.checks),
        "found": sum(check.found for check in report.checks),
        "took": f"{took:.2f}",
        "at": clock.now(),
    }


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
