"""Running measurements: each in a process and a database of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from wuyefei.foundation.kernel.errors import DomainError, Invalid

from .ground import fresh_database, fresh_home
from .harness import Figure, Measurement, keep_results, known, named, note, peak_mb

RESULTS = Path(__file__).resolve().parents[4] / "bench" / "results.json"
"""Beside the sources; elsewhere than in a checkout a path must be named."""


def results_path(chosen: str | None) -> Path:
    """Where the figures go. Raises ``Invalid`` outside a checkout unless a path is named."""
    if chosen:
        return Path(chosen)
    if not RESULTS.parent.is_dir():
        raise Invalid(field="--output", reason="这里没有 bench 目录，请指明结果写到哪里")
    return RESULTS


def catalogue() -> list[Measurement]:
    """Every measurement, in order of name."""
    with fresh_home():
        return list(known().values())


def run_one(name: str, size: int | None, output: Path) -> list[Figure]:
    """Measure in a new database, write the figures to ``output`` and return them. Raises ``DomainError``."""
    with fresh_home() as home:
        found = named(name)
        n = size or found.size
        note(f"{name} × {n}：{found.about}")
        with fresh_database(home):
            figures = list(found.run(n))
        note(f"本进程内存峰值 {peak_mb()} MB")
    keep_results(output, figures)
    return figures


def run_all(output: Path) -> list[dict[str, object]]:
    """Every measurement that is not run by itself, at its own size, one after the other."""
    figures: list[dict[str, object]] = []
    for name in (row.name for row in catalogue() if not row.by_itself):
        command = [sys.executable, "-m", "wuyefei.edges.cli.main", "bench", name, "--json", "--output", str(output)]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
        if done.returncode:
            raise DomainError("bench_failed", "测量「{name}」没有做完，见上面的说明。", name=name)
        figures += json.loads(done.stdout)["figures"]
    return figures
