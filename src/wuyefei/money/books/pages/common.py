"""What the pages share: the days and the place asked for."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from wuyefei.foundation.access.gate import StaffRequest
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import Month, parse_day
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock
from wuyefei.money.ledger.public import ACCOUNT_NAMES, Account, readable

from ..queries.scope import Scope, scope_of


class Asked:
    """The report's days (this month's up to today, unless said) and community; what cannot be read is said, not guessed."""

    def __init__(self, request: StaffRequest, permission: Permission = Permission.LEDGER_VIEW) -> None:
        self.wrong: list[str] = []
        self.actor = request.actor
        today = clock.today()
        first, last = Month.of(today).first, today
        text = request.GET.get("community", "")
        self.community = whole_number(text)
        try:
            last = parse_day(request.GET["to"], "截止日") if request.GET.get("to") else last
            first = parse_day(request.GET["from"], "起始日") if request.GET.get("from") else Month.of(last).first
            self.scope: Scope = scope_of(self.actor, first, last, self.community, permission=permission)
        except Invalid as error:
            self.wrong.append(error.text)
            self.scope = scope_of(self.actor, Month.of(today).first, today, self.community, permission=permission)

    @property
    def query(self) -> str:
        words = {"from": str(self.scope.first), "to": str(self.scope.last)}
        return urlencode(words | ({"community": str(self.community)} if self.community else {}))

    def context(self, here: str) -> dict[str, Any]:
        places = readable(self.actor)
        return {
            "asked": self, "scope": self.scope, "places": places, "several": len(places) > 1, "here": here, "wrong": self.wrong,
            "q": self.query, "may_export": self.actor.may(Permission.EXPORT), "tabs": TABS,
        }  # fmt: skip


TABS = ("trial", "movement", "income", "page")


def account_of(text: str, default: Account = Account.RECEIVABLE) -> Account:
    return Account(text) if text in Account._value2member_map_ else default


def account_url(account: Account, query: str) -> str:
    return f"{reverse('books:page')}?account={account.value}&{query}"


def names() -> list[tuple[str, str]]:
    """The chart of accounts: code and name."""
    return [(account.value, ACCOUNT_NAMES[account]) for account in sorted(Account)]
