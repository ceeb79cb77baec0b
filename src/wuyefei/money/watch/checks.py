"""What ``verify`` proves of the alerts."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Model

from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded
from wuyefei.money.cashdesk.public import DepositSlip, Shift
from wuyefei.money.channels.public import Refund
from wuyefei.money.payments.public import Payment
from wuyefei.money.receipts.public import Receipt

from .models import Alert

TABLES: dict[str, type[Model]] = {
    "payment": Payment, "refund": Refund, "receipt": Receipt, "shift": Shift, "slip": DepositSlip, "request": Request,
}  # fmt: skip


def evidence(organisation_id: int) -> Iterator[Yielded]:
    """Every deed that an alert names stands in its table, in the alert's community."""
    for row in Alert.objects.filter(organisation_id=organisation_id).order_by("pk").iterator(chunk_size=500):
        yield Examined(1)
        for table, model in TABLES.items():
            wanted = {one["row"] for one in row.evidence if one["table"] == table}
            there = set(model._default_manager.filter(pk__in=wanted, community_id=row.community_id).values_list("pk", flat=True)) if wanted else set()
            if wanted - there:
                what = Phrase("依据 {table} {row} 不在账上", table=table, row=min(wanted - there))
                yield Finding("watch.evidence", "watch_alert", row.pk, what)
