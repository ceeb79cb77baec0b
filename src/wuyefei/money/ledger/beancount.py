"""The journal as a Beancount file: one sub-account a community, balance assertions at the end, the same bytes for the
same books."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.kernel.money import yuan
from wuyefei.foundation.kernel.text import pinyin_parts

from .queries import Written
from .rules import ACCOUNT_NAMES, BEANCOUNT_NAMES, Account

CURRENCY = "CNY"


def component(name: str) -> str:
    """``桂语花园`` → ``GuiYuHuaYuan``: letters and digits that begin an account's part; empty where none are left."""
    letters = "".join(re.sub(r"[^A-Za-z0-9]", "", part).capitalize() for part in pinyin_parts(name))
    return letters if re.match(r"[A-Z0-9]", letters) else ""


def components(communities: Mapping[int, str]) -> dict[int, str]:
    """A part of its own for each community, in order of id, so that a later one never renames an earlier one."""
    found: dict[int, str] = {}
    for community_id in sorted(communities):
        wanted = component(communities[community_id]) or f"C{community_id}"
        found[community_id] = f"{wanted}-{community_id}" if wanted in found.values() else wanted
    return found


def quoted(text: str) -> str:
    """A Beancount string on one line."""
    clean = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{clean}"'


def render(title: str, communities: Mapping[int, str], entries: Iterable[Written]) -> Iterator[str]:
    """The lines of the file for ``entries`` in order of date; ``communities`` maps ids to names."""
    parts = components(communities)
    opened: set[tuple[int, Account]] = set()
    balance: dict[tuple[int, Account], int] = defaultdict(int)
    last: dt.date | None = None
    yield f'option "title" {quoted(title)}\n'
    yield f'option "operating_currency" "{CURRENCY}"\n'
    for entry in entries:
        for leg in entry.legs:
            key = entry.community_id, leg.account
            if key not in opened:
                opened.add(key)
                yield from _open(entry.entry_date, leg.account, parts[entry.community_id], communities[entry.community_id])
            balance[key] += leg.amount_fen
        yield f'\n{entry.entry_date} * {quoted(entry.memo)}\n  entry: "{entry.id}"\n  kind: {quoted(entry.kind)}\n'
        for leg in entry.legs:
            yield f"  {_account(leg.account, parts[entry.community_id])}  {yuan(leg.amount_fen)} {CURRENCY}\n"
        last = entry.entry_date
    if last is not None:
        yield "\n"
        for (community_id, account), fen in sorted(balance.items()):
            yield f"{last + DAY} balance {_account(account, parts[community_id])}  {yuan(fen)} {CURRENCY}\n"


def _account(account: Account, part: str) -> str:
    return f"{BEANCOUNT_NAMES[account]}:{part}"


def _open(on: dt.date, account: Account, part: str, community: str) -> Iterator[str]:
    yield f"\n{on} open {_account(account, part)} {CURRENCY}\n"
    yield f"  code: {quoted(account.value)}\n  name: {quoted(ACCOUNT_NAMES[account])}\n  community: {quoted(community)}\n"
