"""A document on its way to the provider and back: put once however often it is tried, asked for where no answer came."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import Q

from wuyefei.foundation.access.actor import SYSTEM, Actor, service_actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Phrase
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import clock

from ..models import Invoice, InvoiceLine, InvoiceSetup
from ..providers.base import InvoiceProviderRefused, InvoiceProviderSilent, Provider
from ..providing import paper_of, provider_of
from ..queries import setup_of
from ..rules.requests import NoProvider
from ..rules.states import Report, Said, State, WrongState, next_wait, verdict
from .moving import locked, move

ROUNDS = "wuyefei.invoices"
BATCH = 200


@transaction.atomic
def queue(invoice_id: int, *, actor: Actor) -> Invoice:
    """Hand a request, or a failed one again, to the rounds. Raises ``WrongState``, ``NoProvider``."""
    invoice = locked(invoice_id, actor)
    actor.require(Permission.INVOICE_ISSUE, invoice.community_id)
    if invoice.state not in (State.ASKED, State.FAILED):
        raise WrongState(state=invoice.get_state_display())
    _begin(invoice, actor)
    return invoice


def queue_many(invoice_ids: Collection[int], *, actor: Actor) -> tuple[int, int]:
    """Queue each that is asked for or failed; returns how many were, and how many were not any more."""
    done = 0
    ids = sorted(set(invoice_ids))[:BATCH]
    for invoice_id in ids:
        try:
            queue(invoice_id, actor=actor)
        except WrongState:
            continue
        done += 1
    return done, len(ids) - done


def _begin(invoice: Invoice, actor: Actor) -> None:
    setup = setup_of(invoice.organisation_id)
    if setup is None or not setup.enabled:
        raise NoProvider()
    move(invoice, State.SENT, actor, tries=invoice.tries + 1, asks=0, failure="", next_ask_at=clock.now(),
         sandbox=setup.mode == InvoiceSetup.Mode.SANDBOX)  # fmt: skip


def put(invoice_id: int) -> Invoice:
    """Put a sent document to the provider, or ask what became of it. Never inside a transaction.

    Without an answer it stays sent and is asked for later; only an answer, or a fault of our own before anything went out,
    ends that.
    """
    invoice = Invoice.objects.select_related("original").get(pk=invoice_id)
    setup = setup_of(invoice.organisation_id)
    if invoice.state != State.SENT or setup is None:
        return invoice
    first = invoice.tries == 1 and invoice.asks == 0
    try:
        provider = provider_of(setup)
        paper = paper_of(invoice, setup)
    except DomainError as error:
        return _fail(invoice_id, error.text) if first else _wait(invoice_id, error.text)
    if not first:
        try:
            known = provider.query(invoice.number)
        except (InvoiceProviderSilent, InvoiceProviderRefused) as error:
            return _wait(invoice_id, error.text)
        again = known.said is Said.UNKNOWN or (known.said is Said.FAILED and invoice.asks == 0)
        if not again:
            return finish(invoice_id, known)
    try:
        report = provider.issue(paper)
    except InvoiceProviderSilent as error:
        return _wait(invoice_id, error.text)
    except InvoiceProviderRefused as error:
        return _fail(invoice_id, error.text)
    return finish(invoice_id, report)


def _actor_of(invoice_id: int) -> Actor:
    return service_actor(Invoice.objects.values_list("organisation_id", flat=True).get(pk=invoice_id), SYSTEM)


@transaction.atomic
def _wait(invoice_id: int, why: str = "") -> Invoice:
    """Nothing is known yet: when it is asked for again, and why it took longer."""
    invoice = locked(invoice_id, _actor_of(invoice_id))
    if invoice.state == State.SENT:
        invoice.next_ask_at = clock.now() + next_wait(invoice.asks)
        invoice.asks, invoice.failure = invoice.asks + 1, why[:200]
        invoice.save(update_fields=["asks", "failure", "next_ask_at"])
    return invoice


@transaction.atomic
def _fail(invoice_id: int, why: str) -> Invoice:
    invoice = locked(invoice_id, _actor_of(invoice_id))
    if invoice.state == State.SENT:
        move(invoice, State.FAILED, _actor_of(invoice_id), failure=why[:200])
    return invoice


@transaction.atomic
def finish(invoice_id: int, report: Report) -> Invoice:
    """Act on what the provider says of a document that was sent."""
    actor = _actor_of(invoice_id)
    invoice = locked(invoice_id, actor)
    if invoice.state not in (State.SENT, State.MISMATCH):
        return invoice
    then = verdict(report, invoice.number, invoice.amount_fen, invoice.tax_fen)
    taken = Invoice.objects.filter(organisation_id=invoice.organisation_id, invoice_number=report.number).exclude(pk=invoice.pk)
    if then is State.ISSUED and taken.exists():
        then = State.MISMATCH
    if then is None:
        return _wait(invoice_id, report.reason)
    if then is State.FAILED:
        move(invoice, then, actor, failure=(report.reason or str(Phrase("服务商说开具失败，没有给出原因")))[:200])
    elif then is State.ISSUED:
        _issued(invoice, report, actor)
    elif invoice.state != State.MISMATCH:
        move(invoice, then, actor, failure=_differs(report)[:200])
    return invoice


def _differs(report: Report) -> str:
    said = Phrase("服务商的结果与申请不符：号码 {number}，价税合计 {total}，税额 {tax}。请到服务商平台核对",
                  number=report.number or "—", total=yuan_text(report.total_fen), tax=yuan_text(report.tax_fen))  # fmt: skip
    return str(said)


def _issued(invoice: Invoice, report: Report, actor: Actor) -> None:
    move(invoice, State.ISSUED, actor, failure="", invoice_number=report.number, invoice_date=report.date, issued_at=clock.now(),
         pdf_url=report.pdf_url if report.pdf_url.startswith(("https://", "http://127.0.0.1:")) else "", pdf_sha256=report.pdf_sha256)  # fmt: skip
    if invoice.original_id is None:
        return
    original = locked(invoice.original_id, actor)
    reddened = InvoiceLine.objects.filter(invoice=invoice).values("reddens_id")
    InvoiceLine.objects.filter(pk__in=reddened).update(live=False)
    left = InvoiceLine.objects.filter(invoice=original, live=True).exists()
    move(original, State.PART_RED if left else State.RED, actor)


def ask_again(invoice_id: int, *, actor: Actor) -> Invoice:
    """Ask the provider now what became of a sent or doubtful document. Raises what the provider's client raises."""
    with transaction.atomic():
        invoice = locked(invoice_id, actor)
        actor.require(Permission.INVOICE_ISSUE, invoice.community_id)
    if invoice.state == State.SENT:
        return put(invoice_id)
    if invoice.state != State.MISMATCH:
        raise WrongState(state=invoice.get_state_display())
    return finish(invoice_id, _client(invoice.organisation_id).query(invoice.number))


