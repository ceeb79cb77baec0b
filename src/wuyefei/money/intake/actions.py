"""Uploads: keep, preview, apply. Applying is one transaction a community; the same file again changes nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import logging
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.urls import reverse

from wuyefei.estate.tariffs.public import ensure_default_items
from wuyefei.foundation.access.actions import create_community
from wuyefei.foundation.access.actor import Actor, load_actor, organisation_of, refreshed
from wuyefei.foundation.access.models import Community, User
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.collector import uncollected
from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase, packed
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock, jobs
from wuyefei.foundation.platform.models import Job

from . import storage
from .comparing import Work, compare
from .documents import preview_document, result_document
from .models import ImportFile
from .progress import Progress, shown, unseen
from .queries import community_of, get_import
from .rules import (
    ImportPlan,
    Limits,
    Workbook,
    build_plan_from,
    describe_columns,
    error_workbook,
    read_upload,
)
from .rules.build import SheetColumns
from .rules.choices import Choices, from_json
from .rules.choosing import of_community
from .rules.plan import PlanRefused
from .rules.rowtable import SheetView, row_table
from .standing import Standing, standing_of
from .writing import Writer

log = logging.getLogger("wuyefei.intake")
WORK = "intake.apply"
LOCK_CLASS = 0x77790020
KEPT = dt.timedelta(days=storage.KEPT_DAYS)
LONG = 3_000
"""Files with more rows than this are applied by the worker, not in the request."""
STOPPED = "已停止，什么也没有改变。"
State = ImportFile.State


class NothingToImport(DomainError):
    code = "nothing_to_import"
    message = "没有一行可以导入，什么也没有改变。"


class AlreadyRunning(DomainError):
    code = "import_running"
    message = "这个文件正在导入，请等它结束。"


@dataclass(frozen=True)
class Looked:
    """A file read and compared: all that a preview or an application needs."""

    workbook: Workbook
    plan: ImportPlan
    standing: Standing
    work: Work

    @property
    def errors(self) -> int:
        return len(self.plan.errors) + sum(issue.severity == "error" for issue in self.work.issues)


def keep_upload(
    name: str, data: bytes, community_name: str, *, actor: Actor, limits: Limits | None = None, read: Workbook | None = None
) -> ImportFile:
    """Keeps a file for a community that exists or is to be created; ``read`` is the workbook in ``data`` where it was read
    already. Raises ``UploadRefused`` for what is no workbook, ``NotFound``/``Forbidden`` for a place where the actor may not
    import; then nothing is kept."""
    wanted = limited(community_name, "小区", 80, required=True)
    community = community_of(actor, wanted)
    if read is None:
        read_upload(name, data, limits)
    purge()
    stored = storage.keep(data)
    with transaction.atomic():
        row = ImportFile.objects.create(
            organisation_id=actor.organisation_id, community=community, community_name=wanted, name=name[-200:],
            sha256=hashlib.sha256(data).hexdigest(), size=len(data), stored=stored, uploaded_by_id=actor.user_id,
            uploaded_at=clock.now(),
        )  # fmt: skip
        after = {"name": row.name, "sha256": row.sha256, "size": row.size, "community": wanted}
        audit.record(actor, "intake.upload", row, after=after)
    return row


def purge() -> int:
    """Removes the bytes of uploads older than ``storage.KEPT_DAYS``; their record stays. Bytes without a record go too."""
    since = clock.now() - KEPT
    old = list(ImportFile.objects.filter(uploaded_at__lt=since).exclude(stored="").values_list("pk", "stored"))
    for _, stored in old:
        storage.drop(stored)
    ImportFile.objects.filter(pk__in=[pk for pk, _ in old]).update(stored="")
    storage.sweep(frozenset(ImportFile.objects.exclude(stored="").values_list("stored", flat=True)))
    return len(old)


def choices_of(row: ImportFile) -> Choices:
    return from_json(row.choices, clock.today())


def _lock(row: ImportFile) -> None:
    """One import a community at a time, from here to the end of the transaction; by name, for it may not exist yet."""
    key = zlib.crc32(f"{row.organisation_id}:{row.community_name}".encode()) - 2**31
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, key])


def look(workbook: Workbook, choices: Choices, community_name: str, community: Community | None, actor: Actor) -> Looked:
    """Reads and compares; writes nothing."""
    standing, today = standing_of(actor, community), clock.today()
    options = choices.options(frozenset(standing.homes))
    plan = of_community(build_plan_from(workbook, mapping=choices.mapping, today=today, options=options), community_name)
    return Looked(workbook, plan, standing, compare(plan, standing, choices, today))


def columns_of(row: ImportFile, header_row: int | None = None) -> tuple[SheetColumns, ...]:
    """Headers, samples and guesses, for the page where columns are mapped."""
    return describe_columns(row.name, storage.load(row.stored), header_row=header_row)


def _columns(name: str, data: bytes, choices: Choices) -> list[dict[str, Any]]:
    """Which header was taken for what, as the preview shows it."""
    sheets = describe_columns(name, data, header_row=choices.header_row)
    found = []
    for sheet in [one for one in sheets if choices.sheet in (None, one.sheet)]:
        for column in sheet.columns:
            field = choices.mapping.get(column.index) if choices.mapping is not None else column.guess
            found.append({"sheet": sheet.sheet, "header": column.header or column.letter, "field": field.label if field else "", "peer": sheet.is_peer})
    return found


def preview(import_id: int, choices: Choices, *, actor: Actor) -> ImportFile:
    """What the file would do, kept with it for the page. Raises ``UploadRefused`` where it cannot be read that way."""
    row = get_import(actor, import_id)
    _refuse_running(row)
    choices.check()
    data = storage.load(row.stored)
    community = community_of(actor, row.community_name)
    looked = look(read_upload(row.name, data), choices, row.community_name, community, actor)
    table = row_table(looked.workbook, looked.plan, (*looked.plan.issues, *looked.work.issues))
    columns = _columns(row.name, data, choices)
    storage.keep_table(row.stored, [_table_document(view) for view in table])
    row.preview = preview_document(looked.plan, looked.work, choices, row.community_name, table, columns)
    row.choices, row.community, row.message = choices.as_json(), community, ""
    if row.state != State.APPLIED:
        row.state = State.PREVIEWED
    row.save(update_fields=["preview", "choices", "community", "state", "message"])
    return row


def _table_document(view: SheetView) -> dict[str, Any]:
    rows = [[one.number, one.result, list(one.cells), list(one.bad), [packed(reason) for reason in one.reasons]] for one in view.rows]
    return {"name": view.name, "headers": list(view.headers), "rows": rows}


def settled(row: ImportFile) -> ImportFile:
    """The row, no longer "applying" where its job has ended without having begun on it."""
    ended = (Job.State.STOPPED, Job.State.FAILED)
    if row.state == State.APPLYING and (job := Job.objects.filter(pk=row.job_id or 0, state__in=ended).first()):
        _note(row.pk, State.REFUSED, STOPPED if job.state == Job.State.STOPPED else job.message)
        row.refresh_from_db(fields=["state", "message"])
    return row


def _refuse_running(row: ImportFile) -> None:
    if settled(row).state == State.APPLYING:
        raise AlreadyRunning()


def tie_out(work: Work, choices: Choices) -> None:
    """Raises ``Invalid`` with the difference unless the totals that were stated are those of the file."""
    pairs = (
        ("期初欠费", work.arrears_fen, choices.arrears_total_fen),
        ("期初预收", work.prepayments_fen, choices.prepayments_total_fen),
    )
    for name, read, stated in pairs:
        if stated is not None and stated != read:
            reason = Phrase("表内合计 {read} 元，填写的是 {stated} 元，相差 {difference} 元", read=yuan_text(read), stated=yuan_text(stated), difference=yuan_text(read - stated))
            raise Invalid(field=name, reason=reason)


@uncollected()
def apply_import(
    import_id: int, choices: Choices, *, actor: Actor, progress: Progress | None = None, read: Workbook | None = None
) -> ImportFile:
    """Applies a file in one transaction: all of it or nothing; ``read`` is its workbook where it was read already.

    Raises ``PlanRefused`` (errors, and not ``only_valid``), ``Invalid`` (totals that do not tie out), ``NothingToImport``.
    """
    row = get_import(actor, import_id)
    choices.check()
    workbook = read or read_upload(row.name, storage.load(row.stored))
    with transaction.atomic():
        _lock(row)
        actor = refreshed(actor)  # the community may have been created while this one waited
        community = community_of(actor, row.community_name)
        if community is None:
            community = create_community(row.community_name, actor=actor)
            actor = refreshed(actor)
        ensure_default_items(organisation_of(actor))
        looked = look(workbook, choices, row.community_name, community, actor)
        _check(looked, choices)
        Writer(row, community, choices, looked.standing, looked.work, actor, progress or unseen()).run()
        row.refresh_from_db(fields=["state"])
        row.community, row.choices, row.state, row.message = community, choices.as_json(), State.APPLIED, ""
        row.result = result_document(looked.plan, looked.work, choices, community.name)
        row.applied_at, row.done, row.total = clock.now(), looked.work.size, looked.work.size
        row.save(update_fields=["community", "choices", "state", "message", "result", "applied_at", "done", "total"])
        after = {key: row.result[key] for key in ("created", "changed", "totals", "errors", "takeover_on")}
        audit.record(actor, "intake.apply", row, community_id=community.pk, after={"name": row.name, "sha256": row.sha256, **after})
    return row


def _check(looked: Looked, choices: Choices) -> None:
    if looked.errors and not choices.only_valid:
        raise PlanRefused(errors=looked.errors)
    tie_out(looked.work, choices)
    if looked.errors and looked.plan.is_empty:
        raise NothingToImport()


def start(import_id: int, choices: Choices, *, actor: Actor) -> ImportFile:
    """Applies a small file now, hands a large one to the worker. What is refused is kept with the file and raised."""
    with transaction.atomic():
        row = get_import(actor, import_id)
        row = ImportFile.objects.select_for_update().get(pk=row.pk)
        _refuse_running(row)
        choices.check()
        community_of(actor, row.community_name)
        row.choices = choices.as_json()
        long = row.preview.get("rows_read", 0) > LONG
        if long:
            row.state, row.done, row.total = State.APPLYING, 0, 0
            label = f"{row.community_name} {row.name}"
            row.job_id = jobs.start(WORK, actor=actor, label=label, community_id=row.community_id, import_id=row.pk).pk
        row.save(update_fields=["choices", "state", "done", "total", "job_id"])
    return row if long else _settled(row.pk, lambda: apply_import(row.pk, choices, actor=actor))


def _settled(import_id: int, apply: Callable[[], ImportFile]) -> ImportFile:
    """Runs it; keeps why it was refused or broke off with the file, and raises on."""
    try:
        return apply()
    except DomainError as error:
        _note(import_id, State.REFUSED, error.text)
        raise
    except jobs.Stopped:
        _note(import_id, State.REFUSED, STOPPED)
        raise
    except Exception:
        log.exception("import %s broke off", import_id)
        _note(import_id, State.FAILED, "程序出错，已记入日志；什么也没有改变，可以再试。")
        raise


def _note(import_id: int, state: str, message: str) -> None:
    """How an attempt ended; a file that was applied before stays applied."""
    ImportFile.objects.filter(pk=import_id).update(message=message[:400], state=state)
    ImportFile.objects.filter(pk=import_id, applied_at__isnull=False).update(state=State.APPLIED)


def work(task: jobs.Task) -> dict[str, Any]:
    """The worker's part: a killed one leaves nothing half done and begins again. Once applied, it does nothing."""
    row = ImportFile.objects.get(pk=task.arguments["import_id"])
    user = User.objects.select_related("organisation").get(pk=task.made_by_id or 0)
    if row.state == State.APPLIED and row.job_id == task.job_id:
        return {"import": row.pk}
    ImportFile.objects.filter(pk=row.pk).update(state=State.APPLYING, done=0, total=0, message="")
    with jobs.outside(task) as told, shown(row.pk, task.check_stop, told) as progress:
        actor, choices = load_actor(user), choices_of(row)
        _settled(row.pk, lambda: apply_import(row.pk, choices, actor=actor, progress=progress))
    return {"import": row.pk}


