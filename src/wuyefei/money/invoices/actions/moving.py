"""The one place where a document changes its state."""

from __future__ import annotations

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform import audit, clock

from ..models import Invoice
from ..rules.states import DUE, State, WrongState, may_move


def locked(invoice_id: int, actor: Actor) -> Invoice:
    invoice = (
        Invoice.objects.select_for_update(of=("self",))
        .filter(pk=invoice_id, organisation_id=actor.organisation_id, community_id__in=actor.seen)
        .first()
    )
    if invoice is None:
        raise NotFound()
    return invoice


def move(invoice: Invoice, then: State, actor: Actor, **facts: object) -> None:
    """Raises ``WrongState`` where the table has no such move. ``facts``: columns that change with it."""
    before = State(invoice.state)
    if not may_move(before, then):
        raise WrongState(state=invoice.get_state_display())
    now = clock.now()
    invoice.state = then
    invoice.due_at = now + DUE[then] if then in DUE else None
    invoice.ended_at = None if then in DUE else now
    for name, value in facts.items():
        setattr(invoice, name, value)
    if then is not State.SENT:
        invoice.next_ask_at = None
    invoice.save()
    audit.record(
        actor, f"invoice.{then.value}", invoice, before={"state": before.value}, after={"amount_fen": invoice.amount_fen, **facts}
    )
    audit.publish(actor, f"invoice.{then.value}", community_id=invoice.community_id, invoice=invoice.pk)
