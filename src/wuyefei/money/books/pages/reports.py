"""Trial balance, movements, income, and the page of one account down to its vouchers."""

from __future__ import annotations

from typing import Any

from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.rules import Permission
from wuyefei.money.billing.public import Deferral
from wuyefei.money.ledger.public import (
    ACCOUNT_NAMES,
    Account,
    Entry,
    Movement,
    account_page,
    get_entry,
    grows_by_debit,
    source_of,
    trial_rows,
    trial_totals,
    turnover,
)

from ..queries.reports import MOVED, income, movement_of
from ..queries.ties import ties
from ..rules import TIE_NAMES
from .common import Asked, account_of, account_url, names


@require_GET
@needs(Permission.LEDGER_VIEW)
def trial(request: StaffRequest) -> HttpResponse:
    """The trial balance, and whether the reports tie to the documents."""
    asked = Asked(request)
    moved = turnover(asked.actor, asked.scope.communities, asked.scope.first, asked.scope.last)
    rows = trial_rows(moved)
    sums = trial_totals(rows)
    shown = [(row, _(ACCOUNT_NAMES[row.account]), account_url(row.account, asked.query)) for row in rows]
    found = [(tie, _(TIE_NAMES[tie.key]), account_url(Account(tie.account), asked.query)) for tie in ties(asked.scope, moved)]
    context = asked.context("trial") | {
        "rows": shown, "sums": sums, "whole": all(sums[at] == sums[at + 1] for at in (0, 2, 4)), "ties": found,
    }  # fmt: skip
    return render(request, "books/trial.html", context)


@require_GET
@needs(Permission.LEDGER_VIEW)
def movements(request: StaffRequest) -> HttpResponse:
    """Opening + increases − decreases = closing of receivables, prepayments and contract liability."""
    asked = Asked(request)
    chosen = request.GET.get("account", "")
    accounts = (account_of(chosen),) if chosen in Account._value2member_map_ else MOVED
    tables = [_table(movement_of(asked.scope, account), asked) for account in accounts]
    context = asked.context("movement") | {"tables": tables, "accounts": names(), "account": chosen}
    return render(request, "books/movement.html", context)


def _table(moved: Movement, asked: Asked) -> dict[str, Any]:
    return {
        "code": moved.account.value, "name": _(ACCOUNT_NAMES[moved.account]), "url": account_url(moved.account, asked.query),
        "lines": [(source_of(kind).label, up, down) for kind, up, down in moved.lines], "moved": moved,
    }  # fmt: skip


@require_GET
@needs(Permission.LEDGER_VIEW)
def income_page(request: StaffRequest) -> HttpResponse:
    """Income by charge item or by community, tied to account 6001."""
    asked = Asked(request)
    by_community = request.GET.get("by") == "community"
    rows = income(asked.scope, by_community=by_community)
    found = {tie.key: tie for tie in ties(asked.scope)}
    sums = [sum(cells) for cells in zip(*((r.direct_fen, r.released_fen, r.adjusted_fen, r.total_fen) for r in rows), strict=True)]
    context = asked.context("income") | {
        "rows": rows, "sums": sums, "by": "community" if by_community else "item", "tie": found["income"],
        "late_fee": found["late_fee"].ledger_fen, "income_url": account_url(Account.INCOME, asked.query),
        "late_fee_url": account_url(Account.LATE_FEE, asked.query),
    }  # fmt: skip
    return render(request, "books/income.html", context)


@require_GET
@needs(Permission.LEDGER_VIEW)
def account(request: StaffRequest) -> HttpResponse:
    """The lines of an account with the running balance; each leads to its voucher."""
    asked = Asked(request)
    chosen = account_of(request.GET.get("account", ""))
    after = request.GET.get("after", "")
    page = account_page(asked.actor, asked.scope.communities, chosen, asked.scope.first, asked.scope.last, after=after)
    sign = 1 if grows_by_debit(chosen) else -1
    lines = [
        (line.entry, source_of(line.entry.kind).label, max(line.amount_fen, 0), max(-line.amount_fen, 0), sign * line.balance_fen)
        for line in page.lines
    ]
    here = account_url(chosen, asked.query)
    context = asked.context("page") | {
        "account": chosen.value, "name": _(ACCOUNT_NAMES[chosen]), "accounts": names(), "lines": lines, "before": sign * page.before_fen,
        "debit": sign > 0, "first_page": here if after else "", "older": f"{here}&after={page.after}" if page.after else "",
    }  # fmt: skip
    return render(request, "books/page.html", context)


@require_GET
@needs(Permission.LEDGER_VIEW)
def voucher(request: StaffRequest, entry_id: int) -> HttpResponse:
    """One entry with its legs, who booked it, and the document it came from."""
    entry, legs = get_entry(request.actor, entry_id)
    source = source_of(entry.kind)
    maker = User.objects.filter(pk=entry.actor_id, organisation_id=request.actor.organisation_id).values_list("name", flat=True).first()
    months = f"from={entry.entry_date:%Y-%m-01}&to={entry.entry_date}&community={entry.community_id}"
    context = {
        "entry": entry, "source": source, "source_url": source.address(entry.source_id) if source.address else "", "maker": maker or "—",
        "legs": [
            (leg.account.value, _(ACCOUNT_NAMES[leg.account]), max(leg.amount_fen, 0), max(-leg.amount_fen, 0), account_url(leg.account, months))
            for leg in legs
        ],
        "total": sum(leg.amount_fen for leg in legs if leg.amount_fen > 0), "released": _released(entry),
        "back": f"{reverse('books:trial')}?{months}",
    }  # fmt: skip
    return render(request, "books/voucher.html", context)


def _released(entry: Entry) -> list[tuple[str, Any, int]]:
    """(charge item, service month, net) of what a release turned into income."""
    rows = Deferral.objects.filter(organisation_id=entry.organisation_id, community_id=entry.community_id, released_entry_id=entry.pk)
    return list(rows.values_list("item__name", "month").annotate(total=Sum("net_fen")).order_by("month", "item__name"))
