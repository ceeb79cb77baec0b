"""What rooms above have to say before an allocation is undone, by whichever way."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..models import Allocation

ReversalCheck = Callable[[Sequence[Allocation]], None]

_checks: dict[str, ReversalCheck] = {}


def register_reversal_check(name: str, check: ReversalCheck) -> None:
    """A room above says, by raising, which allocations have to be freed in its own way first. Called in
    ``AppConfig.ready``; the check is made under the lock of the payment, and already when the undoing is asked for."""
    _checks[name] = check


def check_reversal(rows: Sequence[Allocation]) -> None:
    """Raises what the first check that refuses raises."""
    for check in _checks.values():
        check(rows)
