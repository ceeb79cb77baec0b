"""Telling payers whose debit failed (product rows D1, E1): once an item, as a bill is told, through the law guard.

What the guard turns away at an hour is tried at the next; what was paid meanwhile, or lies too far back, is not told any more.
"""

from __future__ import annotations

import logging

from django.db.models import QuerySet

from wuyefei.foundation.access.models import Organisation
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import clock, jobs
from wuyefei.foundation.platform.models import OutboxEvent
from wuyefei.money.debits.public import DebitBill, DebitItem
from wuyefei.relations.contacts.public import StepRefused

from ..models import Transactional
from ..rules.debits import deed_of, reason_of
from .transactional import CannotSend, missing_for, send_transactional

TASK, TOLD = "notices.debits", "wuyefei.failed-debits"
STEP = "debit"
WITHIN = 5 * DAY
"""A failure is told within so many days of the bank's answer, or not at all."""
AT_ONCE = 500
log = logging.getLogger("wuyefei.notices")


def heard(event: OutboxEvent) -> None:
    """Told that a file came back: the worker tells the payers."""
    if event.data.get("failed"):
        jobs.queue_task(TASK, organisation_id=event.organisation_id)


def key_of(item: DebitItem) -> str:
    return f"debit:{item.pk}"


def waiting(organisation_id: int) -> QuerySet[DebitItem]:
    """The failed items whose payers have not been told, the oldest first."""
    rows = DebitItem.objects.filter(organisation_id=organisation_id, state=DebitItem.State.FAILED, answer__isnull=False)
    rows = rows.filter(answer__imported_at__gte=clock.now() - WITHIN)
    told = Transactional.objects.filter(organisation_id=organisation_id, step=STEP).values_list("key", flat=True)
    done = {int(key.partition(":")[2]) for key in told}
    return rows.exclude(pk__in=done).select_related("mandate__payer__community", "property").order_by("pk")


def tell_failed(organisation_id: int | None = None) -> int:
    """Tell everybody who may be told now; returns how many were. An organisation without a text or a carrier tells nobody."""
    firms = Organisation.objects.order_by("pk").values_list("pk", flat=True)
    ids = list(firms) if organisation_id is None else [organisation_id]
    return sum(_tell(item) for firm in ids if not missing_for(firm, STEP) for item in waiting(firm)[:AT_ONCE])


def _tell(item: DebitItem) -> bool:
    bills = list(DebitBill.objects.filter(item=item).select_related("receivable"))
    open_fen = sum(bill.receivable.outstanding_fen for bill in bills if bill.receivable.reversed_at is None)
    if not open_fen:
        return False
    reason = reason_of(item.words)
    values = {
        "称呼": item.mandate.payer.name, "房号": item.property.code, "金额": yuan_text(item.amount_fen), "扣款原因": reason,
        "怎么办": deed_of(reason, item.next_try_on, mandate_ended=item.mandate.ended_at is not None),
    }  # fmt: skip
    about = [bill.receivable_id for bill in bills]
    try:
        sent = send_transactional(item.mandate.payer, values, key=key_of(item), step=STEP, about=about)
    except (StepRefused, CannotSend) as error:
        log.info("debit %s: %s", item.pk, error.text)
        return False
    return sent.state == Transactional.State.SENT
