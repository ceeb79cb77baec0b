"""The register behind ``wuyefei verify``: each room proves its own books, here they are run together.

No Django and no database here: a check is a function of an organisation's id that yields what does not hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Finding:
    """One row that does not hold: ``what`` says what was found and what it should be."""

    check: str
    table: str
    row_id: int | str
    what: str


@dataclass(frozen=True)
class Examined:
    """Yielded by a check, once or in parts: how many rows it has looked at."""

    rows: int


Yielded = Finding | Examined
Run = Callable[[int], Iterable[Yielded]]


@dataclass(frozen=True)
class Check:
    name: str
    label: str
    run: Run


@dataclass(frozen=True)
class Outcome:
    """What one check found. ``findings`` holds at most the first ``kept``; ``found`` counts them all."""

    name: str
    label: str
    examined: int
    found: int
    findings: list[Finding]


@dataclass(frozen=True)
class Report:
    """All checks of one organisation, in the order of registration."""

    organisation_id: int
    checks: list[Outcome] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not any(outcome.found for outcome in self.checks)

    @property
    def first(self) -> Finding | None:
        """The first row that does not hold."""
        return next((finding for outcome in self.checks for finding in outcome.findings), None)


_checks: dict[str, Check] = {}


def register_check(name: str, label: str, run: Run) -> None:
    """Register a check under a dotted ``name`` (``billing.outstanding``); the same name again replaces it."""
    _checks[name] = Check(name, label, run)


def checks() -> list[Check]:
    return list(_checks.values())


def run_checks(organisation_id: int, *, only: Iterable[str] | None = None, kept: int = 100) -> Report:
    """Run every check, or those named. A check that breaks off raises: a check that did not run proves nothing.

    Raises ``KeyError`` for an unknown name in ``only``.
    """
    wanted = list(_checks.values()) if only is None else [_checks[name] for name in only]
    return Report(organisation_id, [_run(check, organisation_id, kept) for check in wanted])


def _run(check: Check, organisation_id: int, kept: int) -> Outcome:
    findings: list[Finding] = []
    examined = found = 0
    for item in check.run(organisation_id):
        if isinstance(item, Examined):
            examined += item.rows
            continue
        found += 1
        if len(findings) < kept:
            findings.append(item)
    return Outcome(check.name, check.label, examined, found, findings)
