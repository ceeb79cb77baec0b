"""The ledger as a workbook: at once, or by a job where it is long."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from wuyefei.estate.properties.public import Property
from wuyefei.foundation import environment
from wuyefei.foundation.access.actor import Actor, load_actor, organisation_of
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.platform import audit, clock, jobs
from wuyefei.foundation.platform.exports import Cell, Fen, Sheet, save_workbook
from wuyefei.foundation.platform.models import Job
from wuyefei.insight.measures.public import BUCKET_NAMES

from .columns import columns_for, load_cells
from .queries.listing import Row, chosen_rows, every_row
from .queries.scope import Scope, fetch, scope_of
from .queries.totals import totals
from .rules import By, Filter, read_filter

KIND = "arrears.export"
AT_ONCE = 20_000
"""More rows than this are written by a job."""
KEPT_DAYS = 7


class ExportGone(DomainError):
    code = "export_gone"
    message = "导出的文件已过保存期限（7 天）删除，请重新导出。"


HEAD = ("小区", "房号", "业态", "缴费人", "收费项目", "笔数", "最早到期日", "逾期天数", "账龄", "应收（元）", "已缴（元）", "未缴本金（元）",
        "违约金（元）", "欠费合计（元）", "停计笔数", "时效到期日", "最近缴费")  # fmt: skip
LINE_HEAD = ("服务自", "服务至")


def export_scope(actor: Actor, chosen: Filter, ids: Sequence[int] = ()) -> Scope:
    """What an export of the filter, or of the ticked rows in it, covers: places where exporting is allowed."""
    scope = scope_of(actor, chosen, clock.today(), Permission.EXPORT)
    return chosen_rows(scope, ids) if ids else scope


def count(scope: Scope) -> int:
    """How many rows the file will have."""
    found = totals(scope).every
    return found.lines if scope.chosen.by is By.LINE else found.properties


def sheet(actor: Actor, scope: Scope, tell: Any = None) -> Sheet:
    """All columns, added ones too, and the totals of exactly these rows below. ``tell(rows)`` hears of each batch."""
    added = columns_for(actor)
    titles = [_(title) for title in HEAD] + ([_(title) for title in LINE_HEAD] if scope.chosen.by is By.LINE else [])
    sums = [0] * 6

    def body() -> Iterator[list[Cell | Fen]]:
        for rows in every_row(actor, scope):
            homes = list({row.first.property_id for row in rows})
            kinds, cells = _kinds(homes), load_cells(actor, homes, scope.today)
            for row in rows:
                parts = (len(row.lines), row.due_fen, row.paid_fen, row.owed_fen, row.late_fen, row.total_fen)
                sums[:] = [total + part for total, part in zip(sums, parts, strict=True)]
                extra = [cell.text if cell else "" for cell in cells[row.first.property_id]]
                yield [*_cells(row, kinds), *(_span(row) if scope.chosen.by is By.LINE else ()), *extra]
            if tell is not None:
                tell(len(rows))

    def foot() -> list[Cell | Fen]:
        lines, due, paid, owed, late, total = sums
        return [_("合计"), "", "", "", "", lines, "", "", "", Fen(due), Fen(paid), Fen(owed), Fen(late), Fen(total)]

    return Sheet(_("欠费台账"), titles + [str(column.title) for column in added], body(), foot)


def _kinds(property_ids: list[int]) -> dict[int, str]:
    names = {value: str(label) for value, label in Property.Kind.choices}
    sql = f"SELECT id, kind FROM {Property._meta.db_table} WHERE id = ANY(%(ids)s)"
    return {pk: names[kind] for pk, kind in fetch(sql, {"ids": property_ids})}


def _cells(row: Row, kinds: dict[int, str]) -> list[Cell | Fen]:
    first = row.first
    return [
        first.community, first.code, kinds[first.property_id], "、".join(row.payers), "、".join(row.items), len(row.lines), row.oldest,
        max(row.days, 0), _(BUCKET_NAMES[row.bucket]), Fen(row.due_fen), Fen(row.paid_fen), Fen(row.owed_fen), Fen(row.late_fen),
        Fen(row.total_fen), row.held, row.limitation, row.last_paid,
    ]  # fmt: skip


def _span(row: Row) -> tuple[Cell, Cell]:
    return row.first.service_from, row.first.service_to


def note(actor: Actor, chosen: Filter, rows: int) -> None:
    """Leave a trace of who took which rows out."""
    audit.record(actor, "arrears.export", organisation_of(actor), after={"filter": chosen.query, "rows": rows})


def start_export(actor: Actor, chosen: Filter, rows: int) -> Job:
    """Queue the export of a long list."""
    note(actor, chosen, rows)
    return jobs.start(KIND, actor=actor, label="导出欠费台账", total=rows, query=chosen.query)


def folder() -> Path:
    """Where finished exports wait; those past their days are removed."""
    found = environment.home() / "exports"
    found.mkdir(parents=True, exist_ok=True, mode=0o700)
    for old in found.glob("*.xlsx"):
        if time.time() - old.stat().st_mtime > KEPT_DAYS * 86_400:
            old.unlink(missing_ok=True)
    return found


def work(task: jobs.Task) -> dict[str, Any]:
    """Write the file of a queued export with the rights its maker has now."""
    if task.made_by_id is None:
        raise NotFound()
    actor = load_actor(User.objects.select_related("organisation").get(pk=task.made_by_id))
    actor.require_anywhere(Permission.EXPORT)
    chosen, _wrong = read_filter(task.arguments["query"], frozenset(BUCKET_NAMES))
    scope, done = export_scope(actor, chosen), 0

    def tell(rows: int) -> None:
        nonlocal done
        done += rows
        task.advance(done)
        task.check_stop()

    name = f"{secrets.token_hex(16)}.xlsx"
    save_workbook(folder() / name, [sheet(actor, scope, tell)])
    return {"file": name, "rows": done}


def own_export(actor: Actor, job_id: int) -> Job:
    """An export the actor has started; anything else is ``NotFound``."""
    job = jobs.jobs(actor).filter(pk=job_id, kind=KIND, made_by_id=actor.user_id).first()
    if job is None:
        raise NotFound()
    return job


def read_export(job: Job) -> bytes:
    """The file of a finished export. Raises ``ExportGone`` after it was removed."""
    path = folder() / str((job.result or {}).get("file", ""))
    if not path.is_file():
        raise ExportGone()
    return path.read_bytes()
