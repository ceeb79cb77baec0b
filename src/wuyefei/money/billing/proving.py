"""What ``verify`` proves of the changes of bills: their months, and the prices they were corrected to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import Sum

from wuyefei.foundation.kernel.dates import CHINA, Month, Span
from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.kernel.money import yuan
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded

from .actions.adjusting import DISCOUNT, months_of
from .models import Adjustment, Deferral
from .repriced import Frozen
from .rules.ahead import changed_months
from .rules.drafting import thawed_prices
from .rules.proration import Convention
from .rules.repricing import changed, net_later, signed_tax_of

TABLE = "billing_adjustment"


def changes_by_month(organisation_id: int) -> Iterator[Yielded]:
    """What of a change of a bill was put off is what belongs to its months after the one it was booked in; what was put off
    for a bill is what its changes say; and a correction comes to the difference of the two prices, to the fen."""
    rows = Adjustment.objects.filter(organisation_id=organisation_id, kind__in=[Adjustment.Kind.ADJUST, Adjustment.Kind.PRICE])
    put_off: dict[int, int] = defaultdict(int)
    before: dict[int, Frozen] = {}
    for row in rows.select_related("receivable__item").order_by("pk").iterator(chunk_size=2000):
        yield Examined(1)
        put_off[row.receivable_id] += row.deferred_fen
        if row.prices is not None:
            months = _difference(row, before.get(row.receivable_id, row.receivable.prices))
            before[row.receivable_id] = row.prices
            if sum(fen for _, fen in months) != row.amount_fen:
                what = Phrase("更正 {has}，按两份价格应为 {should}", has=yuan(row.amount_fen), should=yuan(sum(fen for _, fen in months)))
                yield Finding("billing.changes", TABLE, row.pk, what)
        should = _later(row, months if row.prices is not None else [])
        if row.by_month and should != row.deferred_fen:
            what = Phrase("递延收入 {has}，按账单各月应为 {should}", has=yuan(row.deferred_fen), should=yuan(should))
            yield Finding("billing.changes", TABLE, row.pk, what)
    kept = Deferral.objects.filter(organisation_id=organisation_id, source_kind=DISCOUNT)
    held = dict(kept.values_list("source_id").annotate(Sum("net_fen")).order_by())
    for pk in sorted({*put_off, *held}):
        if put_off.get(pk, 0) != held.get(pk, 0):
            what = Phrase("递延收入 {has}，应收各行合计 {should}", has=yuan(held.get(pk, 0)), should=yuan(put_off.get(pk, 0)))
            yield Finding("billing.changes", "billing_receivable", pk, what)


def _difference(row: Adjustment, before: Frozen) -> list[tuple[Month, int]]:
    bill = row.receivable
    span = Span(bill.service_from, bill.service_to)
    return changed(span, bill.quantity, thawed_prices(before), thawed_prices(row.prices or []), Convention(bill.convention))


def _later(row: Adjustment, months: list[tuple[Month, int]]) -> int:
    bill, booked = row.receivable, Month.of(row.booked_at.astimezone(CHINA).date())
    if bill.item.nature != bill.item.Nature.INCOME:
        return 0
    if row.prices is not None:
        return sum(net_later(months, bill.tax_rate, booked).values())
    return sum(changed_months(row.amount_fen - signed_tax_of(row.amount_fen, bill.tax_rate), months_of(bill), booked).values())
