"""Scoped reads of funds, their money and aids, and what a fund holds."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.db.models import Prefetch, Q, QuerySet, Sum

from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.money.billing.public import Receivable, receivables
from wuyefei.money.concessions.public import MeasureBill

from .models import Aid, AidBill, Fund, Money, Opinion
from .rules.aid import FundKind, OpenBill, State
from .rules.statement import Move, Statement, statement

IN = tuple(way.value for way in Money.IN)


def funds(actor: Actor) -> QuerySet[Fund]:
    """The funds of the communities whose figures the actor may see, and whose bills or books: their money stands line by line."""
    seen = actor.communities(Permission.REPORT_VIEW) & (actor.communities(Permission.BILLING_VIEW) | actor.communities(Permission.LEDGER_VIEW))
    rows = Fund.objects.filter(organisation_id=actor.organisation_id, community_id__in=seen)
    return rows.select_related("community", "measure").order_by("community__sort_key", "community_id", "kind", "pk")


def get_fund(actor: Actor, fund_id: int) -> Fund:
    row = funds(actor).filter(pk=fund_id).first()
    if row is None:
        raise NotFound()
    return row


def aids(actor: Actor) -> QuerySet[Aid]:
    """The aids of the communities whose bills the actor may see."""
    rows = Aid.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.BILLING_VIEW))
    return rows.select_related("fund", "community", "property", "payer", "made_by", "agreed_by")


def get_aid(actor: Actor, aid_id: int) -> Aid:
    row = aids(actor).prefetch_related(_BILLS).filter(pk=aid_id).first()
    if row is None:
        raise NotFound()
    return row


_BILLS = Prefetch("bills", AidBill.objects.select_related("receivable__item", "receivable__property", "receivable__payer", "payment").order_by("receivable__due_on", "receivable_id"))


def get_money(actor: Actor, money_id: int) -> Money:
    row = Money.objects.filter(pk=money_id, fund__in=funds(actor).order_by()).select_related("fund", "line").first()
    if row is None:
        raise NotFound()
    return row


def balances(fund_ids: Collection[int]) -> dict[int, int]:
    """What each fund holds: what came in less what went out."""
    found: dict[int, int] = dict.fromkeys(fund_ids, 0)
    came = Money.objects.filter(fund_id__in=fund_ids, way__in=IN, state=State.DONE).values_list("fund_id").annotate(Sum("amount_fen")).order_by()
    gone = Aid.objects.filter(fund_id__in=fund_ids, state=State.DONE).values_list("fund_id").annotate(Sum("total_fen")).order_by()
    for fund_id, fen in came:
        found[fund_id] += fen
    for fund_id, fen in gone:
        found[fund_id] -= fen
    return found


def balance_of(fund_id: int) -> int:
    return balances([fund_id])[fund_id]


def promised_of(fund_id: int) -> int:
    """What aids that wait for a decision would take."""
    return Aid.objects.filter(fund_id=fund_id, state=State.ASKED).aggregate(fen=Sum("total_fen"))["fen"] or 0


def boxed_of(fund_id: int) -> int:
    """Cash in the fund's box: given in cash and not banked yet."""
    rows = Money.objects.filter(fund_id=fund_id, state=State.DONE)
    found = rows.aggregate(cash=Sum("amount_fen", filter=Q(way=Money.Way.CASH)), banked=Sum("amount_fen", filter=Q(way=Money.Way.BANKED)))
    return (found["cash"] or 0) - (found["banked"] or 0)


def opinions(aid: Aid) -> dict[str, Opinion]:
    """What has been said about an aid, by seat."""
    return {row.seat: row for row in aid.opinions.select_related("person").order_by("pk")}


def as_open(rows: Iterable[Receivable]) -> list[OpenBill]:
    return [OpenBill(row.pk, row.payer_id, row.due_on, row.outstanding_fen) for row in rows if row.reversed_at is None]


