"""A photograph of a meter's dial that nobody took: its figure in seven strokes a digit, as a PNG."""

from __future__ import annotations

import struct
import zlib

WIDE, HIGH, GAP, EDGE = 22, 40, 10, 26
CASE, GLASS, INK = b"\x5a\x66\x72", b"\xee\xf1\xe8", b"\x1b\x1c\x20"
STROKES = {
    "0": "abcdef", "1": "bc", "2": "abged", "3": "abgcd", "4": "fgbc", "5": "afgcd", "6": "afgedc", "7": "abc", "8": "abcdefg", "9": "abcdfg",
}  # fmt: skip
_LINES = {
    "a": (0, 0, WIDE, 4), "g": (0, HIGH // 2 - 2, WIDE, 4), "d": (0, HIGH - 4, WIDE, 4), "f": (0, 0, 4, HIGH // 2), "b": (WIDE - 4, 0, 4, HIGH // 2),
    "e": (0, HIGH // 2, 4, HIGH // 2), "c": (WIDE - 4, HIGH // 2, 4, HIGH // 2),
}  # fmt: skip
"""Left, top, width and height of each stroke."""


def picture(figure: str) -> bytes:
    """The dial showing the digits of ``figure``."""
    wide, high = len(figure) * (WIDE + GAP) + GAP + 2 * EDGE, HIGH + 2 * GAP + 2 * EDGE
    rows = [bytearray(CASE * wide) for _ in range(high)]
    _fill(rows, EDGE, EDGE, wide - 2 * EDGE, high - 2 * EDGE, GLASS)
    for place, digit in enumerate(figure):
        for stroke in STROKES[digit]:
            left, top, width, height = _LINES[stroke]
            _fill(rows, EDGE + GAP + place * (WIDE + GAP) + left, EDGE + GAP + top, width, height, INK)
    data = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows))
    head = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _fill(rows: list[bytearray], left: int, top: int, wide: int, high: int, colour: bytes) -> None:
    for row in rows[top : top + high]:
        row[left * 3 : (left + wide) * 3] = colour * wide


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
