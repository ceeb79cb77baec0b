"""Taking a bank's file in: what is new is matched, what is sure is booked, the rest waits in suspense (product rows D1, D7)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from django.db import connection, transaction

from wuyefei.foundation.access.actor import Actor, get_community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.collector import uncollected
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock, vault
from wuyefei.foundation.platform.copying import copy_rows, take_ids
from wuyefei.money.ledger.public import Account, Posting, post
from wuyefei.money.payments.public import (
    Batch,
    BatchRefused,
    BatchRow,
    Payment,
    Source,
    take_payments_in_bulk,
)

from ..directory import directory_of, dues_of
from ..models import BankLine, BankStatement, LineBooking
from ..reading import read_statement
from ..rules import CLAIM_DUE, MAX_LINES
from ..rules.matching import Candidate, Doubt, Due, Facts, Reason, Verdict, candidates, judge
from ..rules.shapes import Line, Statement, StatementRefused, bare, keys
from .deposits import settle_shown, shown_slips

IMPORT_LOCK = 0x77790023
SUSPENSE_KIND = "bank.suspense"
CHUNK = 5000
RETRIES = 5


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file brought. ``statement`` is None where nothing was new. ``changed``: rows that may have come before with other words:
    they are new lines, but nobody books them unseen."""

    statement: BankStatement | None
    lines: int
    known: int
    booked: int = 0
    waiting: int = 0
    out: int = 0
    changed: tuple[int, ...] = ()


@dataclass(slots=True)
class Fresh:
    """A new line with what was found for it."""

    key: str
    line: Line
    mark: str = ""
    verdict: Verdict = field(default_factory=Verdict)
    doubt: str = ""
    booked: bool = False
    slip_id: int | None = None

    @property
    def sure(self) -> bool:
        return self.verdict.sure and not self.doubt and self.slip_id is None


@transaction.atomic
@uncollected()
def import_statement(community_id: int, account: str, name: str, data: bytes, *, actor: Actor) -> Imported:
    """Take a file in, all or nothing. Lines that came before are left as they are, so the same file changes nothing.

    ``account`` may be empty where the file names it. Raises ``StatementRefused``, ``UploadRefused``, ``Invalid``.
    """
    community = get_community(actor, community_id, Permission.PAYMENT_BATCH)
    name = limited(name, "文件", 120, required=True)
    read = read_statement(name, data)
    number = _account(read, account)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [IMPORT_LOCK, community.pk])
    every = [Fresh(key, line) for key, line in keys(number, community.pk, read.lines)]
    known = _known(community.pk, [one.key for one in every])
    new = [one for one in every if one.key not in known]
    if not new:
        return Imported(None, len(every), len(every))
    changed = _changed(community.pk, number, read.kind, new)
    match_lines(new, community.pk, actor=actor)
    for one in new:
        if one.line.number in changed:
            one.doubt = Doubt.CHANGED.value
    shown = shown_slips(community.pk, [one.line for one in new])
    for one in new:
        one.slip_id = shown.get(one.line.number)
    digest = hashlib.sha256(data).hexdigest()
    _book(new, community.pk, name, digest, actor)
    head = _head(read, number, name, digest, new, len(known), actor, community.pk)
    _write(head, new, actor)
    into = [one for one in new if one.line.amount_fen > 0 and one.slip_id is None]
    booked = sum(one.booked for one in new)
    audit.record(actor, "bank.import", head, after={"lines": len(every), "known": len(known), "booked": booked, "suspense_fen": head.suspense_fen})
    audit.publish(actor, "bank.imported", community_id=community.pk, statement=head.pk, lines=len(new), booked=booked)
    return Imported(head, len(every), len(known), booked, len(into) - booked, sum(one.line.amount_fen < 0 for one in new), tuple(sorted(changed)))


@uncollected()
def look(community_id: int, account: str, name: str, data: bytes, *, actor: Actor) -> list[Fresh]:
    """Every line of a file with whose it seems to be, as if none of it had come before. Changes nothing."""
    community = get_community(actor, community_id, Permission.PAYMENT_BATCH)
    read = read_statement(name, data)
    every = [Fresh(key, line) for key, line in keys(_account(read, account), community.pk, read.lines)]
    match_lines(every, community.pk, actor=actor)
    return every


