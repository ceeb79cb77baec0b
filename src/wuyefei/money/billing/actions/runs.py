"""The life of a run: draft, review, confirm, publish by a second person (product row C1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Max

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.collector import uncollected
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.statistics import written
from wuyefei.money.ledger.public import post

from ..facts import Found, community_facts
from ..models import Receivable, Run, RunLine
from ..postings import publish_postings
from ..rules.drafting import Draft, Gap
from ..rules.shapes import Drafter
from .drafted import LINE_COLUMNS, Drafted, drafts_of
from .locks import lock_community
from .published import Published, tell

PUBLISH_KIND = "billing.publish"
LATEST_MONTHS_AHEAD = 12
Progress = Callable[[int], None]
Chunk = list[Found | Gap]


class WrongState(DomainError):
    code = "run_state"
    message = "这次出账的状态是「{state}」，不能{verb}。"


class OtherRunOpen(DomainError):
    code = "other_run_open"
    message = "{community} 还有一次 {period} 的出账没有完成，请先发布或放弃它。"


class EmptyRun(DomainError):
    code = "empty_run"
    message = "没有可发布的账单行。"


@dataclass(frozen=True)
class DraftResult:
    run: Run | None
    line_count: int
    amount_fen: int
    gaps: list[Gap]


@dataclass(frozen=True)
class Selection:
    """A part of a community: empty means all of it."""

    property_ids: tuple[int, ...] = ()
    item_ids: tuple[int, ...] = ()

    def as_json(self) -> dict[str, list[int]]:
        return {"properties": list(self.property_ids), "items": list(self.item_ids)} if self else {}

    def __bool__(self) -> bool:
        return bool(self.property_ids or self.item_ids)


@transaction.atomic
def draft_run(
    community_id: int, month: Month, *, actor: Actor, selection: Selection | None = None, progress: Progress | None = None
) -> DraftResult:
    """Compute the drafts of a month, replacing an open draft of it; a run without any line is not kept.

    Bills the cycles that start in ``month`` and any missing earlier ones. ``progress`` is told how many contract lines
    are done. Raises ``OtherRunOpen``, ``WrongState``.
    """
    check_month(community_id, month, actor)
    lock_community(community_id)
    selection = selection or Selection()
    run = open_run(community_id, month)
    if run is not None:
        RunLine.objects.filter(run=run).delete()
    drafted = Drafted(actor, community_id, month, run)
    with uncollected():
        drafted.write(_told(community_facts(community_id, month, selection.property_ids, selection.item_ids), progress))
    run, gaps = drafted.run, drafted.gaps
    if run is None or not drafted.lines:
        if run:
            _discard(run, actor, "没有应出的账单")
        return DraftResult(None, 0, 0, gaps)
    run.selection = selection.as_json()
    run.line_count, run.amount_fen = drafted.lines, drafted.amount_fen
    run.save(update_fields=["selection", "line_count", "amount_fen"])
    audit.record(actor, "billing.draft", run, after={"lines": run.line_count, "amount_fen": run.amount_fen, "gaps": len(gaps)})
    return DraftResult(run, run.line_count, run.amount_fen, gaps)


def check_month(community_id: int, month: Month, actor: Actor) -> None:
    """Raises ``Forbidden``, ``NotFound``, and ``DomainError`` for a month too far ahead."""
    actor.require(Permission.BILLING_DRAFT, community_id)
    if month.index > Month.of(clock.today()).index + LATEST_MONTHS_AHEAD:
        raise DomainError("too_far_ahead", "账期 {month} 太远，最多提前 12 个月出账。", month=str(month))


def open_run(community_id: int, month: Month) -> Run | None:
    """The draft of this month that may be computed again. Raises ``OtherRunOpen``, ``WrongState``."""
    run = Run.objects.filter(community_id=community_id, state__in=[Run.State.DRAFT, Run.State.CONFIRMED]).first()
    if run and (run.period != month.first):
        raise OtherRunOpen(community=run.community.name, period=f"{run.period:%Y-%m}")
    if run and run.state != Run.State.DRAFT:
        raise WrongState(state=run.get_state_display(), verb="重新计算")
    return run


def _told(chunks: Iterable[Chunk], progress: Progress | None) -> Iterator[Chunk]:
    """The chunks of facts one by one; before each, ``progress`` is told how many contract lines are done."""
    done = 0
    for chunk in chunks:
        if progress is not None:
            progress(done)
        yield chunk
        done += len(chunk)


def compute(community_id: int, month: Month, selection: Selection) -> tuple[list[Draft], list[Gap]]:
    """The drafts and gaps of a community and month, without writing anything."""
    drafts: list[Draft] = []
    gaps: list[Gap] = []
    drafter = Drafter(month)
    for chunk in community_facts(community_id, month, selection.property_ids, selection.item_ids):
        for fact in chunk:
            for row in [fact] if isinstance(fact, Gap) else drafts_of(fact, drafter):
                if isinstance(row, Draft):
                    drafts.append(row)
                else:
                    gaps.append(row)
    return drafts, gaps


def locked_run(run_id: int, actor: Actor, *, state: str, verb: str) -> Run:
    """The run under lock in the state that ``verb`` needs, its community locked before it: a draft that is being computed
    again ends first. Raises ``NotFound``, ``WrongState``."""
    mine = Run.objects.filter(pk=run_id, organisation_id=actor.organisation_id, community_id__in=actor.seen)
    community_id = mine.values_list("community_id", flat=True).first()
    if community_id is None:
        raise NotFound()
    lock_community(community_id)
    run = mine.select_for_update(of=("self",)).select_related("community").get()
    if run.state != state:
        raise WrongState(state=run.get_state_display(), verb=verb)
    return run


@transaction.atomic
def strike_line(line_id: int, *, struck: bool, actor: Actor) -> RunLine:
    """Leave a draft line out of the run, or take it back in; it is then reviewed by the actor."""
    mine = RunLine.objects.filter(pk=line_id, organisation_id=actor.organisation_id)
    found = mine.values_list("community_id", "run_id").first()
    if found is None:
        raise NotFound()
    actor.require(Permission.BILLING_DRAFT, found[0])
    run = locked_run(found[1] or 0, actor, state=Run.State.DRAFT, verb="修改")
    line = mine.first()
    if line is None:  # a draft computed again in the meantime has other lines
        raise NotFound()
    if struck != line.struck:
        sign = -1 if struck else 1
        run.line_count, run.amount_fen = run.line_count + sign, run.amount_fen + sign * line.amount_fen
        run.save(update_fields=["line_count", "amount_fen"])
    line.struck, line.reviewed_by_id = struck, actor.user_id
    line.save(update_fields=["struck", "reviewed_by_id"])
    audit.record(actor, "billing.strike" if struck else "billing.pass", run, after={"line": line.pk, "amount_fen": line.amount_fen})
    return line


@transaction.atomic
def confirm_run(run_id: int, *, actor: Actor) -> Request:
    """Lock the lines and ask a second person to publish. Raises ``EmptyRun``."""
    run = locked_run(run_id, actor, state=Run.State.DRAFT, verb="确认")
    actor.require(Permission.BILLING_CONFIRM, run.community_id)
    count, amount, digest = lines_digest("billing_runline", run.pk)
    if not count:
        raise EmptyRun()
    run.state, run.confirmed_by_id, run.confirmed_at = Run.State.CONFIRMED, actor.user_id, clock.now()
    run.line_count, run.amount_fen, run.lines_hash = count, amount, digest
    run.save()
    audit.record(actor, "billing.confirm", run, after={"lines": count, "amount_fen": amount, "hash": digest})
    payload = {"run": run.pk, "lines": count, "amount_fen": amount, "hash": digest}
    return approvals.ask(
        PUBLISH_KIND, run, actor=actor, community_id=run.community_id, payload=payload, reason=f"发布 {run}", amount_fen=amount
    )


def reopen(request: Request, actor: Actor) -> None:
    """The second person turned the run down (or the first took it back): it is a draft again."""
    run = locked_run(request.subject_id, actor, state=Run.State.CONFIRMED, verb="退回")
    run.state, run.confirmed_by, run.confirmed_at, run.lines_hash = Run.State.DRAFT, None, None, ""
    run.save()
    audit.record(actor, "billing.reopen", run)


def publish(request: Request, actor: Actor) -> None:
    """Carried out when the second person approves: drafts become receivables and one summary entry an item."""
    run = locked_run(request.subject_id, actor, state=Run.State.CONFIRMED, verb="发布")
    count, amount, digest = lines_digest("billing_runline", run.pk)
    if (count, amount, digest) != (request.payload["lines"], request.payload["amount_fen"], request.payload["hash"]):
        raise DomainError("run_changed", "账单行与确认时不一致（草稿可能在故障后丢失），请退回后重新计算。")
    now = clock.now()
    first = _insert_receivables(run, now)
    _insert_deferrals(run)
    for item_name, postings in publish_postings(run):
        post("billing.publish", run.pk, postings, actor=actor, community_id=run.community_id,
             memo=f"{run} {item_name}", booked_at=now)  # fmt: skip
    run.state, run.published_by_id, run.published_at = Run.State.PUBLISHED, actor.user_id, now
    run.save()
    RunLine.objects.filter(run=run).delete()
    audit.record(actor, "billing.publish", run, after={"lines": count, "amount_fen": amount})
    audit.publish(actor, "billing.published", community_id=run.community_id, run=run.pk, lines=count, amount_fen=amount)
    tell(Published("run", run.pk, run.organisation_id, run.community_id, f"{run.period:%Y-%m} 出账", run, first), actor)


def _insert_receivables(run: Run, now: dt.datetime) -> int:
    """Book the lines of a run; an id below which none of its bills has one."""
    columns = ", ".join(LINE_COLUMNS)
    before = Receivable.objects.aggregate(last=Max("pk"))["last"] or 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO billing_receivable ({columns}, kind, memo, booked_at, outstanding_fen, late_fee_settled_fen,
                  accrued_exact, accrued_to)
                SELECT {columns}, 'run', '', %s, amount_fen, 0, 0, due_on
                FROM billing_runline WHERE run_id = %s AND NOT struck ORDER BY id""",
            [now, run.pk],
        )
        written(Receivable, cursor.rowcount)
    return int(before) + 1


