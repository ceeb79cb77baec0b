"""``report trial-balance`` and the voucher files of ``export``."""

from __future__ import annotations

import argparse
from pathlib import Path

from wuyefei.foundation.kernel.dates import parse_day
from wuyefei.foundation.kernel.errors import DomainError, Invalid, spoken
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


def export(args: argparse.Namespace, output: Path, scopes: list[Scope]) -> Outcome:
    """Vouchers of some days for Kingdee or Yonyou; the record is kept only where the file could be written."""
    from django.db import transaction

    from wuyefei.foundation.access.rules import Permission
    from wuyefei.foundation.platform import clock
    from wuyefei.money.books.public import export_vouchers, scope_of

    if len(scopes) != 1:
        raise Invalid(field="--organisation", reason="有几家企业，请指明一家")
    if not args.first:
        raise Invalid(field="--from", reason="必填，如 2026-01-01")
    (scope,) = scopes
    first = parse_day(args.first, "--from")
    last = parse_day(args.last, "--to") if args.last else clock.today()
    asked = scope_of(scope.actor, first, last, scope.community_id, permission=Permission.EXPORT)
    with transaction.atomic():
        made = export_vouchers(asked, args.format, actor=scope.actor, each=args.each, again=args.again)
        draft = output.with_name(f".{output.name}.part")
        try:
            draft.write_bytes(made.content)
            draft.replace(output)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise DomainError("not_writable", "不能写入「{path}」：{reason}", path=output, reason=error.strerror or "") from error
    record = made.record
    document = scope.head | {
        "format": args.format, "output": str(output), "from": str(first), "to": str(last), "entries": record.entries,
        "vouchers": record.vouchers, "debit": yuan(record.debit_fen), "sha256": record.digest,
    }  # fmt: skip
    return Outcome(document, said("已把 {entries} 张凭证导出为 {vouchers} 张，借方合计 {debit}，写到 {output}", entries=record.entries,
                                  vouchers=record.vouchers, debit=yuan_text(record.debit_fen), output=output))  # fmt: skip
