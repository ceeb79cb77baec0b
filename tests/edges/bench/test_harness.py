"""The harness: figures, the list of measurements, and each of them at a tiny size on the tests' database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import connection

from wuyefei.edges.bench import harness
from wuyefei.edges.bench.ground import whole
from wuyefei.edges.bench.harness import Figure, Watch, best_of, keep_results, known, named
from wuyefei.edges.bench.run import results_path
from wuyefei.foundation.kernel.errors import DomainError


def test_a_rate_must_reach_its_target() -> None:
    figure = Figure("publish_rate", 10, 2.5, 2.0, 0.8)
    assert (figure.ratio, figure.ok) == (0.8, True)
    assert not Figure("publish_rate", 10, 2.51, 2.0, 0.8).ok


def test_times_may_be_at_most_the_target() -> None:
    figure = Figure("import_times", 10, 6.0, 2.0, 3)
    assert (figure.ratio, figure.ok) == (3.0, True)
    assert not Figure("import_times", 10, 6.01, 2.0, 3).ok


@pytest.mark.parametrize(("name", "n", "ours", "limit"), [("plain", 1, 1, 1), ("a_rate", 0, 1, 1), ("a_rate", 1, 0, 1), ("a_times", 1, 1, 0)])
def test_nothing_measured_is_no_figure(name: str, n: int, ours: float, limit: float) -> None:
    with pytest.raises(ValueError):
        Figure(name, n, ours, limit, 1)


def test_results_are_kept_by_name_and_size(tmp_path: Path) -> None:
    path = tmp_path / "new" / "results.json"
    keep_results(path, [Figure("b_rate", 10, 2, 1, 0.8), Figure("a_times", 10, 2, 1, 3)])
    keep_results(path, [Figure("b_rate", 10, 1, 1, 0.8), Figure("b_rate", 20, 4, 2, 0.55)])
    assert json.loads(path.read_text("utf-8")) == [
        {"name": "a_times", "n": 10, "seconds": 2, "limit_seconds": 1, "ratio": 2.0, "target": 3, "ok": True},
        {"name": "b_rate", "n": 10, "seconds": 1, "limit_seconds": 1, "ratio": 1.0, "target": 0.8, "ok": True},
        {"name": "b_rate", "n": 20, "seconds": 4, "limit_seconds": 2, "ratio": 0.5, "target": 0.55, "ok": False},
    ]
    assert [file.name for file in path.parent.iterdir()] == ["results.json"]


def test_results_go_beside_the_sources_or_where_told(tmp_path: Path) -> None:
    assert results_path(None).parts[-2:] == ("bench", "results.json")
    assert results_path(str(tmp_path / "x.json")) == tmp_path / "x.json"


def test_a_watch_adds_up_and_works_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([0.0, 1.5, 10.0, 10.5])
    monkeypatch.setattr(harness.time, "perf_counter", lambda: next(moments))
    watch = Watch()
    for _ in range(2):
        with watch:
            pass
    assert watch.seconds == 2.0
    moments = iter([0, 5, 5, 6, 6, 8, 8, 11])
    calls: list[str] = []
    assert best_of(2, lambda: calls.append("ours"), lambda: calls.append("bare")) == [2, 1]
    assert calls == ["ours", "bare", "ours", "bare"]


def test_what_is_unknown_is_named() -> None:
    with pytest.raises(DomainError, match="nothing-such"):
        named("nothing-such")


@pytest.mark.django_db
def test_a_database_that_saves_itself_work_is_refused() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE billing_receivable DISABLE TRIGGER billing_receivable_frozen")
    with pytest.raises(DomainError, match="billing_receivable_frozen"):
        whole()


@pytest.mark.wide
@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(name for name, one in known().items() if not one.apart))
def test_every_measurement_at_a_tiny_size(name: str) -> None:
    found = named(name)
    assert found.size > 1 and found.about
    figures = list(found.run(6))
    assert figures and all(figure.n and figure.seconds > 0 and figure.limit_seconds > 0 for figure in figures)