def _account(read: Statement, given: str) -> str:
    """The account's number, from the file or as typed; refuses two that differ and a file that is empty or too long."""
    stated, typed = bare(read.account), bare(given)
    if stated and typed and stated != typed:
        raise StatementRefused("other_account", "文件是账号尾号 {stated} 的流水，与填写的账号不同。", stated=stated[-4:])
    if not stated and not typed:
        raise Invalid(field="收款账号", reason="文件里没有写账号，请填写")
    if len(stated or typed) > 40:
        raise Invalid(field="收款账号", reason="过长")
    if not read.lines:
        raise StatementRefused("no_lines", "文件里没有一笔流水。")
    if len(read.lines) > MAX_LINES:
        raise StatementRefused("too_many", "文件有 {count} 笔，最多 {most} 笔，请拆开上传。", count=len(read.lines), most=MAX_LINES)
    late = next((line for line in read.lines if line.on > clock.today()), None)
    if late is not None:
        raise StatementRefused("future", "第 {row} 行的日期 {day} 晚于今天。", row=late.number, day=late.on)
    return stated or typed


def _known(community_id: int, wanted: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(wanted), CHUNK):
        rows = BankLine.objects.filter(community_id=community_id, key__in=wanted[start : start + CHUNK])
        found.update(rows.values_list("key", flat=True))
    return found


def _changed(community_id: int, account: str, kind: str, new: Sequence[Fresh]) -> set[int]:
    """The new lines that may be old ones told otherwise: their reference stands on a line that came before, or a file of
    another format had the same sum on the same day."""
    refs = list({one.line.ref for one in new if one.line.ref})
    there: set[str] = set()
    before = BankLine.objects.filter(community_id=community_id, statement__account=account)
    for start in range(0, len(refs), CHUNK):
        there.update(before.filter(ref__in=refs[start : start + CHUNK]).values_list("ref", flat=True))
    days = [one.line.on for one in new]
    others = before.filter(value_date__range=(min(days), max(days))).exclude(statement__kind=kind)
    moves = set(others.values_list("value_date", "amount_fen"))
    return {one.line.number for one in new if one.line.ref in there or (one.line.on, one.line.amount_fen) in moves}


def match_lines(new: Iterable[Fresh], community_id: int, *, actor: Actor) -> None:
    """Find for every line of money in whose it seems to be. Two lines of one payer are judged one after the other."""
    book = directory_of(actor, community_id, clock.today())
    marks: dict[str, str] = {}
    marked = vault.marker(actor.organisation_id)
    found: list[tuple[Fresh, Facts, list[Candidate]]] = []
    days: dict[int, dt.date] = {}
    for one in new:
        line = one.line
        if line.payer_account:
            if line.payer_account not in marks:
                marks[line.payer_account] = marked("bank", bare(line.payer_account))
            one.mark = marks[line.payer_account]
        if line.amount_fen < 0:
            continue
        facts = Facts(line.amount_fen, line.payer_name, one.mark, line.memo)
        fits = candidates(facts, book)
        if fits:
            found.append((one, facts, fits))
            for fit in fits:
                days[fit.payer_id] = max(days.get(fit.payer_id, line.on), line.on)
    dues = dues_of(actor, days)
    for one, facts, fits in sorted(found, key=lambda row: (row[0].line.on, row[0].line.number)):
        one.verdict = judge(facts, fits, dues)
        if one.sure:
            _spend(one, dues)


def _spend(one: Fresh, dues: dict[int, list[Due]]) -> None:
    """What a sure line settles is not owed any more when the payer's next line is judged."""
    payer_id, chosen, left = one.verdict.ranked[0].payer_id, one.verdict.receivable_ids, one.line.amount_fen
    rest = []
    for due in dues.get(payer_id, []):
        taken = min(left, due.fen) if chosen is None or due.receivable_id in chosen else 0
        left -= taken
        if taken < due.fen:
            rest.append(Due(due.receivable_id, due.property_id, due.fen - taken))
    dues[payer_id] = rest


def _book(new: Sequence[Fresh], community_id: int, name: str, digest: str, actor: Actor) -> None:
    """Book the sure lines. A line that cannot be booked waits with the rest, with its reason."""
    for _round in range(RETRIES):
        rows = {one.line.number: one for one in new if one.sure}
        if not rows:
            return
        batch = Batch(community_id, Source.BANK, name, digest, tuple(batch_row(one) for one in rows.values()))
        try:
            with transaction.atomic():
                take_payments_in_bulk(batch, actor=actor)
        except BatchRefused as refused:
            for fault in refused.faults:
                rows[fault.number].doubt = Doubt.REFUSED.value
            continue
        for one in rows.values():
            one.booked = True
        return
    for one in new:
        if one.sure:
            one.doubt = Doubt.REFUSED.value


