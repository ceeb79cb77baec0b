"""The quarterly audit pack 审计包: what the books, closes, samples, stub checks, differences, control points and approvals of a
quarter say, as one ZIP. Nothing of the moment, the language or the person who makes it goes in."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import html
import io
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO

from django.db import transaction
from django.utils import translation

from wuyefei.foundation.access.actor import Actor, get_community, organisation_of, visible_communities
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import Invalid, Phrase
from wuyefei.foundation.kernel.money import yuan
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.exports import Cell, Fen, harmless

from . import layouts
from .extracts import EXTRACTS, Scope, proof_of
from .models import Pack
from .rules import Quarter

NEEDED = (Permission.CONTROL_VIEW, Permission.AUDIT_VIEW, Permission.LEDGER_VIEW, Permission.EXPORT)
"""What whoever takes a pack away must hold in its places: it tells of books, approvals and people."""
STAMP = (1980, 1, 1, 0, 0, 0)
"""The moment every part bears: the earliest a ZIP can hold."""
SPOOL = 16 << 20
"""Up to so many bytes a pack is made in memory."""


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the pack; ``rows`` without its head."""

    name: str
    title: str
    rows: int
    size: int
    sha256: str


@dataclass(frozen=True)
class Made:
    """A pack in a file that vanishes when it is closed. ``sha256`` is the whole file's."""

    file: IO[bytes]
    name: str
    sha256: str
    parts: list[Part] = field(default_factory=list)


def scope_of(actor: Actor, quarter: Quarter, community_id: int | None) -> Scope:
    """One community, or the whole firm. Raises ``NotFound``, ``Forbidden``, ``Invalid`` for a quarter that has not begun."""
    if quarter.first > clock.today():
        raise Invalid(field="季度", reason=Phrase("{quarter} 还没有开始", quarter=quarter))
    if community_id is None:
        for permission in NEEDED:
            actor.require_wide(permission)
        return Scope(actor, organisation_of(actor).name, None, visible_communities(actor, Permission.LEDGER_VIEW), quarter)
    community: Community = get_community(actor, community_id, NEEDED[0])
    for permission in NEEDED:
        actor.require(permission, community.pk)
    return Scope(actor, organisation_of(actor).name, community, [community], quarter)


@transaction.atomic
def make_pack(quarter: Quarter, community_id: int | None, *, actor: Actor) -> Made:
    """Make the pack and note that it was made, with its hash."""
    scope = scope_of(actor, quarter, community_id)
    made = _write(scope)
    row = Pack.objects.create(
        organisation_id=actor.organisation_id, community=scope.community, quarter=str(quarter), sha256=made.sha256, made_by_id=actor.user_id,
        made_at=clock.now(),
    )  # fmt: skip
    audit.record(actor, "control.pack", row, after={"sha256": made.sha256, "parts": len(made.parts)})
    return made


def _write(scope: Scope) -> Made:
    file: IO[bytes] = tempfile.SpooledTemporaryFile(SPOOL)  # noqa: SIM115
    with translation.override("zh-hans"), zipfile.ZipFile(file, "w") as archive:
        parts = [_part(archive, name, title, _lines(head, EXTRACTS[name](scope))) for name, (title, head) in layouts.PARTS.items()]
        parts.append(_part(archive, layouts.INDEX, layouts.PACK_NAME, iter([_index(scope, parts)])))
        manifest = [(part.name, part.title, part.rows, part.size, part.sha256) for part in parts]
        _part(archive, layouts.MANIFEST, "", _lines(("file", "title", "rows", "bytes", "sha256"), manifest))
    file.seek(0)
    digest = hashlib.sha256()
    while block := file.read(1 << 20):
        digest.update(block)
    file.seek(0)
    place = scope.community.name if scope.community else scope.organisation
    return Made(file, f"{place} {scope.quarter} {layouts.PACK_NAME}.zip", digest.hexdigest(), parts)


def _part(archive: zipfile.ZipFile, name: str, title: str, chunks: Iterator[bytes]) -> Part:
    """Write a part as it comes: however many entries there are, little of them is held at once."""
    info = zipfile.ZipInfo(name, STAMP)
    info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
    digest, size, rows = hashlib.sha256(), 0, -1
    with archive.open(info, "w", force_zip64=True) as target:
        for chunk in chunks:
            target.write(chunk)
            digest.update(chunk)
            size, rows = size + len(chunk), rows + 1
    return Part(name, title, max(rows, 0), size, digest.hexdigest())


def _lines(head: Sequence[str], rows: Iterable[Sequence[Cell | Fen]]) -> Iterator[bytes]:
    """A table as comma-separated text, a row at a time; a byte-order mark first, so that spreadsheets read the Chinese."""
    mark = "\ufeff"
    for cells in _all(head, rows):
        out = io.StringIO()
        csv.writer(out).writerow([_cell(cell) for cell in cells])
        yield (mark + out.getvalue()).encode()
        mark = ""


def _all(head: Sequence[str], rows: Iterable[Sequence[Cell | Fen]]) -> Iterator[Sequence[Cell | Fen]]:
    yield head
    yield from rows


def _cell(cell: Cell | Fen) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Fen):
        return yuan(cell.fen)
    if isinstance(cell, dt.datetime):
        return f"{cell.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
    return harmless(cell) if isinstance(cell, str) else str(cell)


def _index(scope: Scope, parts: Sequence[Part]) -> bytes:
    """The page that says what lies in the pack."""
    rows = "\n".join(
        f'<tr><td>{html.escape(part.title)}</td><td><a href="{part.name}">{part.name}</a></td><td class="r">{part.rows}</td>'
        f"<td><code>{part.sha256}</code></td></tr>"
        for part in parts
    )
    return layouts.PAGE.format(
        title=f"{scope.quarter} {layouts.PACK_NAME}", organisation=html.escape(scope.organisation),
        place=html.escape(scope.community.name if scope.community else layouts.WHOLE_FIRM), first=scope.quarter.first,
        last=scope.quarter.last, proof=html.escape(_proof(scope)), rows=rows,
    ).encode()  # fmt: skip


def _proof(scope: Scope) -> str:
    job = proof_of(scope)
    if job is None or job.result is None or job.finished_at is None:
        return layouts.NO_PROOF
    count = int(job.result.get("found", 0))
    found = layouts.BROKEN.format(count=count) if count else layouts.HOLDS
    return layouts.PROOF.format(found=found, at=f"{job.finished_at.astimezone(CHINA):%Y-%m-%d %H:%M}", checks=len(job.result["checks"]))
