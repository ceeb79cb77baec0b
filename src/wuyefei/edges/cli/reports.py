"""``report`` and ``export``: what the books say, for people and for other programs."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterable
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from wuyefei.foundation.kernel.dates import Month, parse_day
from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase, spoken
from wuyefei.foundation.kernel.money import yuan, yuan_text

from . import audits, boot, history, ledgers, packs
from .boot import Outcome, Scope
from .speech import said

if TYPE_CHECKING:
    from wuyefei.insight.measures.public import Rates

SHOWN = 200
"""Rows of arrears printed for people; the JSON document holds them all."""


def _scopes(args: argparse.Namespace) -> list[Scope]:
    """The community or organisation named, the organisation of the user named, or else every organisation there is."""
    boot.ready()
    from wuyefei.foundation.access.models import Organisation, User

    if args.community is not None:
        community = boot.community_named(args.community, args.organisation)
        return [_scope(args, community.organisation_id, community.pk)]
    user = User.objects.filter(username__iexact=args.as_user).first() if args.as_user and not args.organisation else None
    if user is not None:
        return [_scope(args, user.organisation_id, None)]
    if args.organisation or args.as_user or not Organisation.objects.exists():
        return [_scope(args, boot.organisation_id_of(args.organisation), None)]
    return [_scope(args, pk, None) for pk in Organisation.objects.order_by("pk").values_list("pk", flat=True)]


def _scope(args: argparse.Namespace, organisation_id: int, community_id: int | None) -> Scope:
    from wuyefei.foundation.access.actor import organisation_of

    actor = boot.acting(args.as_user, organisation_id)
    return Scope(actor, community_id, {"organisation": organisation_of(actor).name, "community": args.community})


def report(args: argparse.Namespace) -> Outcome:
    """One of the reports as of the end of a day in China; of several organisations one after the other."""
    if args.report == "pack":
        return packs.report(args, _scopes)
    if args.report == "audit":
        return audits.report(args, _scopes)
    for name, given in (("--output", args.output), ("--inside", args.inside)):
        if given:
            raise Invalid(field=name, reason="只用于 pack 和 audit")
    from wuyefei.foundation.platform import clock

    as_of = parse_day(args.as_of, "--as-of") if args.as_of else clock.today()
    args.day = as_of
    args.month = Month.parse(args.period) if args.period else None
    if args.month is not None and args.report != "rates":
        raise Invalid(field="--period", reason="只用于 rates")
    history.read_days(args)
    make = {
        "arrears": _arrears, "rates": _rates, "ageing": _ageing, "movement": history.movement, "migration": history.migration,
        "trial-balance": ledgers.trial_balance,
    }[args.report]  # fmt: skip
    found = [(scope, make(args, scope)) for scope in _scopes(args)]
    if len(found) == 1:
        return found[0][1]
    days = {"from": str(args.first), "to": str(args.last)} if args.report in history.REPORTS else {"as_of": str(as_of)}
    document: dict[str, object] = {
        "report": args.report, **days, "organisations": [outcome.document for _, outcome in found],
    }  # fmt: skip
    return Outcome(document, "\n\n".join(f"{scope.head['organisation']}\n{outcome.text}" for scope, outcome in found))


def _arrears(args: argparse.Namespace, scope: Scope) -> Outcome:
    actor, community_id, head = scope.actor, scope.community_id, scope.head
    from wuyefei.insight.measures.public import arrears, places

    names = {place.pk: place.name for place in places(actor, community_id)}
    rows = list(arrears(actor, args.day, community_id))
    totals = {
        "rows": len(rows),
        "outstanding": yuan(sum(row.outstanding_fen for row in rows)),
        "due": yuan(sum(row.outstanding_fen for row in rows if row.days >= 0)),
        "not_due": yuan(sum(row.outstanding_fen for row in rows if row.days < 0)),
        "late_fee": yuan(sum(row.late_fee_fen for row in rows)),
    }
    document = head | {
        "report": "arrears", "as_of": str(args.day), "totals": totals,
        "rows": [
            {"community": names[row.community_id], "property": row.property_code, "payer": row.payer_name,
             "item": row.item_name, "service_from": str(row.service_from), "service_to": str(row.service_to),
             "due_on": str(row.due_on), "days": row.days, "bucket": row.bucket.value, "due": yuan(row.due_fen),
             "paid": yuan(row.paid_fen), "outstanding": yuan(row.outstanding_fen), "late_fee": yuan(row.late_fee_fen)}
            for row in rows
        ],
    }  # fmt: skip
    lines = [said("欠费，截至 {day}", day=args.day)]
    lines += [
        said("{community} {property_code} {payer_name} {item_name} {service_from}–{service_to} 逾期 {days} 天 未缴 {outstanding_fen} 违约金 {late_fee_fen}", community=names[row.community_id], property_code=row.property_code, payer_name=row.payer_name, item_name=row.item_name, service_from=row.service_from, service_to=row.service_to, days=max(row.days, 0), outstanding_fen=yuan_text(row.outstanding_fen), late_fee_fen=yuan_text(row.late_fee_fen))
        for row in rows[:SHOWN]
    ]
    if len(rows) > SHOWN:
        lines.append(said("…… 另有 {more} 行，全部见 --json", more=len(rows) - SHOWN))
    lines.append(said("合计 {count} 行，未缴 {outstanding}（已到期 {due}），违约金 {late_fee}", count=len(rows), outstanding=totals['outstanding'], due=totals['due'], late_fee=totals['late_fee']))
    return Outcome(document, "\n".join(lines))


def _ageing(args: argparse.Namespace, scope: Scope) -> Outcome:
    actor, community_id, head = scope.actor, scope.community_id, scope.head
    from wuyefei.insight.measures.public import BUCKET_NAMES, Bucket, ageing

    lines = ageing(actor, args.day, community_id)
    total = sum(line.outstanding_fen for line in lines)
    due = sum(line.outstanding_fen for line in lines if line.bucket is not Bucket.NOT_DUE)
    buckets = [
        {"bucket": line.bucket.value, "label": spoken(BUCKET_NAMES[line.bucket]), "receivables": line.receivables,
         "properties": line.properties, "outstanding": yuan(line.outstanding_fen)}
        for line in lines
    ]  # fmt: skip
    document = head | {
        "report": "ageing", "as_of": str(args.day), "buckets": buckets,
        "totals": {"outstanding": yuan(total), "due": yuan(due), "not_due": yuan(total - due)},
    }  # fmt: skip
    text = [said("账龄，截至 {day}", day=args.day)]
    text += [
        said("{bucket:<12} {properties:>6} 户 {receivables:>7} 笔 {outstanding_fen:>16}", bucket=spoken(BUCKET_NAMES[line.bucket]), properties=line.properties, receivables=line.receivables, outstanding_fen=yuan_text(line.outstanding_fen))
        for line in lines
    ]
    text.append(said("合计未缴 {total}，其中已到期 {due}", total=yuan_text(total), due=yuan_text(due)))
    return Outcome(document, "\n".join(text))


def _rates(args: argparse.Namespace, scope: Scope) -> Outcome:
    actor, community_id, head = scope.actor, scope.community_id, scope.head
    from wuyefei.insight.measures.public import MEASURES, rates

    *rows, total = rates(actor, args.day, community_id, args.month)
    document = head | {
        "report": "rates", "as_of": str(args.day), "period": str(args.month or Month.of(args.day)),
        "communities": [_rate_row(row) for row in rows], "total": _rate_row(total),
        "measures": {measure.key: measure.version for measure in MEASURES},
    }  # fmt: skip
    lines = [said("收缴率，账期 {period}，截至 {day}", period=document['period'], day=args.day)]
    for row in [*rows, total]:
        name = row.community.name if row.community else said("合计")
        lines.append(
            said("{name}：当期 {current}（{paid_fen} / {due_fen}），户数 {household}（{households_paid} / {households}），清欠 {clearance}（{cleared_fen} / {opening_fen}），综合 {overall}", name=name, current=_percent(row.current), paid_fen=yuan_text(row.paid_fen), due_fen=yuan_text(row.due_fen), household=_percent(row.household), households_paid=row.households_paid, households=row.households, clearance=_percent(row.clearance), cleared_fen=yuan_text(row.cleared_fen), opening_fen=yuan_text(row.opening_fen), overall=_percent(row.overall))
        )
    return Outcome(document, "\n".join(lines))


def _rate_row(row: Rates) -> dict[str, object]:
    return {
        "community": row.community.name if row.community else None,
        "due": yuan(row.due_fen), "paid": yuan(row.paid_fen), "current": _text(row.current),
        "households": row.households, "households_paid": row.households_paid, "household": _text(row.household),
        "opening_arrears": yuan(row.opening_fen), "cleared": yuan(row.cleared_fen), "clearance": _text(row.clearance),
        "overall": _text(row.overall),
    }  # fmt: skip


def _text(rate: Decimal | None) -> str | None:
    return None if rate is None else str(rate)


def _percent(rate: Decimal | None) -> str:
    return "—" if rate is None else f"{rate * 100:.2f} %"


def export(args: argparse.Namespace) -> Outcome:
    """The journal as a Beancount file, or its vouchers for Kingdee or Yonyou."""
    output = Path(args.output).absolute()
    if output.is_dir():
        raise Invalid(field="--output", reason=Phrase("「{output}」是文件夹，应为文件", output=output))
    if not output.parent.is_dir():
        raise Invalid(field="--output", reason=Phrase("没有文件夹「{parent}」", parent=output.parent))
    if args.format != "beancount":
        return ledgers.export(args, output, _scopes(args))
    for name, given in (("--from", args.first), ("--to", args.last), ("--each", args.each), ("--again", args.again)):
        if given:
            raise Invalid(field=name, reason="只用于 kingdee 和 yonyou")
    scopes = _scopes(args)
    from wuyefei.foundation.access.rules import Permission
    from wuyefei.money.ledger.public import journal, readable, render

    covered = []
    for scope in scopes:
        scope.actor.require_anywhere(Permission.EXPORT)
        allowed = scope.actor.communities(Permission.EXPORT)
        covered.append([place for place in readable(scope.actor, scope.community_id) if place.pk in allowed])
    names = {place.pk: place.name for places in covered for place in places}
    title = "、".join(str(scope.head["organisation"]) for scope in scopes)
    entries = chain.from_iterable(journal(scope.actor, places) for scope, places in zip(scopes, covered, strict=True))
    count = write_text(output, render(title, names, entries))
    document = {
        "organisation": title, "community": args.community, "format": "beancount", "output": str(output),
        "communities": len(names), "lines": count,
    }  # fmt: skip
    return Outcome(document, said("已导出 {count} 个小区的账簿到 {output}", count=len(names), output=output))


def write_text(path: Path, chunks: Iterable[str]) -> int:
    """Write a file whole or not at all; returns its lines. Raises ``DomainError`` where it cannot be written."""
    lines = 0
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise DomainError("not_writable", "不能写入「{path}」：{reason}", path=path, reason=error.strerror or "") from error
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            for chunk in chunks:
                lines += chunk.count("\n")
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise DomainError("not_writable", "不能写入「{path}」：{reason}", path=path, reason=error.strerror or "") from error
    finally:
        draft.unlink(missing_ok=True)
    return lines