def _insert_deferrals(run: Run) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO billing_deferral (organisation_id, community_id, item_id, month, net_fen, source_kind, source_id)
               SELECT l.organisation_id, l.community_id, l.item_id, (m.key || '-01')::date, sum(m.value::bigint), 'run', l.run_id
               FROM billing_runline l CROSS JOIN LATERAL jsonb_each_text(l.later) m
               WHERE l.run_id = %s AND NOT l.struck GROUP BY 1, 2, 3, 4, 7""",
            [run.pk],
        )


def lines_digest(table: str, run_id: int) -> tuple[int, int, str]:
    """(count, sum, hash of every row) of a run's lines; the same for its drafts and for what was published of them."""
    skip = "AND NOT struck" if table == "billing_runline" else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT count(*), COALESCE(sum(amount_fen), 0),
                  COALESCE(md5(string_agg(line, '' ORDER BY contract_line_id, service_from, payer_id)), '')
                FROM (SELECT contract_line_id, service_from, payer_id, amount_fen, md5(concat_ws('|', contract_line_id, payer_id,
                  property_id, item_id, service_from, service_to, due_on, quantity, prices, convention, amount_fen, tax_rate,
                  tax_fen, deferred_fen, COALESCE(late_fee_rate::text, '-'), COALESCE(late_fee_cap::text, '-'),
                  allocation_order)) AS line FROM {table} WHERE run_id = %s {skip} OFFSET 0) lines""",
            [run_id],
        )
        count, amount, digest = cursor.fetchone()
        return int(count), int(amount), str(digest)


@transaction.atomic
def discard_run(run_id: int, *, actor: Actor, reason: str = "") -> Run:
    """Give up a draft. Nothing was published, nothing is lost: it can be drafted again."""
    run = locked_run(run_id, actor, state=Run.State.DRAFT, verb="放弃")
    actor.require(Permission.BILLING_DRAFT, run.community_id)
    _discard(run, actor, reason)
    return run


def _discard(run: Run, actor: Actor, reason: str) -> None:
    RunLine.objects.filter(run=run).delete()
    run.state = Run.State.DISCARDED
    run.save(update_fields=["state"])
    audit.record(actor, "billing.discard", run, reason=reason)
