"""One bill explained: what it pays for, how its sum follows, what it was before, and beside its like."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from wuyefei.estate.metering.public import Reading
from wuyefei.estate.tariffs.public import TariffVersion, price_words
from wuyefei.money.billing.public import (
    Explanation,
    LateFee,
    Receivable,
    Standing,
    explanation,
    late_fee_of,
    lost_among,
    standings,
)
from wuyefei.money.concessions.public import Granted, Verdict, granted_on, running_plan, verdicts
from wuyefei.money.corrections.public import corrections_on
from wuyefei.money.divisions.public import divided_on
from wuyefei.money.payments.public import Allocation
from wuyefei.money.relief.public import paid_words
from wuyefei.money.sheets.public import StepLine, photos_of_bill, steps_of_bill
from wuyefei.relations.accounts.public import Place, bills, get_bill, payments_of, same_layout_average
from wuyefei.relations.governance.public import Part, compose, composition

from ..charts import Bar, Bars, Tower, bars, tower
from ..words import State, period, short_period, state
from .home import disputed_among

SERVICE = "service"
"""The charge item whose composition is published: the service fee itself."""
BEFORE = 7
"""Bills of the same kind shown beside this one."""


@dataclass(frozen=True, slots=True)
class Formula:
    """rate × quantity × months, where the whole bill is that; ``month_fen`` is one month of it."""

    price: str
    quantity: str
    unit: str
    months: int
    month_fen: int


@dataclass(frozen=True, slots=True)
class Settled:
    """A payment that settled a part of the bill; ``receipt_id`` only where its receipt may be seen. ``words``: the fund that
    paid it."""

    on: dt.date
    amount_fen: int
    receipt_id: int | None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Priced:
    """A price of the tariff from a day on, in words; ``note`` says why it came."""

    number: int
    since: dt.date
    words: str
    note: str


@dataclass(frozen=True, slots=True)
class BillPage:
    bill: Receivable
    standing: Standing
    state: State
    disputed: bool
    period: str
    where: str
    open_fen: int
    parts: list[tuple[Part, int]]
    tower: Tower | None
    explained: Explanation
    steps: list[StepLine]
    photos: list[Reading]
    formula: Formula | None
    late_fee: LateFee | None
    average_fen: int | None
    before: Bars | None
    prices: list[Priced]
    settled: list[Settled]
    plan: Verdict | None
    """How the plan to pay in parts that covers this bill stands; None where there is none."""

    granted: list[Granted]
    """What was granted on this bill, in words."""
    corrected: list[tuple[str, str, int]]
    """Corrections of its price, and what of it was divided among shops: what it is, in words, and the change in fen."""

    @property
    def other_change_fen(self) -> int:
        """What was adjusted for other reasons."""
        return self.change_fen - sum(one.change_fen for one in self.granted) - sum(fen for _title, _words, fen in self.corrected)

    @property
    def change_fen(self) -> int:
        """What was adjusted since the bill was published."""
        return self.standing.fee_due_fen - self.bill.amount_fen


def bill_page(place: Place, bill_id: int, today: dt.date) -> BillPage:
    """Everything about one bill of the place; ``NotFound`` for any other."""
    bill = get_bill(place, bill_id)
    standing = standings([bill], today)[bill.pk]
    disputed = bill.pk in disputed_among([bill.pk], today)
    void, open_fen = bill.reversed_at is not None, 0 if bill.reversed_at else standing.outstanding_fen + standing.payable_fen
    settled = _settled(place, bill)
    words = state(
        due_on=bill.due_on, today=today, open_fen=open_fen, part_paid=bool(settled), disputed=disputed, void=void,
        waived=not settled and standing.fee_due_fen <= 0, lost=not open_fen and bool(lost_among([bill.pk])),
    )  # fmt: skip
    explained = explanation(bill)
    parts = compose(standing.fee_due_fen, composition(place.community_id)) if bill.item.code == SERVICE and standing.fee_due_fen > 0 else []
    return BillPage(
        bill, standing, words, disputed, bill.memo or period(bill.service_from, bill.service_to),
        bill.property.code if bill.property_id != place.property_id else "", open_fen, parts,
        tower([(_(part.name), _(part.note), part.percent, fen) for part, fen in parts]) if parts else None,
        explained, steps_of_bill(bill), photos_of_bill(bill.pk) if bill.kind == Receivable.Kind.SHEET else [], _formula(bill, explained), late_fee_of(bill, today) if standing.payable_fen or standing.settled_fen else None,
        same_layout_average(place, bill), _before(place, bill), _prices(bill), settled,
        _plan(bill, today), granted_on(bill.pk), _corrected(bill),
    )  # fmt: skip


def _corrected(bill: Receivable) -> list[tuple[str, str, int]]:
    found = [(_("差价更正"), words, fen) for words, fen in corrections_on(bill.pk)]
    return found + [(_("拆分到商铺"), words, fen) for words, fen in divided_on(bill.pk)]


def _plan(bill: Receivable, today: dt.date) -> Verdict | None:
    plan = running_plan(bill.pk)
    return None if plan is None else verdicts([plan], today)[plan.pk]


def _formula(bill: Receivable, explained: Explanation) -> Formula | None:
    """Three boxes say it all where every month is whole and under one price without a fixed part."""
    if len(explained.versions) != 1 or any(piece.share for piece in explained.pieces):
        return None
    number = explained.versions[0][0]
    price = next((entry for entry in bill.prices if int(str(entry["version"])) == number), None)
    if price is None or Decimal(str(price["fixed"])) or not Decimal(str(price["per_unit"])) or price.get("daily") or "how" in price or "share" in price:
        return None
    months = len(explained.pieces)
    return Formula(
        _two(Decimal(str(price["per_unit"]))),
        _two(bill.quantity) if explained.unit == "㎡" else f"{bill.quantity.normalize():f}", explained.unit, months,
        explained.pieces[0].amount_fen,
    )  # fmt: skip


def _two(value: Decimal) -> str:
    """At least two decimals, and no idle zeros beyond them."""
    text = f"{value.normalize():f}"
    whole, _dot, rest = text.partition(".")
    return f"{whole}.{rest.ljust(2, '0')}"


def _before(place: Place, bill: Receivable) -> Bars | None:
    """The last bills of the same kind at the same property, this one marked; None where it is the first."""
    like = bills(place).filter(
        property_id=bill.property_id, item_id=bill.item_id, tariff=bill.tariff, reversed_at__isnull=True, kind="run",
        service_from__lte=bill.service_from,
    )  # fmt: skip
    rows = list(like.order_by("-service_from", "-pk")[:BEFORE])[::-1]
    if len(rows) < 2:
        return None
    return bars([Bar(short_period(row.service_from, row.service_to), row.amount_fen, marked=row.pk == bill.pk) for row in rows])


def _prices(bill: Receivable) -> list[Priced]:
    """The prices of the bill's tariff over time, the latest first."""
    if bill.tariff_id is None:
        return []
    rows = TariffVersion.objects.filter(tariff_id=bill.tariff_id, effective_from__lte=bill.service_to, withdrawn_at__isnull=True).order_by("-effective_from")
    method = bill.tariff.method if bill.tariff else ""
    return [
        Priced(row.number, row.effective_from, price_words(method, row.per_unit, row.fixed, row.terms) or _("免收"), row.note)
        for row in rows[:6]
    ]


def _settled(place: Place, bill: Receivable) -> list[Settled]:
    rows = Allocation.objects.filter(receivable_id=bill.pk, reverses__isnull=True, reversed_by__isnull=True)
    seen = set(payments_of(place).filter(pk__in=[row.payment_id for row in rows]).values_list("pk", flat=True))
    sums: dict[int, Settled] = {}
    funds = paid_words([row.payment_id for row in rows])
    for row in rows.select_related("payment").order_by("pk"):
        earlier = sums.get(row.payment_id)
        receipt = row.payment.receipt_id if row.payment_id in seen else None
        sums[row.payment_id] = Settled(row.value_date, row.amount_fen + (earlier.amount_fen if earlier else 0), receipt, funds.get(row.payment_id, ""))
    return list(sums.values())