def errors_of(import_id: int, *, actor: Actor) -> bytes:
    """The error workbook: the rows as they came, wrong cells marked. Its bytes hold personal data; the reading is noted."""
    row = get_import(actor, import_id)
    actor.require_anywhere(Permission.IMPORT)
    data = storage.load(row.stored)
    community = community_of(actor, row.community_name)
    looked = look(read_upload(row.name, data), choices_of(row), row.community_name, community, actor)
    issues = (*looked.plan.issues, *looked.work.issues)
    audit.record(actor, "intake.errors_download", row, after={"issues": len(issues)})
    return error_workbook(dataclasses.replace(looked.plan, issues=issues), looked.workbook)


def discard(import_id: int, *, actor: Actor) -> None:
    """Removes the bytes of an upload that is not wanted any more; the record stays."""
    row = get_import(actor, import_id)
    _refuse_running(row)
    storage.drop(row.stored)
    row.stored = ""
    row.save(update_fields=["stored"])
    audit.record(actor, "intake.discard", row)


def address_of(job: Job) -> str:
    """The page of the upload that a job applies."""
    return reverse("intake:show", args=[job.arguments["import_id"]])


def stop(import_id: int, *, actor: Actor) -> None:
    """Asks the worker to stop; what it wrote so far is rolled back. A job that never began is over at once."""
    row = get_import(actor, import_id)
    if row.job_id is None:
        return
    job = jobs.stop(row.job_id, actor=actor)
    if job.state == job.State.STOPPED:
        _note(row.pk, State.REFUSED, STOPPED)
