"""``bench``: list what can be measured, or measure it."""

from __future__ import annotations

import argparse

from wuyefei.edges.bench.public import catalogue, results_path, run_all, run_one
from wuyefei.foundation.kernel.errors import Invalid, spoken

from .boot import Outcome
from .speech import said

ALL = "all"


def bench(args: argparse.Namespace) -> Outcome:
    """Without a name the list; else measure in a database made for it, and write the figures."""
    if args.name is None:
        found = catalogue()
        rows = [{"name": row.name, "size": row.size, "about": spoken(row.about), "by_itself": row.by_itself} for row in found]
        return Outcome({"benches": rows}, "\n".join(f"{row.name:20} {row.size:>9}  {spoken(row.about)}" for row in found))
    output = results_path(args.output)
    if args.name == ALL:
        if args.size is not None:
            raise Invalid(field="--size", reason="全部测量各用自己的规模")
        figures = run_all(output)
    else:
        figures = [figure.document() for figure in run_one(args.name, args.size, output)]
    return Outcome({"figures": figures}, "\n".join(_line(row) for row in figures))


def _line(row: dict[str, object]) -> str:
    sign = "≥" if str(row["name"]).endswith("_rate") else "≤"
    mark = "✓" if row["ok"] else "✗"
    return said(
        "{mark} {name:32} n={n:<9} {seconds:>9} s，极限 {limit:>9} s，比值 {ratio:<6}（目标 {sign} {target}）",
        mark=mark, name=row["name"], n=row["n"], seconds=row["seconds"], limit=row["limit_seconds"], ratio=row["ratio"],
        sign=sign, target=row["target"],
    )  # fmt: skip
