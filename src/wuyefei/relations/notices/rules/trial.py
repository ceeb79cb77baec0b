"""Comparing the plain and the smart bill: who gets which, how many are needed, and what may be said (product row E2).

The sample size is stated before the start from the usual rate and the difference worth finding, at 95 % confidence and
80 % power (two proportions). Until it is reached, nothing is said but how many there are. Rates stand with Wilson's
interval, their difference with Newcombe's (method 10). Pure.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from wuyefei.foundation.kernel.errors import Invalid, Phrase
from wuyefei.foundation.kernel.shares import Rate, Z

PLAIN, SMART = 0, 1
Z_POWER = Decimal("0.841621")
"""80 % power."""
LEAST_DIFFERENCE, MOST_DIFFERENCE = Decimal("0.02"), Decimal("0.50")


def arm_of(seed: str, person_id: int) -> int:
    """``PLAIN`` or ``SMART``: the same for a person throughout a comparison, and independent of everything about them.

    The lowest bit of the first byte of SHA-256; the set-based planning computes the same in the database.
    """
    return hashlib.sha256(f"{seed}:{person_id}".encode()).digest()[0] & 1


def sample_size(usual: Decimal, difference: Decimal) -> int:
    """Households needed in each half to find a rise of ``difference`` over the ``usual`` rate. Raises ``Invalid``."""
    if not LEAST_DIFFERENCE <= difference <= MOST_DIFFERENCE:
        raise Invalid(field="要看出的差别", reason=Phrase("应为 {least} 到 {most} 个百分点", least=2, most=50))
    if not 0 < usual < 1 or usual + difference >= 1:
        raise Invalid(field="现在的比率", reason="加上要看出的差别后应小于 100%")
    better = usual + difference
    mean = (usual + better) / 2
    spread = Z * (2 * mean * (1 - mean)).sqrt() + Z_POWER * (usual * (1 - usual) + better * (1 - better)).sqrt()
    return int((spread * spread / (difference * difference)).to_integral_value(ROUND_CEILING))


class Word(StrEnum):
    """What may be said of a comparison."""

    TOO_FEW = "too_few"
    BETTER = "better"
    WORSE = "worse"
    NO_DIFFERENCE = "no_difference"


@dataclass(frozen=True, slots=True)
class Verdict:
    """``difference`` = smart − plain, between ``low`` and ``high`` with 95 % confidence; ``lacking`` households in the
    smaller half until the stated sample is reached."""

    word: Word
    difference: Decimal
    low: Decimal
    high: Decimal
    lacking: int


def verdict(plain: Rate, smart: Rate, needed: int) -> Verdict:
    """What the two rates allow to say, once each half has its ``needed`` households."""
    difference = smart.share - plain.share
    (plain_low, plain_high), (smart_low, smart_high) = plain.ends, smart.ends
    down = ((smart.share - smart_low) ** 2 + (plain_high - plain.share) ** 2).sqrt()
    up = ((smart_high - smart.share) ** 2 + (plain.share - plain_low) ** 2).sqrt()
    low, high, lacking = difference - down, difference + up, max(0, needed - min(plain.all, smart.all))
    if lacking:
        word = Word.TOO_FEW
    else:
        word = Word.BETTER if low > 0 else Word.WORSE if high < 0 else Word.NO_DIFFERENCE
    return Verdict(word, difference, low, high, lacking)
