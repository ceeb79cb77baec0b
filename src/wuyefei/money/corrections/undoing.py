"""What taking a correction back would change: every bill comes to what it was before, and the price goes (product row B3).

Each bill that was corrected gets its own difference back, to the fen and in the same months. A bill published at the price
since comes to what the tariff's other prices make of it. A bill that was reversed since has nothing to give back; any other
reason why a bill cannot be changed stands in the way of the whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice

from django.db.models import QuerySet

from wuyefei.estate.tariffs.public import prices_of
from wuyefei.foundation.kernel.errors import DomainError, Phrase, joined
from wuyefei.money.billing.public import Adjustment, Frozen, Receivable, corrected_fen

from .models import Correction, Line
from .queries import CHUNK, Changed, Found, Plan, billed_at, changed_bills, judged
from .rules import HINDRANCE_NAMES, Hindrance

NAMED = 5
"""Bills named in a refusal; the others are counted."""


class LaterCorrection(DomainError):
    code = "corrected_later"
    message = "这项收费标准后来又自 {day} 起更正过，请先撤销那一次。"


class NotUndone(DomainError):
    code = "correction_not_undone"
    message = "不能撤销，有 {count} 笔账单退不回去：{bills}。办完这些再撤销，或补录一份新的价格。"


def undo_plan(row: Correction) -> Plan:
    """Every bill to be put back where a correction that was done is taken back. Writes nothing; for callers that have checked the
    place. Raises ``LaterCorrection``, ``NotUndone``."""
    _refuse_later(row)
    corrected = _corrected(row)
    found = list(judged(corrected))
    done, rows = {bill.pk for bill, *_ in corrected}, iter(_published_since(row).iterator(chunk_size=CHUNK))
    assert row.version is not None
    others = [one for one in prices_of([row.tariff_id])[row.tariff_id] if one.version_number != row.version.number]
    while some := list(islice(rows, CHUNK)):
        fresh = [bill for bill in some if bill.pk not in done]
        found += judged(list(changed_bills(row.tariff, others, row.effective_from, fresh)))
    _refuse_hindered(found)
    return Plan(found, 0)


def _refuse_later(row: Correction) -> None:
    """The last correction of a tariff is taken back first: an earlier one cannot know what the later made of its bills."""
    assert row.version is not None
    later = Correction.objects.filter(
        tariff_id=row.tariff_id, state=Correction.State.DONE, undoes__isnull=True, version__number__gt=row.version.number
    )
    last = later.order_by("-version__number").first()
    if last is not None:
        raise LaterCorrection(day=last.effective_from)


def _corrected(row: Correction) -> list[Changed]:
    """The bills that this price corrected, in one go or in several, and what each was before."""
    lines = Line.objects.filter(correction__version_id=row.version_id, correction__state=Correction.State.DONE, adjustment__isnull=False)
    made = {line.receivable_id: line for line in lines.select_related("receivable__item", "receivable__property", "adjustment").order_by("pk")}
    before, fen = _frozen_before(made), corrected_fen(list(made))
    changed: list[Changed] = []
    for pk, line in made.items():
        bill, change = line.receivable, line.adjustment
        assert change is not None
        billed = bill.amount_fen + fen.get(pk, 0)
        changed.append((bill, billed, billed - change.amount_fen, before[pk]))
    return changed


def _frozen_before(made: dict[int, Line]) -> dict[int, Frozen]:
    """The prices of each bill that its correction took the place of."""
    found: dict[int, Frozen] = {pk: line.receivable.prices for pk, line in made.items()}
    rows = Adjustment.objects.filter(receivable_id__in=list(made), kind=Adjustment.Kind.PRICE).order_by("pk")
    for pk, receivable_id, prices in rows.values_list("pk", "receivable_id", "prices"):
        if pk < (made[receivable_id].adjustment_id or 0):
            found[receivable_id] = prices or []
    return found


def _published_since(row: Correction) -> QuerySet[Receivable]:
    assert row.version is not None
    rows = billed_at(row.tariff_id, row.effective_from).filter(reversed_at__isnull=True, prices__contains=[{"version": row.version.number}])
    return rows.select_related("item", "property")


def _refuse_hindered(found: Sequence[Found]) -> None:
    hindered = {one.receivable_id: one.hindrance for one in found if one.hindrance not in (None, Hindrance.VOID)}
    if hindered:
        named = list(_named(sorted(hindered)[:NAMED], hindered))
        raise NotUndone(count=len(hindered), bills=joined(named))


def _named(ids: Collection[int], why: Mapping[int, Hindrance | None]) -> Iterator[str]:
    rows = Receivable.objects.filter(pk__in=ids).select_related("property").order_by("property__sort_key", "service_from", "pk")
    for bill in rows:
        reason = why[bill.pk]
        assert reason is not None
        yield Phrase("{home} {since}（{why}）", home=bill.property.code, since=bill.service_from, why=HINDRANCE_NAMES[reason])
