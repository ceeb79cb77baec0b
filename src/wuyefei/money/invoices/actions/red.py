"""Red letters 红冲: whole lines of an issued invoice are taken back, on a refund, a void, or a mistake."""

from __future__ import annotations

from collections.abc import Collection

from django.db import IntegrityError, transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock

from ..models import Invoice, InvoiceLine
from ..rules.requests import LinesTaken
from ..rules.states import DUE, State, WrongState
from .moving import locked
from .requests import request_number


class NothingToRedden(DomainError):
    code = "nothing_to_redden"
    message = "没有选中可以红冲的行：已红冲，或正在红冲。"


@transaction.atomic
def ask_red(invoice_id: int, line_ids: Collection[int], reason: str, *, actor: Actor) -> Invoice:
    """Ask for a red letter of some lines, or of all that are left where none is named.

    The lines hold their allocations until the red letter is issued. Raises ``WrongState``, ``NothingToRedden``,
    ``Invalid`` without a reason.
    """
    original = locked(invoice_id, actor)
    actor.require(Permission.INVOICE_ISSUE, original.community_id)
    if original.kind != Invoice.Kind.BLUE or original.state not in (State.ISSUED, State.PART_RED):
        raise WrongState(state=original.get_state_display())
    text = limited(reason, "红冲原因", 200, required=True)
    under_way = InvoiceLine.objects.filter(reddens__invoice=original, live=True).values("reddens_id")
    rows = InvoiceLine.objects.filter(invoice=original, live=True).exclude(pk__in=under_way)
    if line_ids:
        rows = rows.filter(pk__in=line_ids)
    lines = list(rows.order_by("pk"))
    if not lines or (line_ids and len(lines) != len(set(line_ids))):
        raise NothingToRedden()
    red = _made(original, lines, text, actor)
    audit.record(actor, "invoice.red_asked", red, after={"original": original.invoice_number, "amount_fen": red.amount_fen}, reason=text)
    audit.publish(actor, "invoice.asked", community_id=red.community_id, invoice=red.pk)
    return red


def _made(original: Invoice, lines: list[InvoiceLine], reason: str, actor: Actor) -> Invoice:
    now = clock.now()
    red = Invoice.objects.create(
        organisation_id=original.organisation_id, community_id=original.community_id, kind=Invoice.Kind.RED, original=original,
        payer_id=original.payer_id, property_id=original.property_id, title_kind=original.title_kind, buyer_name=original.buyer_name,
        buyer_tax_number=original.buyer_tax_number, buyer_key_id=original.buyer_key_id,
        buyer_identity_locked=original.buyer_identity_locked, email=original.email, number=request_number(),
        amount_fen=-sum(line.amount_fen for line in lines), tax_fen=-sum(line.tax_fen for line in lines), reason=reason,
        asked_by_id=actor.user_id, asked_at=now, due_at=now + DUE[State.ASKED],
    )  # fmt: skip
    try:
        with transaction.atomic():
            InvoiceLine.objects.bulk_create(
                [
                    InvoiceLine(invoice=red, allocation_id=line.allocation_id, reddens=line, item_name=line.item_name, part=line.part,
                                tax_rate=line.tax_rate, service_from=line.service_from, service_to=line.service_to,
                                amount_fen=-line.amount_fen, tax_fen=-line.tax_fen)
                    for line in lines
                ]
            )  # fmt: skip
    except IntegrityError as error:
        raise LinesTaken() from error
    return red
