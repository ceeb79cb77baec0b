"""``report pack``: the week or the month as a PDF or a workbook."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase

from .boot import Outcome, Scope
from .speech import said

SUFFIXES = (".pdf", ".xlsx")


def report(args: argparse.Namespace, scopes: Callable[[argparse.Namespace], list[Scope]]) -> Outcome:
    """Write the pack of a period of one organisation (or one community of it)."""
    if args.as_of:
        raise Invalid(field="--as-of", reason="不用于 pack：报告看到期末为止")
    if not args.period:
        raise Invalid(field="--period", reason="pack 需要账期，如 2026-W47 或 2026-10")
    output = _output(args.output)
    found = scopes(args)
    if len(found) != 1:
        raise Invalid(field="--organisation", reason="有几家企业，请指明一家")
    from wuyefei.foundation.access.rules import Permission
    from wuyefei.insight.measures.public import Period, pack, pack_pdf, pack_sentence, pack_xlsx

    (scope,) = found
    if args.inside:
        scope.actor.require_anywhere(Permission.EXPORT)
    made = pack(scope.actor, Period.parse(args.period), community_id=scope.community_id, inside=args.inside)
    write_bytes(output, pack_pdf(made) if output.suffix.lower() == ".pdf" else pack_xlsx(made))
    text = pack_sentence(made)
    document = scope.head | {
        "report": "pack", "period": str(made.period), "as_of": str(made.as_of), "output": str(output), "sentence": text,
    }  # fmt: skip
    return Outcome(document, said("{text}\n已写到 {output}", text=text, output=output))


def _output(given: str | None) -> Path:
    if not given:
        raise Invalid(field="--output", reason="pack 需要文件名，以 .pdf 或 .xlsx 结尾")
    output = Path(given).absolute()
    if output.suffix.lower() not in SUFFIXES:
        raise Invalid(field="--output", reason=Phrase("「{name}」应以 .pdf 或 .xlsx 结尾", name=output.name))
    if output.is_dir():
        raise Invalid(field="--output", reason=Phrase("「{output}」是文件夹，应为文件", output=output))
    if not output.parent.is_dir():
        raise Invalid(field="--output", reason=Phrase("没有文件夹「{folder}」", folder=output.parent))
    return output


def write_bytes(path: Path, content: bytes | Iterable[bytes]) -> None:
    """Write a file, given whole or in parts, whole or not at all. Raises ``DomainError`` where it cannot be written."""
    draft: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        draft = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.writelines([content] if isinstance(content, bytes) else content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise DomainError("not_writable", "不能写入「{path}」：{reason}", path=path, reason=error.strerror or "") from error
    finally:
        if draft is not None:
            draft.unlink(missing_ok=True)
