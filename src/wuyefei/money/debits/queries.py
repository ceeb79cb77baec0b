"""Scoped reads of mandates, batches and items."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, F, Max, Q, QuerySet, Sum

from wuyefei.foundation.access.actor import Actor, get_community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.money.bank.public import BankLine, lines
from wuyefei.money.billing.public import deferred_on, open_bills

from .models import DebitBatch, DebitBill, DebitItem, DebitSettlement, DebitTerms, Mandate
from .rules import SETTLED_WITHIN
from .rules.choosing import Chosen, Open, Retry, Tried, choose

TRIED = (DebitItem.State.FAILED, DebitItem.State.PARTIAL)
LINES_SHOWN = 10


def mandates(actor: Actor) -> QuerySet[Mandate]:
    """The mandates of the communities whose payments the actor may see."""
    return Mandate.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.PAYMENT_VIEW)
    ).select_related("payer", "community", "made_by", "ended_by").defer("account_sealed")


def get_mandate(actor: Actor, mandate_id: int) -> Mandate:
    found = mandates(actor).filter(pk=mandate_id).first()
    if found is None:
        raise NotFound()
    return found


def batches(actor: Actor) -> QuerySet[DebitBatch]:
    """The batches of the communities whose payments the actor may see."""
    return DebitBatch.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.PAYMENT_VIEW)
    ).select_related("community", "made_by", "sent_by", "undone_by")


def with_sums(rows: QuerySet[DebitBatch]) -> QuerySet[DebitBatch]:
    """Each batch with what was taken (``got``), what stands in suspense (``held``) and how many items wait (``open``)."""
    return rows.annotate(
        got=Sum("items__got_fen", default=0), held=Sum("items__suspense_fen", default=0),
        open=Count("items", filter=Q(items__state=DebitItem.State.WAITING)),
        refused=Count("items", filter=Q(items__state=DebitItem.State.FAILED)),
    )  # fmt: skip


def get_batch(actor: Actor, batch_id: int) -> DebitBatch:
    found = with_sums(batches(actor)).filter(pk=batch_id).first()
    if found is None:
        raise NotFound()
    return found


def items_of(batch: DebitBatch) -> QuerySet[DebitItem]:
    """The items of a batch whose place the caller has checked, in the order of the file."""
    return batch.items.select_related("mandate__payer", "property", "payment__receipt").defer("mandate__account_sealed").order_by("place")


def terms_of(actor: Actor, community_id: int) -> DebitTerms | None:
    """What the community agreed with its bank, if anything yet."""
    get_community(actor, community_id, Permission.PAYMENT_VIEW)
    return DebitTerms.objects.filter(community_id=community_id).first()


def active(community_id: int) -> QuerySet[Mandate]:
    """The mandates that stand in a community; for callers that have checked the place."""
    return Mandate.objects.filter(community_id=community_id, ended_at__isnull=True)


def tries(receivable_ids: Collection[int]) -> dict[int, Tried]:
    """How often the bank refused each bill, wholly or in part, and when last."""
    rows = DebitBill.objects.filter(receivable_id__in=receivable_ids, item__state__in=TRIED)
    found = rows.values_list("receivable_id").annotate(times=Count("pk"), last=Max("item__answered_on"))
    return {pk: Tried(times, last) for pk, times, last in found}


def due_debits(actor: Actor, terms: DebitTerms, on: dt.date) -> Chosen:
    """What a file for a day would ask for, and what it would leave out."""
    limits = dict(active(terms.community_id).values_list("payer_id", "limit_fen"))
    deferred = deferred_on(terms.community_id, on)
    bills = [
        Open(bill.id, bill.payer_id, bill.property_id, bill.due_on, bill.total_fen, bill.held, bill.allocation_order == "agreed",
             bill.id in deferred)
        for bill in (open_bills(actor, on, payer_ids=limits) if limits else [])
    ]  # fmt: skip
    ids = [bill.receivable_id for bill in bills]
    waiting = set(DebitBill.objects.filter(receivable_id__in=ids, waiting=True).values_list("receivable_id", flat=True))
    return choose(bills, limits, waiting, tries(ids), Retry(terms.attempts, terms.days_apart), on)


@dataclass(frozen=True, slots=True)
class Money:
    """Where a batch's money stands, in fen: taken by the bank, come to our account, still on its way."""

    got_fen: int
    settled_fen: int

    @property
    def under_way_fen(self) -> int:
        return self.got_fen - self.settled_fen


def money_of(batch: DebitBatch) -> Money:
    got = batch.items.aggregate(fen=Sum("got_fen", default=0))["fen"]
    settled = batch.settlements.filter(undone_at__isnull=True).aggregate(fen=Sum("line__amount_fen", default=0))["fen"]
    return Money(int(got), int(settled))


def settling_lines(actor: Actor, batch: DebitBatch, money: Money) -> list[BankLine]:
    """Waiting lines of the community that may be this batch's money, the same sum first."""
    if money.under_way_fen <= 0:
        return []
    found = lines(actor).filter(
        community_id=batch.community_id, state=BankLine.State.WAITING, amount_fen__gt=0, amount_fen__lte=money.under_way_fen,
        value_date__gte=batch.debit_on, value_date__lte=batch.debit_on + SETTLED_WITHIN,
    )  # fmt: skip
    return list(found.order_by("-amount_fen", "value_date", "pk")[:LINES_SHOWN])


def settled_lines(batch: DebitBatch, *, undone: bool = False) -> QuerySet[DebitSettlement]:
    """The lines that paid the batch out, or those that were taken for it and are not."""
    rows = batch.settlements.filter(undone_at__isnull=not undone)
    return rows.select_related("line", "asked_by", "decided_by").order_by("pk")


def to_work(actor: Actor) -> int:
    """How many debits wait for a person: money taken in excess."""
    places = actor.communities(Permission.DEBIT_WORK)
    rows = DebitItem.objects.filter(organisation_id=actor.organisation_id, community_id__in=places)
    return rows.filter(state=DebitItem.State.EXCEPTION).count()


def payer_debits(actor: Actor, payer_id: int) -> QuerySet[DebitItem]:
    """What a payer was asked for by the bank, the latest first."""
    rows = DebitItem.objects.filter(mandate__payer_id=payer_id, organisation_id=actor.organisation_id)
    return rows.filter(community_id__in=actor.communities(Permission.PAYMENT_VIEW)).annotate(on=F("batch__debit_on")).order_by("-pk")


def last_tries(receivable_ids: Collection[int]) -> dict[int, DebitItem]:
    """Of these bills, the last item of each that went to the bank, with ``on``, the day of the debit; a file not sent yet, undone
    or never answered is left out. For ids that the caller may see."""
    if not receivable_ids:
        return {}
    rows = DebitBill.objects.filter(receivable_id__in=receivable_ids, item__batch__state=DebitBatch.State.SENT)
    last = rows.exclude(item__state=DebitItem.State.GIVEN_UP).values_list("receivable_id").annotate(last=Max("item_id")).order_by()
    items = DebitItem.objects.annotate(on=F("batch__debit_on")).select_related("mandate").defer("mandate__account_sealed")
    found, of_bill = items.in_bulk([pk for _bill, pk in last]), dict(last)
    return {bill: found[pk] for bill, pk in of_bill.items()}
