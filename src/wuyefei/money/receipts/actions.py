"""Issue, print and void receipts."""

from __future__ import annotations

import dataclasses
import json
import secrets
from collections.abc import Sequence

from django.db import transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.copying import copy_rows, take_ids
from wuyefei.foundation.platform.inserting import insert
from wuyefei.foundation.platform.numbering import take, take_with_id

from .models import Receipt, ReceiptPrint
from .queries import get_receipt
from .rules import ReceiptSnapshot, check, receipt_number

SERIES = "receipt"


@transaction.atomic(savepoint=False)
def issue(draft: ReceiptSnapshot, *, actor: Actor, community: Community) -> Receipt:
    """Give ``draft`` the next number and keep it. Called last in the payment's transaction.

    The draft's own number is ignored. Raises ``Unbalanced`` when its lines do not add up.
    """
    receipt = numbered(draft, actor=actor, community=community)
    insert(receipt)
    return receipt


def numbered(draft: ReceiptSnapshot, *, actor: Actor, community: Community) -> Receipt:
    """What ``issue`` keeps, for whoever writes it together with the payment that points at it."""
    check(dataclasses.replace(draft, number="-"))
    year = draft.issued_on.year
    serial, receipt_id = take_with_id(actor.organisation_id, community.pk, SERIES, year, Receipt)
    number = receipt_number(community.receipt_prefix, year, serial)
    return Receipt(
        id=receipt_id, organisation_id=actor.organisation_id, community=community, year=year, serial=serial, number=number,
        token=secrets.token_urlsafe(18), total_fen=draft.total_fen, issued_at=clock.now(),
        snapshot=dataclasses.replace(draft, number=number).to_json(),
    )  # fmt: skip


@transaction.atomic
def issue_block(drafts: Sequence[ReceiptSnapshot], *, actor: Actor, community: Community) -> list[int]:
    """Give drafts of one day the next numbers, in their order, and keep them; returns the receipts' ids.

    Called last in the transaction of the payments, like ``issue``. Raises ``Unbalanced`` for the first that does not
    add up.
    """
    if not drafts:
        return []
    for draft in drafts:
        check(dataclasses.replace(draft, number="-"))
    year, now = drafts[0].issued_on.year, clock.now()
    first = take(actor.organisation_id, community.pk, SERIES, year, len(drafts))
    ids = take_ids(Receipt, len(drafts))
    columns = ("id", "organisation_id", "community_id", "year", "serial", "number", "token", "total_fen", "issued_at", "snapshot",
               "void_reason")  # fmt: skip
    rows = []
    for serial, (receipt_id, draft) in enumerate(zip(ids, drafts, strict=True), start=first):
        number = receipt_number(community.receipt_prefix, year, serial)
        document = json.dumps({**draft.to_json(), "number": number}, ensure_ascii=False)
        rows.append((receipt_id, actor.organisation_id, community.pk, year, serial, number, secrets.token_urlsafe(18),
                     draft.total_fen, now, document, ""))  # fmt: skip
    copy_rows(Receipt, columns, rows)
    return ids


@transaction.atomic
def void(receipt: Receipt, *, actor: Actor, reason: str) -> None:
    """Mark a receipt void: it keeps its number and what it said."""
    row = Receipt.objects.select_for_update().get(pk=receipt.pk)
    if row.voided_at:
        raise DomainError("receipt_voided", "收据 {number} 已经作废。", number=row.number)
    row.voided_at, row.void_reason = clock.now(), reason[:400]
    row.save(update_fields=["voided_at", "void_reason"])
    audit.record(actor, "receipt.void", row, reason=reason)


@transaction.atomic
def log_print(receipt_id: int, *, actor: Actor) -> tuple[Receipt, int]:
    """Note a print; returns the receipt and how many prints there were before (0: this is the original).

    The original may be printed by whoever takes money there; every further print needs the right to reprint.
    """
    receipt = get_receipt(actor, receipt_id)
    Receipt.objects.select_for_update().get(pk=receipt.pk)
    before = ReceiptPrint.objects.filter(receipt=receipt).count()
    if before or not actor.may(Permission.CASHDESK, receipt.community_id):
        actor.require(Permission.RECEIPT_REPRINT, receipt.community_id)
    ReceiptPrint.objects.create(receipt=receipt, user_id=actor.user_id, at=clock.now())
    if before:
        audit.record(actor, "receipt.reprint", receipt, after={"nth": before})
    return receipt, before
