"""Scoped reads of shifts, and what the desk shows of a household."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from wuyefei.estate.occupancy.public import payers, sharers_on
from wuyefei.estate.people.public import Person, people
from wuyefei.estate.properties.public import Property, get_property, properties, vehicles
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.kernel.text import mask_plate
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import OpenBill, Standing, open_bills, receivables, standings
from wuyefei.money.payments.public import VOID_KIND, Payment, Tender, balance_fen, payments

from .models import Shift
from .rules import difference, expected_cash

RECENT = 8
PARKING_LIMIT = 30


def shifts(actor: Actor) -> QuerySet[Shift]:
    """The shifts of the communities whose payments the actor may see."""
    return Shift.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.PAYMENT_VIEW)
    ).select_related("community", "cashier", "accepted_by")


def get_shift(actor: Actor, shift_id: int) -> Shift:
    shift = shifts(actor).filter(pk=shift_id).first()
    if shift is None:
        raise NotFound()
    return shift


def open_shift_of(actor: Actor, community_id: int) -> Shift | None:
    """The actor's own open shift there."""
    return shifts(actor).filter(community_id=community_id, cashier_id=actor.user_id, state=Shift.State.OPEN).first()


@dataclass(frozen=True, slots=True)
class MethodTotal:
    method: str
    label: str
    count: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class ShiftFigures:
    """What a shift took, by method, and what its drawer should hold. Money in fen."""

    totals: list[MethodTotal]
    expected_fen: int
    difference_fen: int | None
    payments: int
    voided: int

    @property
    def taken_fen(self) -> int:
        return sum(total.amount_fen for total in self.totals)


def in_force(shift: Shift, prefix: str = "") -> Q:
    """The payments that count in the shift: those not voided, or voided only after it had closed."""
    kept = Q(**{f"{prefix}voided_at__isnull": True})
    return kept if shift.closed_at is None else kept | Q(**{f"{prefix}voided_at__gte": shift.closed_at})


def shift_figures(shift: Shift) -> ShiftFigures:
    """Totals of a shift that the caller was allowed to read."""
    mine = Payment.objects.filter(pk__in=shift.payments.values("payment_id"))
    rows = (
        Tender.objects.filter(in_force(shift, "payment__"), payment__in=mine)
        .values("method")
        .annotate(count=Count("id"), fen=Sum("amount_fen"))
    )
    found = {row["method"]: row for row in rows}
    totals = [
        MethodTotal(method.value, str(method.label), found[method.value]["count"], found[method.value]["fen"])
        for method in Tender.Method
        if method.value in found
    ]
    cash = [total.amount_fen for total in totals if total.method == Tender.Method.CASH]
    expected = shift.expected_fen if shift.expected_fen is not None else expected_cash(shift.float_fen, cash)
    gap = None if shift.counted_fen is None else difference(expected, shift.counted_fen)
    count = mine.count()
    return ShiftFigures(totals, expected, gap, count, count - mine.filter(in_force(shift)).count())


@dataclass(frozen=True, slots=True)
class DeskBill:
    """A bill in the list: what is open, how it stands, whether it is chosen to begin with."""

    bill: OpenBill
    standing: Standing
    days_late: int
    chosen: bool
    elsewhere: bool

    @property
    def paid_fen(self) -> int:
        return self.standing.fee_due_fen - self.bill.outstanding_fen

    @property
    def state(self) -> str:
        """A kind of status for the page: hold late part due."""
        if self.bill.held:
            return "hold"
        if self.paid_fen:
            return "part"
        return "late" if self.days_late else "due"


@dataclass(frozen=True, slots=True)
class Payer:
    """Somebody who may pay here, with what is held for them at the property."""

    person: Person
    balance_fen: int
    current: bool


@dataclass(frozen=True, slots=True)
class RecentPayment:
    payment: Payment
    methods: str
    items: str
    void_asked: bool


@dataclass(frozen=True)
class Household:
    """A property with its parking spaces, its payers and everything open of them. ``together``: the payer whose bills at all
    their properties are chosen to be paid as one, where that was asked for."""

    home: Property
    attached: list[Property]
    payers: list[Payer]
    bills: list[DeskBill]
    recent: list[RecentPayment]
    plates: list[str] = field(default_factory=list)
    together: int = 0

    @property
    def owed_fen(self) -> int:
        """Overdue, late fee included; disputed bills and other properties left out."""
        return sum(row.bill.total_fen for row in self.bills if row.days_late and not row.bill.held and not row.elsewhere)

    @property
    def not_due_fen(self) -> int:
        return sum(row.bill.total_fen for row in self.bills if not row.days_late and not row.bill.held and not row.elsewhere)

    @property
    def held_fen(self) -> int:
        return sum(row.bill.total_fen for row in self.bills if row.bill.held and not row.elsewhere)

    @property
    def payer(self) -> Payer | None:
        asked = next((payer for payer in self.payers if payer.person.pk == self.together), None)
        return asked or next((payer for payer in self.payers if payer.current), self.payers[0] if self.payers else None)

    @property
    def homes(self) -> int:
        """At how many properties bills are chosen."""
        return len({row.bill.property_id for row in self.bills if row.chosen})


