"""Scoped reads of what was given up, and how debts written off stand since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Adjustment, Receivable, late_fee_of, standings

from .models import GivenUp
from .rules.given_up import GivenUpState, Owed, Standing, Way, standings_of


def given_up(actor: Actor) -> QuerySet[GivenUp]:
    """Those of the communities whose bills the actor may see."""
    rows = GivenUp.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.BILLING_VIEW))
    return rows.select_related("community", "receivable__property", "receivable__payer", "receivable__item", "made_by", "agreed_by", "adjustment", "waiver")


def get_given_up(actor: Actor, given_up_id: int) -> GivenUp:
    row = given_up(actor).filter(pk=given_up_id).first()
    if row is None:
        raise NotFound()
    return row


def given_up_of(receivable_id: int) -> list[GivenUp]:
    """What was asked or done about a bill, the latest first. For callers that have checked its place."""
    return list(GivenUp.objects.filter(receivable_id=receivable_id).exclude(state=GivenUpState.REFUSED).order_by("-pk"))


def owed_of(bill: Receivable) -> Owed:
    """A stored bill as it stands today."""
    today = clock.today()
    standing = standings([bill], today)[bill.pk]
    fee = late_fee_of(bill, today)
    exact, cap = (fee.exact, bill.late_fee_cap) if fee else (Decimal(0), None)
    return Owed(bill.due_on, bill.outstanding_fen, standing.fee_due_fen, exact, cap, standing.waived_fen, standing.settled_fen)


def words_of(row: GivenUp) -> str:
    """What the owner reads on the bill."""
    if row.way == Way.WRITE_OFF:
        return "这笔欠费已从账上核销，不再催缴；债权仍在，要缴请联系物业"
    what = "判决" if row.way == Way.JUDGMENT else "调解"
    parts = [f"{name} {yuan_text(fen)} 元" for name, fen in (("本金", row.principal_fen), ("违约金", row.late_fee_fen)) if fen]
    return f"按{what}「{row.paper}」（{row.paper_on}）减{'、'.join(parts)}"


def stand(rows: Iterable[GivenUp]) -> dict[int, Standing]:
    """How each debt written off stands today; of the others there is nothing to say."""
    bills = {row.receivable_id: row.receivable for row in rows if (row.way, row.state) == (Way.WRITE_OFF, GivenUpState.DONE)}
    offs: dict[int, list[GivenUp]] = defaultdict(list)
    for row in GivenUp.objects.filter(receivable_id__in=bills, way=Way.WRITE_OFF, state=GivenUpState.DONE).order_by("pk"):
        offs[row.receivable_id].append(row)
    mine = Adjustment.objects.filter(kind=Adjustment.Kind.RECOVER, receivable_id__in=bills)
    again = dict(mine.values_list("approval_id").annotate(Sum("amount_fen")).order_by())
    found: dict[int, Standing] = {}
    for pk, some in offs.items():
        pairs = [(row.principal_fen, int(again.get(row.request_id or 0, 0))) for row in some]
        found |= zip([row.pk for row in some], standings_of(pairs, bills[pk].outstanding_fen), strict=True)
    return found


@dataclass(frozen=True, slots=True)
class Sums:
    """What a selection of rows comes to, in fen; only what was carried out counts."""

    written_off_fen: int
    taken_up_fen: int
    reduced_fen: int
    waived_fen: int


def sums(rows: QuerySet[GivenUp]) -> Sums:
    """Principal written off, taken up again since, reduced, and late fee given up."""
    done = rows.filter(state=GivenUpState.DONE).order_by()
    off = Q(way=Way.WRITE_OFF)
    found = done.aggregate(off=Sum("principal_fen", filter=off), cut=Sum("principal_fen", filter=~off), late=Sum("waiver__amount_fen"))
    again = Adjustment.objects.filter(kind=Adjustment.Kind.RECOVER, approval_id__in=done.filter(off).values("request_id"))
    return Sums(found["off"] or 0, again.aggregate(fen=Sum("amount_fen"))["fen"] or 0, found["cut"] or 0, found["late"] or 0)
