"""Scoped reads of receipts."""

from __future__ import annotations

import dataclasses

from django.db.models import QuerySet

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import NotFound

from .models import Receipt
from .rules import ReceiptSnapshot


def receipts(actor: Actor) -> QuerySet[Receipt]:
    """The receipts of the communities whose payments the actor may see."""
    return Receipt.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.PAYMENT_VIEW)
    )


def get_receipt(actor: Actor, receipt_id: int) -> Receipt:
    receipt = receipts(actor).select_related("community", "organisation").filter(pk=receipt_id).first()
    if receipt is None:
        raise NotFound()
    return receipt


def receipt_by_token(token: str) -> Receipt:
    """The receipt a public verification link names; the link itself says nothing about anybody."""
    receipt = Receipt.objects.select_related("community", "organisation").filter(token=token).first()
    if receipt is None:
        raise NotFound()
    return receipt


def snapshot_of(receipt: Receipt, *, verify_url: str = "", duplicate_no: int = 0) -> ReceiptSnapshot:
    """What the receipt prints now: its frozen snapshot with void, reprint and verification marks."""
    voided_on = receipt.voided_at.astimezone(CHINA).date() if receipt.voided_at else None
    return dataclasses.replace(
        ReceiptSnapshot.from_json(receipt.snapshot), voided=voided_on is not None, voided_on=voided_on,
        void_reason=receipt.void_reason, verify_url=verify_url, duplicate_no=duplicate_no,
    )  # fmt: skip
