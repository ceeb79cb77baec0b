"""What a measurement is and what it gives. Needs no database and no Django."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from wuyefei.foundation.kernel.errors import DomainError

RATE, TIMES = "_rate", "_times"


@dataclass(frozen=True, slots=True)
class Figure:
    """One result: ``n`` things took ``seconds`` where the bare limit took ``limit_seconds``.

    The name says which way the target points: ``…_rate`` at least it, ``…_times`` at most it.
    """

    name: str
    n: int
    seconds: float
    limit_seconds: float
    target: float

    def __post_init__(self) -> None:
        if not self.name.endswith((RATE, TIMES)):
            raise ValueError(f"{self.name} ends neither in {RATE} nor in {TIMES}")
        if self.n < 1 or self.seconds <= 0 or self.limit_seconds <= 0:
            raise ValueError(f"{self.name}: nothing was measured")

    @property
    def ratio(self) -> float:
        """limit ÷ ours for a rate, ours ÷ limit for times."""
        return self.limit_seconds / self.seconds if self.name.endswith(RATE) else self.seconds / self.limit_seconds

    @property
    def ok(self) -> bool:
        return self.ratio >= self.target if self.name.endswith(RATE) else self.ratio <= self.target

    def document(self) -> dict[str, object]:
        return {
            "name": self.name, "n": self.n, "seconds": round(self.seconds, 4), "limit_seconds": round(self.limit_seconds, 4),
            "ratio": round(self.ratio, 3), "target": self.target, "ok": self.ok,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measurement:
    name: str
    about: str
    size: int
    run: Callable[[int], Iterable[Figure]]
    by_itself: bool = False
    """Too long for ``all``: run only when it is named."""
    apart: bool = False
    """Other processes take part: what it writes must be committed, in a database of its own."""


_known: dict[str, Measurement] = {}


def measurement(
    name: str, about: str, size: int, *, by_itself: bool = False, apart: bool = False
) -> Callable[[Callable[[int], Iterable[Figure]]], Callable[[int], Iterable[Figure]]]:
    """Make a function of a size a measurement: what it yields are its figures. ``about`` is one Chinese line."""

    def keep(run: Callable[[int], Iterable[Figure]]) -> Callable[[int], Iterable[Figure]]:
        if name in _known and _known[name].run.__module__ != run.__module__:
            raise ValueError(f"two measurements are called {name}")
        _known[name] = Measurement(name, about, size, run, by_itself, apart)
        return run

    return keep


def known() -> dict[str, Measurement]:
    """Every measurement by name, in order of name."""
    from . import measures

    for module in iter_modules(measures.__path__):
        import_module(f"{measures.__name__}.{module.name}")
    return dict(sorted(_known.items()))


def named(name: str) -> Measurement:
    """Raises ``DomainError`` for a name that is none."""
    found = known()
    if name not in found:
        raise DomainError("no_bench", "没有名为「{name}」的测量；可用的是：{known}", name=name, known="、".join(found))
    return found[name]


class Watch:
    """A stop-watch that adds up: ``with watch: …`` as often as needed."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._started = 0.0

    def __enter__(self) -> Watch:
        self._started = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds += time.perf_counter() - self._started


def best_of(rounds: int, *works: Callable[[], object]) -> list[float]:
    """The shortest time of each work, taken in turn ``rounds`` times so that a busy moment hits all of them alike."""
    times = [[timed(work) for work in works] for _ in range(rounds)]
    return [min(each) for each in zip(*times, strict=True)]


def timed(work: Callable[[], object]) -> float:
    """The seconds that one call takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def peak_mb() -> int:
    """The most memory this process ever held, in megabytes."""
    kept = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kept // (1024 * 1024 if sys.platform == "darwin" else 1024)


@contextmanager
def noted(text: str) -> Iterator[None]:
    """Tell on standard error how long a stretch took."""
    started = time.perf_counter()
    yield
    note(f"{text}：{time.perf_counter() - started:.1f} s")


def note(text: str) -> None:
    """A word to whoever watches, on standard error."""
    print(f"  {text}", file=sys.stderr, flush=True)


def keep_results(path: Path, figures: Iterable[Figure]) -> None:
    """Put the figures into the list at ``path``; those of the same name and size give way. Whole or not at all."""
    fresh = [figure.document() for figure in figures]
    replaced = {(row["name"], row["n"]) for row in fresh}
    there = json.loads(path.read_text("utf-8")) if path.exists() else []
    rows = [row for row in there if (row["name"], row["n"]) not in replaced] + fresh
    rows.sort(key=lambda row: (str(row["name"]), row["n"]))
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft.write_text("[\n" + ",\n".join("  " + json.dumps(row) for row in rows) + "\n]\n", "utf-8")
    draft.replace(path)
