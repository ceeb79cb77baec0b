"""What comes by the clock: orders without a callback are asked for, expired ones closed, refunds sent and asked for."""

from __future__ import annotations

from .orders import sweep
from .refunds import sweep_refunds

ROUNDS = "wuyefei.channels"


def make_rounds(organisation_id: int | None) -> int:
    """Returns how many orders and refunds were looked at."""
    return sweep(organisation_id=organisation_id) + sweep_refunds(organisation_id=organisation_id)
