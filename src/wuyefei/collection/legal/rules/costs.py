"""What going to court costs, and whether it is worth it. Source: Measures on the Payment of Litigation Costs (State Council Order
481) articles 13 (property cases), 14 (payment order, preservation, enforcement) and 16 (summary procedure: half)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from wuyefei.foundation.kernel.money import round_half_up

YUAN = 100
WAN = 10_000 * YUAN
Band = tuple[int, str]
SUIT: tuple[Band, ...] = (
    (10 * WAN, "0.025"), (20 * WAN, "0.02"), (50 * WAN, "0.015"), (100 * WAN, "0.01"), (200 * WAN, "0.009"), (500 * WAN, "0.008"),
    (1000 * WAN, "0.007"), (2000 * WAN, "0.006"), (0, "0.005"),
)  # fmt: skip
"""Beyond the first 10,000 yuan, up to each bound in fen at its rate; the last has no bound."""
ENFORCE: tuple[Band, ...] = ((50 * WAN, "0.015"), (500 * WAN, "0.01"), (1000 * WAN, "0.005"), (0, "0.001"))
PRESERVE: tuple[Band, ...] = ((10 * WAN, "0.01"), (0, "0.005"))
LEAST, PRESERVE_LEAST, PRESERVE_MOST = 50 * YUAN, 30 * YUAN, 5000 * YUAN
PRESERVE_FREE = 1000 * YUAN


def _banded(fen: int, first: int, base: int, bands: tuple[Band, ...]) -> Decimal:
    found, low = Decimal(base), first
    for high, rate in bands:
        top = min(fen, high) if high else fen
        if top > low:
            found += (top - low) * Decimal(rate)
        low = max(low, high)
    return found


def suit_fee(fen: int, track: str = "ordinary") -> int:
    """The court fee for claiming ``fen``: ``ordinary``, half of it for ``small`` and summary procedure, a third for an ``order``."""
    whole = _banded(fen, WAN, LEAST, SUIT)
    return round_half_up(whole / {"ordinary": 1, "small": 2, "order": 3}[track])


def preserve_fee(fen: int) -> int:
    """For preserving property worth ``fen``; never more than 5,000 yuan."""
    return min(round_half_up(_banded(fen, PRESERVE_FREE, PRESERVE_LEAST, PRESERVE)), PRESERVE_MOST)


def enforce_fee(fen: int) -> int:
    """For enforcing ``fen``; it is taken from the debtor once there is a result."""
    return round_half_up(_banded(fen, WAN, LEAST, ENFORCE))


@dataclass(frozen=True, slots=True)
class Outlook:
    """Costs against what may come in, in fen. ``expected_fen`` is what the asset check expects, never more than is claimed."""

    claimed_fen: int
    expected_fen: int
    spent_fen: int
    fee_fen: int

    @property
    def recoverable_fen(self) -> int:
        return min(self.expected_fen, self.claimed_fen)

    @property
    def net_fen(self) -> int:
        """What is left after costs, spent ones included."""
        return self.recoverable_fen - self.spent_fen - self.fee_fen

    @property
    def worth_it(self) -> bool:
        return self.net_fen > 0
