"""The list of a month, and the closings of the actor's places."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext_noop as noop

from wuyefei.foundation.access.actor import Actor, get_community
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import CHINA, DAY, Month
from wuyefei.foundation.platform.models import Job
from wuyefei.money.bank.public import BankLine
from wuyefei.money.billing.public import Deferral, Run
from wuyefei.money.books.public import scope_of, ties
from wuyefei.money.cashdesk.public import Shift, open_slips, shift_cash, unbanked
from wuyefei.money.channels.public import ChannelException
from wuyefei.money.ledger.public import Account, readable, turnover
from wuyefei.money.reconciliation.public import differences
from wuyefei.money.sheets.public import Sheet

from .models import Closing
from .rules import Item, Key, Weight, item

NAMES: dict[Key, str] = {
    Key.RUNS: noop("没发布的出账"), Key.SHEETS: noop("没入账的计费单"), Key.SHIFTS: noop("没交完的班"),
    Key.INCOME: noop("没结转的收入"), Key.TIES: noop("总账与明细"), Key.PROOF: noop("核验账目"), Key.BANK: noop("没认领的银行来款"),
    Key.CHANNELS: noop("没处理的收款异常"), Key.DIFFERENCES: noop("没处理的对账差异"), Key.CASH: noop("没到账的现金"), Key.SUSPENSE: noop("待查款、待退款余额"), Key.APPROVALS: noop("没复核的申请"),
}  # fmt: skip
SUSPENSE = (Account.DEBIT_SUSPENSE, Account.BANK_SUSPENSE, Account.SUSPENSE, Account.REFUNDING)
VERIFY_JOB = "verify"


def closings(actor: Actor) -> QuerySet[Closing]:
    """The closings and reopenings of the communities whose books the actor may read."""
    return Closing.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.LEDGER_VIEW)
    ).select_related("community", "asked_by", "fact__decided_by")


def asked_of(community_id: int) -> Closing | None:
    """What waits for a second person at a community the caller has checked."""
    return Closing.objects.filter(community_id=community_id, state=Closing.State.ASKED).select_related("asked_by").first()


@dataclass(frozen=True)
class Ending:
    """The month of a community that a list is about: ``end`` is the first moment after it in China."""

    community: Community
    month: Month

    @property
    def end(self) -> dt.datetime:
        return dt.datetime.combine(self.month.last + DAY, dt.time.min, CHINA)


def checklist(actor: Actor, community_id: int, month: Month) -> list[Item]:
    """What is not settled of the month and everything before it. Raises ``NotFound`` and ``Forbidden``."""
    place = Ending(get_community(actor, community_id, Permission.LEDGER_VIEW), month)
    return [
        _runs(place), _sheets(place), _shifts(place), _income(place), _ties(place, actor), _proof(place), _bank(place),
        _channels(place), _differences(place, actor), _cash(place), _suspense(place, actor), _approvals(place),
    ]  # fmt: skip


def _runs(place: Ending) -> Item:
    states = (Run.State.DRAFT, Run.State.CONFIRMED)
    rows = Run.objects.filter(community=place.community, state__in=states, period__lte=place.month.first)
    found = list(rows.values_list("amount_fen", flat=True))
    return item(Key.RUNS, len(found), sum(found))


def _sheets(place: Ending) -> Item:
    states = (Sheet.State.DRAFT, Sheet.State.ASKED)
    rows = Sheet.objects.filter(community=place.community, state__in=states, service_to__lte=place.month.last)
    found = list(rows.values_list("amount_fen", flat=True))
    return item(Key.SHEETS, len(found), sum(found))


def _shifts(place: Ending) -> Item:
    rows = Shift.objects.filter(community=place.community, opened_at__lt=place.end).exclude(state=Shift.State.ACCEPTED)
    return item(Key.SHIFTS, rows.count())


def _income(place: Ending) -> Item:
    rows = Deferral.objects.filter(community=place.community, month__lte=place.month.first, released_entry_id__isnull=True)
    found = list(rows.values_list("net_fen", flat=True))
    return item(Key.INCOME, len(found), sum(found))


def _ties(place: Ending, actor: Actor) -> Item:
    found = [tie.gap_fen for tie in ties(scope_of(actor, place.month.first, place.month.last, place.community.pk)) if tie.gap_fen]
    return item(Key.TIES, len(found), sum(map(abs, found)) if found else None)


def _proof(place: Ending) -> Item:
    """The latest proof of the firm's books: one since the month's end that holds. One that found something hinders."""
    rows = Job.objects.filter(organisation_id=place.community.organisation_id, kind=VERIFY_JOB, state=Job.State.DONE, result__isnull=False)
    latest = rows.order_by("-id").first()
    found = int((latest.result or {}).get("found", 0)) if latest else 0
    if found:
        return Item(Key.PROOF, found, None, Weight.HINDERS)
    return item(Key.PROOF, int(latest is None or latest.finished_at is None or latest.finished_at < place.end))


def _bank(place: Ending) -> Item:
    states = (BankLine.State.WAITING, BankLine.State.PART, BankLine.State.RETURNING)
    rows = BankLine.objects.filter(community=place.community, state__in=states, value_date__lte=place.month.last)
    found = list(rows.values_list("suspense_fen", flat=True))
    return item(Key.BANK, len(found), sum(found))


def _channels(place: Ending) -> Item:
    rows = ChannelException.objects.filter(community=place.community, closed_at__isnull=True, opened_at__lt=place.end)
    return item(Key.CHANNELS, rows.count(), int(rows.aggregate(fen=Sum("amount_fen", default=0))["fen"]))


def _differences(place: Ending, actor: Actor) -> Item:
    found = differences(actor).filter(community=place.community, closed_at__isnull=True, channel_day__day__lte=place.month.last)
    gaps = [one.gap_fen for one in found]
    return item(Key.DIFFERENCES, len(gaps), sum(map(abs, gaps)))


def _cash(place: Ending) -> Item:
    """Slips of the month that the bank has not shown, and shifts of it whose cash was not taken there."""
    slips = open_slips(place.community.pk).filter(bank_on__lte=place.month.last)
    shifts = unbanked().filter(community=place.community, closed_at__lt=place.end)
    sums = [*slips.values_list("amount_fen", flat=True), *map(shift_cash, shifts)]
    return item(Key.CASH, len(sums), sum(sums))


def _suspense(place: Ending, actor: Actor) -> Item:
    moved = turnover(actor, [place.community], place.month.first, place.month.last)
    held = [-moved[account].closing_fen for account in SUSPENSE if account in moved and moved[account].closing_fen]
    return item(Key.SUSPENSE, len(held), sum(held))


def _approvals(place: Ending) -> Item:
    rows = Request.objects.filter(community=place.community, state=Request.State.OPEN, made_at__lt=place.end)
    return item(Key.APPROVALS, rows.exclude(kind__startswith="closing.").count())


def where(key: Key, community_id: int, month: Month) -> str:
    """The page where an item is settled."""
    here, days = {"community": str(community_id)}, {"from": str(month.first), "to": str(month.last)}
    addresses: dict[Key, tuple[str, dict[str, str]]] = {
        Key.RUNS: ("billing:runs", here), Key.SHEETS: ("sheets:list", here), Key.SHIFTS: ("cashdesk:shifts", here),
        Key.INCOME: ("books:movement", here | days | {"account": Account.DEFERRED.value}), Key.TIES: ("books:trial", here | days),
        Key.PROOF: ("backoffice:verify", {}), Key.BANK: ("bank:claims", here), Key.CHANNELS: ("channels:exceptions", here),
        Key.DIFFERENCES: ("reconciliation:days", {}), Key.CASH: ("cashdesk:slips", here), Key.SUSPENSE: ("books:page", here | days | {"account": Account.BANK_SUSPENSE.value}), Key.APPROVALS: ("approvals:waiting", {}),
    }  # fmt: skip
    name, query = addresses[key]
    return f"{reverse(name)}?{urlencode(query)}" if query else reverse(name)


def places(actor: Actor) -> list[Community]:
    """The communities whose books the actor may read."""
    return readable(actor)