def _client(organisation_id: int) -> Provider:
    setup = setup_of(organisation_id)
    if setup is None:
        raise NoProvider()
    return provider_of(setup)


@transaction.atomic
def clear_mismatch(invoice_id: int, *, actor: Actor, reason: str) -> Invoice:
    """Somebody has put it right at the provider's (the wrong document is void there): it counts as failed, and can be
    tried again or cancelled."""
    invoice = locked(invoice_id, actor)
    actor.require(Permission.INVOICE_ISSUE, invoice.community_id)
    if invoice.state != State.MISMATCH:
        raise WrongState(state=invoice.get_state_display())
    move(invoice, State.FAILED, actor, failure=limited(reason, "核对结果", 200, required=True))
    return invoice


def make_rounds(organisation_id: int | None, limit: int = 50) -> int:
    """Send what may go by itself, put and ask for what is under way; returns how many were looked at."""
    place = Q() if organisation_id is None else Q(organisation_id=organisation_id)
    ready = InvoiceSetup.objects.filter(place, enabled=True, auto_issue=True).values("organisation_id")
    asked = Invoice.objects.filter(place, state=State.ASKED, kind=Invoice.Kind.BLUE, organisation_id__in=ready).order_by("pk")
    for invoice_id in list(asked.values_list("pk", flat=True)[:limit]):
        with transaction.atomic():
            actor = _actor_of(invoice_id)
            invoice = locked(invoice_id, actor)
            if invoice.state == State.ASKED:
                _begin(invoice, actor)
    due = Invoice.objects.filter(place, state=State.SENT, next_ask_at__lte=clock.now()).order_by("next_ask_at", "pk")
    ids = list(due.values_list("pk", flat=True)[:limit])
    for invoice_id in ids:
        put(invoice_id)
    return len(ids)
