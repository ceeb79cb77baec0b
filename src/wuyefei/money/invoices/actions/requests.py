"""Asking for an invoice of what was paid, and taking a request back (product row D4)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import Invalid, NotFound
from wuyefei.foundation.kernel.text import limited, mask_identity
from wuyefei.foundation.platform import audit, clock, vault
from wuyefei.money.payments.public import Payment

from ..models import Invoice, InvoiceLine, InvoiceTitle
from ..queries import invoiceable, offered, open_allocations
from ..rules.lines import Line
from ..rules.requests import LinesTaken, NoProvider, NothingToInvoice
from ..rules.states import DUE, State, WrongState
from ..rules.titles import Title, TitleKind, check_title
from .moving import locked, move


@dataclass(frozen=True)
class InvoiceRequest:
    """``receivable_ids``: only what the payments settled of these bills; empty for all of them."""

    payment_ids: tuple[int, ...]
    title: Title
    receivable_ids: tuple[int, ...] = ()


@transaction.atomic
def ask_invoice(wanted: InvoiceRequest, *, actor: Actor) -> Invoice:
    """Ask for one invoice of everything the payments settled that no live invoice holds.

    The payments are locked first, as by everything that undoes them. Raises ``Invalid`` for the title, ``NoProvider``,
    ``NothingToInvoice``, ``LinesTaken``.
    """
    paid = list(
        Payment.objects.select_for_update(of=("self",))
        .filter(pk__in=wanted.payment_ids, organisation_id=actor.organisation_id, community_id__in=actor.seen)
        .order_by("pk")
    )
    if not paid or len(paid) != len(set(wanted.payment_ids)):
        raise NotFound()
    first = paid[0]
    if any((one.payer_id, one.community_id) != (first.payer_id, first.community_id) for one in paid):
        raise Invalid(field="收款", reason="一张发票只能开给同一个小区的同一位缴费人")
    actor.require(Permission.INVOICE_REQUEST, first.community_id)
    if not offered(actor.organisation_id):
        raise NoProvider()
    title = check_title(wanted.title)
    lines, _left = invoiceable(open_allocations([one.pk for one in paid], wanted.receivable_ids))
    if not lines:
        raise NothingToInvoice()
    invoice = _made(first, lines, title, _remember(first, title), actor)
    told = {"amount_fen": invoice.amount_fen, "payments": [one.pk for one in paid], "title": title.kind.value}
    audit.record(actor, "invoice.asked", invoice, after=told)
    audit.publish(actor, "invoice.asked", community_id=invoice.community_id, invoice=invoice.pk)
    return invoice


def request_number() -> str:
    return f"FP{clock.today():%Y%m%d}{secrets.token_hex(8).upper()}"


def _made(payment: Payment, lines: list[Line], title: Title, kept: InvoiceTitle, actor: Actor) -> Invoice:
    now = clock.now()
    invoice = Invoice.objects.create(
        organisation_id=payment.organisation_id, community_id=payment.community_id, payer_id=payment.payer_id,
        property_id=payment.property_id, title_kind=title.kind, buyer_name=title.name, buyer_tax_number=title.tax_number,
        buyer_key_id=kept.key_id if title.identity else None, buyer_identity_locked=kept.identity_locked if title.identity else None,
        email=title.email, number=request_number(), amount_fen=sum(line.amount_fen for line in lines),
        tax_fen=sum(line.tax_fen for line in lines), asked_by_id=actor.user_id, asked_at=now, due_at=now + DUE[State.ASKED],
    )  # fmt: skip
    try:
        with transaction.atomic():
            InvoiceLine.objects.bulk_create(
                [
                    InvoiceLine(invoice=invoice, allocation_id=line.allocation_id, item_name=line.item, part=line.part,
                                tax_rate=line.tax_rate, service_from=line.service_from, service_to=line.service_to,
                                amount_fen=line.amount_fen, tax_fen=line.tax_fen)
                    for line in lines
                ]
            )  # fmt: skip
    except IntegrityError as error:
        raise LinesTaken() from error
    return invoice


def _remember(payment: Payment, title: Title) -> InvoiceTitle:
    """The title for the next time; an identity number is locked under a key of its own, which an erasure destroys."""
    row = InvoiceTitle.objects.select_for_update().filter(payer_id=payment.payer_id, kind=title.kind, name=title.name).first()
    if row is None:
        row = InvoiceTitle(
            organisation_id=payment.organisation_id, community_id=payment.community_id, payer_id=payment.payer_id, kind=title.kind, name=title.name
        )
    row.tax_number, row.email, row.used_at = title.tax_number, title.email, clock.now()
    if title.identity:
        if row.key_id is None:
            ((row.key_id, _clear),) = vault.new_keys(payment.organisation_id, 1)
        assert row.key_id is not None
        row.identity_locked = vault.lock(vault.subject_key(row.key_id), title.identity)
        row.identity_shown = mask_identity(title.identity)
    row.save()
    return row


def remembered(title: InvoiceTitle) -> Title:
    """A kept title as it was entered, identity number in clear: for the request itself, never for a page."""
    identity = ""
    if title.key_id is not None and title.identity_locked is not None:
        identity = vault.unlock(vault.subject_key(title.key_id), bytes(title.identity_locked))
    return Title(TitleKind(title.kind), title.name, title.tax_number, identity, title.email)


@transaction.atomic
def cancel(invoice_id: int, *, actor: Actor, reason: str) -> Invoice:
    """Take back a request that the tax bureau does not have: not sent yet, or failed. Its lines are free again."""
    invoice = locked(invoice_id, actor)
    asked = invoice.state == State.ASKED
    actor.require(Permission.INVOICE_REQUEST if asked and invoice.kind == Invoice.Kind.BLUE else Permission.INVOICE_ISSUE, invoice.community_id)
    if invoice.state not in (State.ASKED, State.FAILED):
        raise WrongState(state=invoice.get_state_display())
    text = limited(reason, "原因", 200, required=True)
    InvoiceLine.objects.filter(invoice=invoice).update(live=False)
    move(invoice, State.CANCELLED, actor, failure=text)
    return invoice
