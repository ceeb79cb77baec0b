"""``report trial-balance``: the accountant's balance of accounts between two days."""

from __future__ import annotations

import argparse

from wuyefei.foundation.kernel.errors import spoken
from wuyefei.foundation.kernel.money import yuan, yuan_text

from .boot import Outcome, Scope
from .speech import said

KEYS = ("opening_debit", "opening_credit", "debit", "credit", "closing_debit", "closing_credit")


def trial_balance(args: argparse.Namespace, scope: Scope) -> Outcome:
    """Opening, movement and closing of every account, and each tie between the journal and the documents."""
    from wuyefei.money.books.public import TIE_NAMES, scope_of, ties
    from wuyefei.money.books.public import trial_balance as balance
    from wuyefei.money.ledger.public import ACCOUNT_NAMES, trial_totals

    asked = scope_of(scope.actor, args.first, args.last, scope.community_id)
    rows, found = balance(asked), ties(asked)
    totals = trial_totals(rows)
    document = scope.head | {
        "report": "trial-balance", "from": str(args.first), "to": str(args.last),
        "accounts": [{"account": row.account.value, "name": spoken(ACCOUNT_NAMES[row.account]), **_figures(row.cells)} for row in rows],
        "total": _figures(totals),
        "ties": [
            {"tie": tie.key, "account": tie.account, "ledger": yuan(tie.ledger_fen), "detail": yuan(tie.detail_fen), "gap": yuan(tie.gap_fen)}
            for tie in found
        ],
    }  # fmt: skip
    lines = [said("科目余额表，{first} 到 {last}（期初借 / 贷，本期借 / 贷，期末借 / 贷）", first=args.first, last=args.last)]
    lines += [f"{row.account.value:<7}{spoken(ACCOUNT_NAMES[row.account])}  {_line(row.cells)}" for row in rows]
    lines.append(said("合计 {sums}", sums=_line(totals)))
    lines += [
        said("{name}：总账 {ledger}，明细 {detail}，相差 {gap}", name=spoken(TIE_NAMES[tie.key]), ledger=yuan_text(tie.ledger_fen),
             detail=yuan_text(tie.detail_fen), gap=yuan_text(tie.gap_fen))
        for tie in found
    ]  # fmt: skip
    return Outcome(document, "\n".join(lines))


def _figures(cells: tuple[int, ...]) -> dict[str, str]:
    return {key: yuan(fen) for key, fen in zip(KEYS, cells, strict=True)}


def _line(cells: tuple[int, ...]) -> str:
    texts = [yuan_text(fen) for fen in cells]
    return "，".join(f"{texts[at]} / {texts[at + 1]}" for at in (0, 2, 4))
