"""``report audit``: a quarter's audit pack as a ZIP."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from wuyefei.foundation.kernel.errors import Invalid, Phrase

from .boot import Outcome, Scope
from .packs import write_bytes
from .speech import said

SUFFIX = ".zip"
BLOCK = 1 << 20


def report(args: argparse.Namespace, scopes: Callable[[argparse.Namespace], list[Scope]]) -> Outcome:
    """Write the pack of one organisation, or one community of it; the hash of each part is in the document."""
    for name, given in (("--as-of", args.as_of), ("--from", args.first), ("--to", args.last), ("--inside", args.inside)):
        if given:
            raise Invalid(field=name, reason="不用于 audit：看 --period 的一个季度")
    if not args.period:
        raise Invalid(field="--period", reason="audit 需要季度，如 2026-Q3")
    output = _output(args.output)
    found = scopes(args)
    if len(found) != 1:
        raise Invalid(field="--organisation", reason="有几家企业，请指明一家")
    from wuyefei.money.control.public import Quarter, make_pack

    (scope,) = found
    quarter = Quarter.parse(args.period)
    made = make_pack(quarter, scope.community_id, actor=scope.actor)
    with made.file:
        write_bytes(output, iter(lambda: made.file.read(BLOCK), b""))
    document = scope.head | {
        "report": "audit", "period": str(quarter), "output": str(output), "sha256": made.sha256,
        "parts": [{"file": one.name, "rows": one.rows, "bytes": one.size, "sha256": one.sha256} for one in made.parts],
    }  # fmt: skip
    return Outcome(document, said("{quarter} 审计包，{count} 个文件，校验值 {sha256}\n已写到 {output}", quarter=quarter, count=len(made.parts), sha256=made.sha256, output=output))


def _output(given: str | None) -> Path:
    if not given:
        raise Invalid(field="--output", reason="audit 需要文件名，以 .zip 结尾")
    output = Path(given).absolute()
    if output.suffix.lower() != SUFFIX:
        raise Invalid(field="--output", reason=Phrase("「{name}」应以 .zip 结尾", name=output.name))
    if output.is_dir():
        raise Invalid(field="--output", reason=Phrase("「{output}」是文件夹，应为文件", output=output))
    if not output.parent.is_dir():
        raise Invalid(field="--output", reason=Phrase("没有文件夹「{folder}」", folder=output.parent))
    return output
