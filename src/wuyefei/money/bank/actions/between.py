"""Money of a line that is other communities' (product rows D1, D6): it stays in the bank account it came to, until it is paid over.

There the bank's account rises by all of the line; what of it is for others is owed to them on 1221.1 内部往来, on both sides in one
transaction, so that over the firm the account is always nil.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wuyefei.foundation.access.actor import Actor
from wuyefei.money.ledger.public import Account, Posting, post

from ..models import BankLine

BETWEEN_KIND, BETWEEN_UNDONE_KIND = "bank.between", "bank.between_undone"


def elsewhere(line: BankLine, parts: Iterable[tuple[int, int]]) -> dict[int, int]:
    """What of the parts (community, fen) is another community's than the line's, in the order of the communities."""
    sums: dict[int, int] = {}
    for community_id, fen in sorted(parts):
        if community_id != line.community_id:
            sums[community_id] = sums.get(community_id, 0) + fen
    return {place: fen for place, fen in sums.items() if fen}


def out_of_suspense(fen: int, others: Mapping[int, int], account: Account = Account.BANK) -> list[Posting]:
    """What is booked of a line leaves suspense in the line's community: for its own payers (or its own channel account), or owed to the
    others."""
    owed = sum(others.values())
    return [Posting(Account.BANK_SUSPENSE, fen), Posting(account, owed - fen), Posting(Account.INTERNAL, -owed)]


def post_others(line: BankLine, others: Mapping[int, int], *, actor: Actor, undone: bool = False, account: Account = Account.BANK) -> None:
    """In each other community the money is not in its bank account (or with its channel) but owed by the line's."""
    for community_id, fen in others.items():
        owed = -fen if undone else fen
        memo = f"{line} {'撤销' if undone else '由'} {line.community.name} 代收"
        post(BETWEEN_UNDONE_KIND if undone else BETWEEN_KIND, line.pk, [Posting(Account.INTERNAL, owed), Posting(account, -owed)],
             actor=actor, community_id=community_id, memo=memo)  # fmt: skip
