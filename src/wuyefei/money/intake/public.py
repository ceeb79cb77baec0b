"""The door of the room: what other rooms and the command line may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wuyefei.foundation.access.actor import Actor, refreshed
from wuyefei.foundation.kernel.collector import uncollected
from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase
from wuyefei.foundation.kernel.text import tidy
from wuyefei.foundation.platform import clock

from . import storage
from .actions import NothingToImport, apply_import, keep_upload, look, preview
from .documents import result_document, spoken_document, summary
from .models import ImportFile, OpeningLine, PaymentMemo
from .queries import community_of, get_import, imports, payment_memos
from .rules import Field, Limits, UploadRefused, describe_columns, read_upload
from .rules.cells import BadCell
from .rules.cells import day as cell_day
from .rules.cells import money_fen as cell_money
from .rules.cells import text_of as cell_text
from .rules.choices import Choices
from .rules.csvtext import decode as decode_text
from .rules.headers import guess
from .rules.plan import PlanRefused
from .rules.reader import Raw, Sheet

__all__ = [
    "BadCell",
    "Choices",
    "Field",
    "ImportFile",
    "ImportResult",
    "Limits",
    "NothingToImport",
    "OpeningLine",
    "PaymentMemo",
    "PlanRefused",
    "Raw",
    "Sheet",
    "UploadRefused",
    "apply_import",
    "cell_day",
    "cell_money",
    "cell_text",
    "decode_text",
    "get_import",
    "imports",
    "keep_upload",
    "mapping_of",
    "payment_memos",
    "preview",
    "read_upload",
    "run_import",
    "summary",
    "this_month",
]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """``document`` can be written as JSON. ``applied`` is False for a preview and for a refused file, whose reason is
    ``refused``."""

    document: dict[str, Any]
    applied: bool
    refused: str = ""


def mapping_of(name: str, data: bytes, chosen: Mapping[str, str], sheet: str | None = None) -> dict[int, Field | None]:
    """Columns named by letter or header → fields named by code or by any usual header name.

    Raises ``Invalid`` for a column or field that does not exist.
    """
    sheets = describe_columns(name, data)
    described = next((one for one in sheets if sheet in (None, one.sheet)), None)
    if described is None:
        raise Invalid(field="工作表", reason=Phrase("没有「{sheet}」", sheet=sheet))
    columns = {column.header: column.index for column in reversed(described.columns) if column.header}
    columns |= {column.letter: column.index for column in described.columns if column.letter not in columns}
    found: dict[int, Field | None] = {}
    for column, field in chosen.items():
        if column not in columns:
            raise Invalid(field="列", reason=Phrase("没有「{column}」列，有的是 {columns}", column=column, columns='、'.join(columns)))
        found[columns[column]] = _field(field)
    return found


def _field(text: str) -> Field:
    try:
        return Field(text)
    except ValueError:
        known = guess(text)
    if known is None:
        raise Invalid(field="含义", reason=Phrase("不认得「{text}」，可用的是 {known}", text=text, known='、'.join(field.label for field in Field)))
    return known


@uncollected()
def run_import(
    name: str,
    data: bytes,
    *,
    community: str,
    actor: Actor,
    choices: Choices,
    preview_only: bool = False,
    limits: Limits | None = None,
) -> ImportResult:
    """Reads, compares and applies a file in one go. A preview keeps and writes nothing.

    A file that can be read but is refused (errors, totals that do not tie out) comes back with its issues and nothing
    changed; one that cannot be read at all raises ``UploadRefused``.
    """
    choices.check()
    community = tidy(community)
    workbook = read_upload(name, data, limits)

    def expected() -> dict[str, Any]:
        reader = refreshed(actor)
        place = community_of(reader, community)
        looked = look(workbook, choices, community, place, reader)
        return spoken_document(result_document(looked.plan, looked.work, choices, community))

    if preview_only:
        return ImportResult(expected() | {"state": "preview"}, applied=False)
    row = keep_upload(name, data, community, actor=actor, read=workbook)
    try:
        done = apply_import(row.pk, choices, actor=actor, read=workbook)
    except (PlanRefused, Invalid, NothingToImport) as error:
        _refused(row, error)
        return ImportResult(expected() | {"state": "refused", "reason": error.text}, applied=False, refused=error.text)
    except DomainError as error:
        _refused(row, error)
        raise
    except BaseException:
        storage.drop(row.stored)
        ImportFile.objects.filter(pk=row.pk).update(state=ImportFile.State.FAILED, stored="")
        raise
    state = "applied" if any(done.result["created"].values()) or any(done.result["changed"].values()) else "unchanged"
    return ImportResult(spoken_document(done.result) | {"state": state, "import": done.pk}, applied=True)


def _refused(row: ImportFile, error: DomainError) -> None:
    """From the command line the file is at hand: its copy goes, the attempt stays on record."""
    storage.drop(row.stored)
    row.stored, row.state, row.message = "", ImportFile.State.REFUSED, error.text[:400]
    row.save(update_fields=["stored", "state", "message"])


def this_month() -> Choices:
    """The choices where none are stated: billed here from the first day of this month on."""
    return Choices(clock.today().replace(day=1))


