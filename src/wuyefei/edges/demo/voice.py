"""A voice note that nobody spoke: a second of a soft tone, as a WAV."""

from __future__ import annotations

import struct

RATE, SECONDS, PERIOD = 8000, 1, 36


def note() -> bytes:
    """Eight-bit mono, a triangle of ``PERIOD`` samples around the middle."""
    sound = bytes(128 + abs(number % PERIOD - PERIOD // 2) - PERIOD // 4 for number in range(RATE * SECONDS))
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(sound), b"WAVE", b"fmt ", 16, 1, 1, RATE, RATE, 1, 8, b"data", len(sound))
    return head + sound
