"""Scoped reads of transfers, and the facts a transfer is worked out from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from wuyefei.estate.occupancy.public import Tie, sharers_on, ties
from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property, get_property, properties
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import DAY, LATEST, Span
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import (
    Adjustment,
    Convention,
    Receivable,
    corrected_fen,
    frozen_of,
    receivables,
    standings,
    thawed_prices,
)
from wuyefei.money.deposits.public import Deposit, held_of
from wuyefei.money.payments.public import balance_fen, paid_towards

from .models import Transfer
from .rules import Basis, Bill, Cut, Fate, Held, Paid, Prepaid, check_day, cut


class NoFormerOwner(DomainError):
    code = "no_former_owner"
    message = "{home} 在 {day} 前一天没有登记{who}，不能过户。请先在房屋页登记人员。"


class LaterOwner(DomainError):
    code = "owner_since"
    message = "{home} 已登记自 {day} 起的业主，过户日期应晚于这一天。"


def transfers(actor: Actor) -> QuerySet[Transfer]:
    """The transfers of the communities whose bills the actor may see."""
    return Transfer.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.BILLING_VIEW)
    ).select_related("community", "property", "seller", "buyer", "made_by")


def get_transfer(actor: Actor, transfer_id: int) -> Transfer:
    row = transfers(actor).filter(pk=transfer_id).first()
    if row is None:
        raise NotFound()
    return row


@dataclass(frozen=True, slots=True)
class Plan:
    """What a transfer on a day would do, in fen; ``held``: prepayment of the former owner by property."""

    homes: Sequence[Property]
    seller: Person
    cuts: Sequence[Cut]
    held: Sequence[tuple[Property, int]]
    prepaid: Prepaid
    deposits: Sequence[Deposit] = ()
    """Those of the former owner with money, each with its ``held_fen``."""

    keeps: Held = Held.LEAVE

    @property
    def deposit_fen(self) -> int:
        return sum(int(one.held_fen) for one in self.deposits)

    @property
    def handed_fen(self) -> int:
        return self.deposit_fen if self.keeps is Held.MOVE else 0

    @property
    def changes(self) -> list[Cut]:
        return [one for one in self.cuts if one.changes]

    @property
    def prepaid_fen(self) -> int:
        return sum(fen for _, fen in self.held)

    @property
    def moved_fen(self) -> int:
        return self.prepaid_fen if self.prepaid is Prepaid.MOVE else 0

    @property
    def after_fen(self) -> int:
        return sum(one.after_fen for one in self.cuts)

    @property
    def before_fen(self) -> int:
        """What the former owner keeps owing of the fee: of a bill left as it is, what is still unpaid."""
        return sum(max(0, one.before_fen - one.bill.paid_fen) for one in self.cuts)

    @property
    def before_late_fen(self) -> int:
        return sum(one.before_late_fen for one in self.cuts)

    @property
    def kept(self) -> bool:
        """Whether days from the transfer on were paid by the former owner and stay so."""
        return any(one.fate is Fate.KEPT for one in self.cuts)

    @property
    def moves_money(self) -> bool:
        return bool(self.changes or self.moved_fen or self.handed_fen)

    @property
    def amount_fen(self) -> int:
        return self.after_fen + self.moved_fen + self.handed_fen

    def payload(self) -> dict[str, object]:
        """What the second person approves: the figures that must still be so when it is carried out."""
        handed = [[one.pk, int(one.held_fen)] for one in self.deposits] if self.keeps is Held.MOVE else []
        found: dict[str, object] = {
            "bills": [[one.bill.id, one.before_fen, one.after_fen, one.bill.paid_fen] for one in self.changes],
            "held": [[home.pk, fen] for home, fen in self.held] if self.prepaid is Prepaid.MOVE else [],
        }
        if handed:
            found["deposits"] = handed
        return found


def also_owned(actor: Actor, home: Property) -> list[Property]:
    """Spaces attached to the home: they usually go with it."""
    return list(properties(actor).filter(attached_to=home, ended_on__isnull=True).order_by("sort_key"))


def former_owners(property_ids: Sequence[int], day: dt.date, basis: Basis) -> QuerySet[Tie]:
    """Whose bills a transfer cuts: the owners of the day before, or the developer where the home is delivered."""
    role = "developer" if basis is Basis.DELIVERY else "owner"
    rows = Tie.objects.filter(property_id__in=property_ids, role=role, starts_on__lt=day)
    return rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day)).select_related("person").order_by("id")


def plan_of(
    actor: Actor, property_id: int, also: Sequence[int], day: dt.date, basis: Basis, prepaid: Prepaid, paid: Paid,
    keeps: Held = Held.LEAVE,
) -> Plan:
    """Work a transfer out; writes nothing.

    Raises ``NotFound``, ``NoFormerOwner``, ``LaterOwner``, ``Invalid``.
    """
    home = get_property(actor, property_id)
    check_day(day, clock.today())
    spaces = {one.pk: one for one in also_owned(actor, home)}
    if set(also) - set(spaces):
        raise NotFound()
    homes = [home, *(spaces[pk] for pk in also)]
    sellers: set[int] = set()
    first: Person | None = None
    for one in homes:
        later = ties(actor).filter(property=one, role="owner", starts_on__gte=day).order_by("starts_on").first()
        if later is not None:
            raise LaterOwner(home=one.code, day=later.starts_on)
        found = list(former_owners([one.pk], day, basis))
        if not found:
            raise NoFormerOwner(home=one.code, day=day, who="建设单位" if basis is Basis.DELIVERY else "业主")
        sellers |= {row.person_id for row in found}
        sellers |= {portion.person_id for portion in sharers_on([one.pk], day - DAY).get(one.pk, ())}
        first = first or found[0].person
    assert first is not None
    held = [(one, fen) for one in homes if (fen := balance_fen(first.pk, one.pk))]
    today = clock.today()
    cuts = [cut(bill, day, today, paid) for bill in bills_of(actor, [one.pk for one in homes], sellers, day)]
    cuts.sort(key=lambda one: not one.changes)  # what changes stands first
    return Plan(homes, first, cuts, held, prepaid, held_of(first.pk, [one.pk for one in homes]), keeps)


def bills_of(actor: Actor, property_ids: Sequence[int], sellers: set[int], day: dt.date) -> list[Bill]:
    """The bills that stand at the properties and are unpaid, or reach to the day: by due date."""
    open_or_later = Q(outstanding_fen__gt=0) | Q(service_to__gte=day)
    rows = list(
        receivables(actor)
        .filter(open_or_later, property_id__in=property_ids, reversed_at__isnull=True)
        .select_related("property", "item", "payer")
        .prefetch_related("adjustments", "holds")
        .order_by("due_on", "id")
    )
    states, paid = standings(rows, clock.today()), paid_towards([row.pk for row in rows])
    prices, corrected = frozen_of(rows), corrected_fen([row.pk for row in rows])
    return [
        Bill(
            row.pk, row.property.code, row.item.name, row.payer.name, Span(row.service_from, row.service_to), row.due_on,
            row.amount_fen + corrected.get(row.pk, 0),
            tuple(part.amount_fen for part in row.adjustments.all() if part.kind != Adjustment.Kind.PRICE), paid.get(row.pk, 0),
            states[row.pk].payable_fen, row.quantity, thawed_prices(prices[row.pk]), Convention(row.convention), row.late_fee_rate,
            row.late_fee_cap, row.kind == Receivable.Kind.RUN and row.payer_id in sellers,
            tuple(Span(hold.starts_on, hold.ends_on or LATEST) for hold in row.holds.all()),
        )
        for row in rows
    ]  # fmt: skip
