"""Vouchers and photographs of a draft: added, taken away, copied to a correction."""

from __future__ import annotations

import hashlib

from django.db import IntegrityError, transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.pictures import MOST_BYTES, read_picture

from .models import Statement, StatementFile
from .queries import get_file, get_statement
from .rules import MAX_FILES, StatementFixed

PDF = "application/pdf"
STATE_WORDS = {"waiting": "正在复核", "published": "已经公示"}


class NamesSomebody(DomainError):
    code = "file_not_checked"
    message = "请先看过附件：姓名、房号、电话、账号、签名都要遮住，再勾选「我已看过」。"


def locked_draft(statement_id: int, actor: Actor) -> Statement:
    """The draft of somebody who makes statements there, locked. Raises ``StatementFixed``, ``NotFound``."""
    found = get_statement(actor, statement_id)
    actor.require(Permission.DISCLOSURE_EDIT, found.community_id)
    row = Statement.objects.select_for_update(of=("self",)).select_related("community").get(pk=found.pk)
    if row.state != Statement.State.DRAFT:
        raise StatementFixed(state=STATE_WORDS[row.state])
    return row


@transaction.atomic
def add_file(statement_id: int, name: str, content: bytes, *, checked: bool, actor: Actor) -> StatementFile:
    """Add a voucher (PDF) or a photograph (JPEG, PNG, without what a camera writes beside it), up to 3 MB.

    ``checked``: whoever adds it says that it names nobody. Raises ``NamesSomebody``, ``Invalid``, ``PictureRefused``,
    ``StatementFixed``; then nothing was added.
    """
    row = locked_draft(statement_id, actor)
    if not checked:
        raise NamesSomebody()
    title = limited(name, "附件名称", 40, required=True)
    if row.files.count() >= MAX_FILES:
        raise Invalid(field="附件", reason=Phrase("最多 {most} 个", most=MAX_FILES))
    kind, kept = _kept(content)
    try:
        with transaction.atomic():
            made = StatementFile.objects.create(
                organisation_id=row.organisation_id, community_id=row.community_id, statement=row, name=title, content_type=kind, content=kept,
                digest=hashlib.sha256(kept).hexdigest(), made_by_id=actor.user_id, made_at=clock.now(),
            )  # fmt: skip
    except IntegrityError as error:
        raise Invalid(field="附件", reason="这个文件已经加过") from error
    audit.record(actor, "statement.file", row, after={"name": title, "digest": made.digest})
    return made


def _kept(content: bytes) -> tuple[str, bytes]:
    if content.startswith(b"%PDF-"):
        if len(content) > MOST_BYTES:
            raise Invalid(field="附件", reason=Phrase("超过 {most} MB", most=MOST_BYTES // 2**20))
        return PDF, content
    picture = read_picture(content)
    return picture.kind, picture.content


@transaction.atomic
def drop_file(file_id: int, *, actor: Actor) -> Statement:
    """Take a file off a draft. Raises ``StatementFixed``, ``NotFound``."""
    found = get_file(actor, file_id)
    row = locked_draft(found.statement_id, actor)
    audit.record(actor, "statement.file", row, before={"name": found.name, "digest": found.digest})
    found.delete()
    return row


def copy_files(earlier: Statement, row: Statement, *, actor: Actor) -> None:
    """The same files beside a correction of the same quarter."""
    for file in earlier.files.order_by("pk"):
        file.pk, file.statement = None, row
        file.made_by_id, file.made_at = actor.user_id, clock.now()
        file.save(force_insert=True)