def unpaid_of(actor: Actor, home: Property) -> list[Receivable]:
    """The unpaid bills of a property, the oldest first."""
    rows = receivables(actor).filter(property_id=home.pk, outstanding_fen__gt=0, reversed_at__isnull=True)
    return list(rows.select_related("item", "payer").order_by("due_on", "pk"))


def concerned(fund: Fund, *, by_household: bool) -> list[Receivable]:
    """The unpaid bills that a subsidy's policy concerns and the subsidy has not helped; with ``by_household`` those of households
    it has not helped. For callers that have checked the place."""
    assert fund.measure_id is not None
    treated = MeasureBill.objects.filter(measure_id=fund.measure_id, community_id=fund.community_id).values("receivable_id")
    helped = AidBill.objects.filter(aid__fund=fund, aid__state__in=[State.ASKED, State.DONE])
    rows = Receivable.objects.filter(pk__in=treated, community_id=fund.community_id, outstanding_fen__gt=0, reversed_at__isnull=True)
    if by_household:
        rows = rows.exclude(payer_id__in=helped.values("receivable__payer_id"))
    else:
        rows = rows.exclude(pk__in=helped.values("receivable_id"))
    return list(rows.select_related("item", "property", "payer").order_by("due_on", "pk"))


def moves(fund_ids: Collection[int]) -> dict[int, list[Move]]:
    """What each fund gained and gave, by day; what was undone also on the day it was."""
    found: dict[int, list[Move]] = defaultdict(list)
    names = dict(Money.Giver.choices)
    for row in Money.objects.filter(fund_id__in=fund_ids, way__in=IN, done_on__isnull=False).order_by("pk"):
        assert row.done_on is not None
        source = str(names[Money.Giver(row.giver)])
        found[row.fund_id].append(Move(row.done_on, row.amount_fen, source))
        if row.undone_on is not None:
            found[row.fund_id].append(Move(row.undone_on, -row.amount_fen, source))
    for aid in Aid.objects.filter(fund_id__in=fund_ids, done_on__isnull=False).order_by("pk"):
        assert aid.done_on is not None
        found[aid.fund_id].append(Move(aid.done_on, -aid.total_fen, households=aid.households))
        if aid.undone_on is not None:
            found[aid.fund_id].append(Move(aid.undone_on, aid.total_fen, households=-aid.households))
    return found


def statement_of(fund: Fund, year: int, today: dt.date) -> Statement:
    """A calendar year of a fund, up to today. For callers that have checked the place."""
    last = min(Month(year, 12), Month.of(today))
    return statement(moves([fund.pk])[fund.pk], Month(year, 1), max(last, Month(year, 1)))


def years_of(fund: Fund, today: dt.date) -> list[int]:
    """The years of a fund, the latest first."""
    return list(range(today.year, min(fund.made_at.year, today.year) - 1, -1))


def published_funds(community_id: int, today: dt.date) -> list[tuple[Fund, Statement]]:
    """Sums of the funds of a community in this year: for everybody who lives there."""
    rows = list(Fund.objects.filter(community_id=community_id).order_by("kind", "pk"))
    found = moves([row.pk for row in rows])
    return [(row, statement(found[row.pk], Month(today.year, 1), Month.of(today))) for row in rows if found[row.pk]]


def words_of(fund: Fund) -> str:
    """What the owner reads beside the sum that a fund paid of their bill."""
    if fund.kind == FundKind.CARE:
        return "由小区关爱基金代缴，不用归还"
    return f"{fund.source}「{fund.name}」补贴转付，已抵这笔费用"


def paid_words(payment_ids: Sequence[int]) -> dict[int, str]:
    """The words of those payments that a fund made. For callers that have checked their place."""
    rows = AidBill.objects.filter(payment_id__in=payment_ids).select_related("aid__fund")
    return {row.payment_id: words_of(row.aid.fund) for row in rows if row.payment_id is not None}