def home_of(actor: Actor, property_id: int) -> Property:
    """The property itself, or for a parking space or storage room the one it belongs to."""
    found = get_property(actor, property_id)
    return get_property(actor, found.attached_to_id) if found.attached_to_id else found


def household(actor: Actor, property_id: int, together: int = 0) -> Household:
    """What the desk shows of a property of a community in which the actor may take money; ``together``: a payer, such as a
    head office, all of whose bills in the community are chosen to begin with. Raises ``NotFound``."""
    home = home_of(actor, property_id)
    actor.require(Permission.CASHDESK, home.community_id)
    attached = list(properties(actor).filter(attached_to=home, ended_on__isnull=True).order_by("sort_key")[:PARKING_LIMIT])
    ids = [home.pk, *(row.pk for row in attached)]
    today = clock.today()
    paying = {property_id: {person for person, _ in spans} for property_id, spans in payers(ids, Span(today, today)).items()}
    everyone = set().union(*paying.values()) | ({together} if together else set())
    here = open_bills(actor, today, property_ids=ids)
    known = {bill.id for bill in here}
    beyond = [
        bill for bill in (open_bills(actor, today, payer_ids=everyone) if everyone else []) if bill.id not in known
    ]
    beyond = _of_community(actor, beyond, home.community_id)
    bills = _desk_bills(actor, here, beyond, paying, together)
    sharing = {portion.person_id for portion in sharers_on([home.pk], today).get(home.pk, ())}
    persons = _payers(actor, home, paying[home.pk] | sharing | (everyone & {together}), everyone | {row.bill.payer_id for row in bills if not row.elsewhere})
    plates = vehicles(actor).filter(property_id__in=ids, ended_on__isnull=True).order_by("plate")[:4]
    return Household(home, attached, persons, bills, recent_payments(actor, ids), [mask_plate(row.plate) for row in plates], together)


def _of_community(actor: Actor, bills: list[OpenBill], community_id: int) -> list[OpenBill]:
    ids = {bill.property_id for bill in bills}
    near = set(properties(actor).filter(pk__in=ids, community_id=community_id).values_list("pk", flat=True))
    return [bill for bill in bills if bill.property_id in near]


def _desk_bills(
    actor: Actor, here: list[OpenBill], beyond: list[OpenBill], paying: dict[int, set[int]], together: int
) -> list[DeskBill]:
    """Chosen to begin with: what is due by today and owed by who pays for the property now, or all that who pays together
    owes anywhere; nothing that is disputed."""
    today = clock.today()
    stands = standings(receivables(actor).filter(pk__in=[bill.id for bill in (*here, *beyond)]), today)
    rows = [(bill, False) for bill in here] + [(bill, True) for bill in beyond]
    return [
        DeskBill(
            bill, stands[bill.id], max(0, (today - bill.due_on).days),
            chosen=not bill.held
            and (bill.payer_id == together if together else not elsewhere and bill.due_on <= today and _pays(bill, paying)),
            elsewhere=elsewhere,
        )
        for bill, elsewhere in rows
    ]  # fmt: skip


def _pays(bill: OpenBill, paying: dict[int, set[int]]) -> bool:
    now = paying.get(bill.property_id)
    return not now or bill.payer_id in now


def _payers(actor: Actor, home: Property, now_paying: set[int], others: set[int]) -> list[Payer]:
    found = people(actor).filter(pk__in=now_paying | others, community_id=home.community_id)
    rows = [Payer(person, balance_fen(person.pk, home.pk), person.pk in now_paying) for person in found]
    return sorted(rows, key=lambda row: (not row.current, row.person.pinyin, row.person.pk))


def recent_payments(actor: Actor, property_ids: Iterable[int]) -> list[RecentPayment]:
    """The latest payments at the properties, with their methods and what they were for."""
    rows = list(
        payments(actor)
        .filter(property_id__in=list(property_ids))
        .exclude(kind=Payment.Kind.OPENING)
        .select_related("receipt")
        .order_by(F("pk").desc())[:RECENT]
    )
    ids = [row.pk for row in rows]
    methods: dict[int, list[str]] = defaultdict(list)
    for tender in Tender.objects.filter(payment_id__in=ids).order_by("pk"):
        methods[tender.payment_id].append(tender.get_method_display())
    asked = set(
        Request.objects.filter(
            organisation_id=actor.organisation_id, kind=VOID_KIND, subject_id__in=ids, state=Request.State.OPEN
        ).values_list("subject_id", flat=True)
    )
    return [RecentPayment(row, "、".join(methods[row.pk]), _items(row), row.pk in asked) for row in rows]


def _items(payment: Payment) -> str:
    lines = payment.receipt.snapshot["lines"] if payment.receipt else []
    words = list(dict.fromkeys(line["item"] for line in lines))
    if not words:
        return _("预存") if payment.receipt else payment.get_kind_display()
    text = "、".join(words[:2]) + (_(" 等 %(count)s 项") % {"count": len(words)} if len(words) > 2 else "")
    months = sorted({part for line in lines if line["period"] for part in line["period"].split(" 至 ")})
    if not months:
        return text
    return f"{text} {months[0]}" if len(months) == 1 else f"{text} " + _("%(first)s 至 %(last)s") % {"first": months[0], "last": months[-1]}