def batch_row(one: Fresh) -> BatchRow:
    best, line = one.verdict.ranked[0], one.line
    return BatchRow(
        one.key, best.property_id, best.payer_id, line.amount_fen, "transfer", line.on, one.verdict.receivable_ids,
        remark=line.memo[:200], number=line.number,
    )  # fmt: skip


def _head(
    read: Statement, account: str, name: str, digest: str, new: Sequence[Fresh], known: int, actor: Actor, community_id: int
) -> BankStatement:
    sums = [one.line.amount_fen for one in new]
    booked = [one.line.amount_fen for one in new if one.booked]
    own = sum(one.line.amount_fen for one in new if one.slip_id is not None)
    into = sum(fen for fen in sums if fen > 0)
    head = BankStatement.objects.create(
        organisation_id=actor.organisation_id, community_id=community_id, account=account, name=name, kind=read.kind, sha256=digest,
        first_on=min(one.line.on for one in new), last_on=max(one.line.on for one in new), line_count=len(read.lines),
        known_count=known, booked_count=len(booked), in_fen=into, out_fen=-sum(fen for fen in sums if fen < 0),
        booked_fen=sum(booked), suspense_fen=into - sum(booked) - own, imported_at=clock.now(), imported_by_id=actor.user_id,
    )  # fmt: skip
    postings = [Posting(Account.BANK, head.suspense_fen), Posting(Account.BANK_SUSPENSE, -head.suspense_fen)]
    post(SUSPENSE_KIND, head.pk, postings, actor=actor, community_id=community_id, memo=f"{head} 待认领")
    return head


COLUMNS = (
    "id", "organisation_id", "community_id", "statement_id", "key", "number", "value_date", "amount_fen", "payer_name", "payer_tail",
    "payer_mark", "memo", "ref", "proposal", "doubt", "state", "suspense_fen", "owner_id", "due_at", "note", "closed_at", "closed_by_id",
)  # fmt: skip


def _write(head: BankStatement, new: Sequence[Fresh], actor: Actor) -> None:
    ids = take_ids(BankLine, len(new))
    copy_rows(BankLine, COLUMNS, (_row(head, line_id, one, actor) for line_id, one in zip(ids, new, strict=True)))
    lines = {f"{Source.BANK.value}:{one.key}": line_id for line_id, one in zip(ids, new, strict=True) if one.booked}
    wanted = list(lines)
    for start in range(0, len(wanted), CHUNK):
        rows = Payment.objects.filter(organisation_id=head.organisation_id, client_key__in=wanted[start : start + CHUNK])
        pairs = [(lines[key or ""], payment_id) for key, payment_id in rows.values_list("client_key", "pk")]
        copy_rows(LineBooking, ("line_id", "payment_id"), pairs)
    slips = {line_id: one.slip_id for line_id, one in zip(ids, new, strict=True) if one.slip_id is not None}
    if slips:
        settle_shown({slips[row.pk]: row for row in BankLine.objects.filter(pk__in=slips)}, actor=actor)


def proposal_text(verdict: Verdict) -> str:
    """What was found, as it is kept with a line that waits."""
    return f"[{', '.join(f'[{one.property_id}, {one.payer_id}, {_listed(one.reasons)}]' for one in verdict.ranked)}]"


@cache
def _listed(reasons: frozenset[Reason]) -> str:
    return json.dumps(sorted(reasons))


def _row(head: BankStatement, line_id: int, one: Fresh, actor: Actor) -> tuple[object, ...]:
    line, now = one.line, head.imported_at
    waits = line.amount_fen > 0 and not one.booked and one.slip_id is None
    State = BankLine.State
    state = State.WAITING if waits else State.BOOKED if one.booked else State.DEPOSIT if one.slip_id is not None else State.OUT
    doubt = one.doubt or (one.verdict.doubt or "")
    return (
        line_id, head.organisation_id, head.community_id, head.pk, one.key, line.number, line.on, line.amount_fen, line.payer_name,
        bare(line.payer_account)[-4:], one.mark, line.memo, line.ref, proposal_text(one.verdict), str(doubt), state.value,
        line.amount_fen if waits else 0, actor.user_id if waits else None, now + CLAIM_DUE if waits else None, "",
        None if waits else now, None if waits else actor.user_id,
    )  # fmt: skip
