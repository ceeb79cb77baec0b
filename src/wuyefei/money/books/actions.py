"""Handing vouchers over to another program."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection, transaction

from wuyefei.foundation.access.actor import Actor, organisation_of
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.exports import MAX_ROWS, Sheet, workbook
from wuyefei.money.ledger.public import ACCOUNT_NAMES, Account, turnover

from .layouts import KINGDEE_HEAD, kingdee_rows, yonyou_lines
from .models import AccountCode, VoucherExport
from .queries.exports import codes, earlier, vouchers_of
from .queries.scope import Scope
from .vouchers import KINGDEE, TARGETS, Voucher, code_fault, default_code

EXPORT_LOCK = 0x77790010
TRIES = 3


class ExportedBefore(DomainError):
    code = "exported_before"
    message = "{first} 至 {last} 的凭证，{who}在 {at} 已经导出过（{entries} 张）。再导一次可能重复入账；确实需要，请选「仍要再导出」。"


class NothingToExport(DomainError):
    code = "nothing_to_export"
    message = "{first} 至 {last} 没有凭证。"


class TooLong(DomainError):
    code = "too_long"
    message = "共 {lines} 行，超过一个文件的 {limit} 行。请缩短日期，或按日汇总。"


@dataclass(frozen=True)
class VoucherFile:
    """The file as handed over, and its record."""

    name: str
    content: bytes
    record: VoucherExport


@transaction.atomic
def export_vouchers(scope: Scope, target: str, *, actor: Actor, each: bool = False, again: bool = False) -> VoucherFile:
    """The vouchers of the scope as a file for ``target``; what was exported before is said, unless ``again``.

    The totals are compared with the trial balance of the same days before anything leaves.
    """
    if target not in TARGETS:
        raise Invalid(field="格式", reason="应为 kingdee 或 yonyou")
    community_id = scope.community_id
    for permission in (Permission.EXPORT, Permission.LEDGER_VIEW):
        if community_id is None:
            actor.require_wide(permission)
        else:
            actor.require(permission, community_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [EXPORT_LOCK, actor.organisation_id])
    before = earlier(scope, target)
    if before and not again:
        raise ExportedBefore(first=before.first, last=before.last, who=before.made_by.name, entries=before.entries,
                             at=f"{before.made_at:%Y-%m-%d}")  # fmt: skip
    found, debit = _agreed(scope, each)
    content = _content(target, found, actor)
    suffix = "xlsx" if target == KINGDEE else "txt"
    record = VoucherExport.objects.create(
        organisation_id=actor.organisation_id, community_id=community_id, target=target, first=scope.first, last=scope.last, each=each,
        entries=sum(row.entries for row in found), vouchers=len(found), debit_fen=debit, digest=hashlib.sha256(content).hexdigest(), made_by_id=actor.user_id,
        made_at=clock.now(),
    )  # fmt: skip
    audit.record(actor, "books.vouchers", record, community_id=community_id, after={
        "target": target, "first": scope.first, "last": scope.last, "vouchers": len(found), "debit_fen": debit, "again": bool(before),
    })  # fmt: skip
    return VoucherFile(f"{target}-{scope.first}-{scope.last}.{suffix}", content, record)


def _agreed(scope: Scope, each: bool) -> tuple[list[Voucher], int]:
    """The vouchers and their debits, equal to the trial balance. Read again where an entry came in between the two."""
    for _ in range(TRIES):
        found = list(vouchers_of(scope, each=each))
        if (debit := _debit(scope, found)) is not None:
            return found, debit
    raise DomainError("export_differs", "导出合计与科目余额表不一致，没有导出，请先核验。")


def _debit(scope: Scope, found: list[Voucher]) -> int | None:
    """The debits, or None where the sums are not the trial balance's. Raises where there is nothing or too much."""
    if not found:
        raise NothingToExport(first=scope.first, last=scope.last)
    lines = [line for voucher in found for line in voucher.lines]
    if len(lines) > MAX_ROWS:
        raise TooLong(lines=len(lines), limit=MAX_ROWS)
    moved = turnover(scope.actor, scope.communities, scope.first, scope.last).values()
    has = sum(line.debit_fen for line in lines), sum(line.credit_fen for line in lines)
    should = sum(part.debit_fen for part in moved), sum(part.credit_fen for part in moved)
    return has[0] if has == should and has[0] == has[1] else None


def _content(target: str, found: list[Voucher], actor: Actor) -> bytes:
    names = codes(actor, target)
    if target == KINGDEE:
        return workbook([Sheet("Page1", KINGDEE_HEAD, kingdee_rows(found, names, actor.name))])
    return "".join(yonyou_lines(found, names, actor.name)).encode("gb18030")


@transaction.atomic
def save_codes(target: str, wanted: Mapping[str, tuple[str, str]], *, actor: Actor) -> int:
    """Set the code and name of accounts in another program; returns how many changed. All or nothing."""
    actor.require_wide(Permission.BOOKS_SETUP)
    if target not in TARGETS:
        raise Invalid(field="格式", reason="应为 kingdee 或 yonyou")
    now = codes(actor, target)
    changed = {}
    for account, (code, name) in wanted.items():
        if account not in now:
            raise Invalid(field="科目", reason=Phrase("没有科目 {account}", account=account))
        code, name = code.strip() or default_code(target, account), name.strip()[:60] or ACCOUNT_NAMES[Account(account)]
        if fault := code_fault(target, code):
            raise Invalid(field=Phrase("科目 {account}", account=account), reason=fault)
        if now[account] != (code, name):
            changed[account] = (code, name)
    for account, (code, name) in changed.items():
        AccountCode.objects.update_or_create(
            organisation_id=actor.organisation_id, target=target, account=account, defaults={"code": code, "name": name}
        )
    if changed:
        audit.record(actor, "books.codes", organisation_of(actor), before={key: list(now[key]) for key in changed},
                     after={"target": target} | {key: list(value) for key, value in changed.items()})  # fmt: skip
    return len(changed)
