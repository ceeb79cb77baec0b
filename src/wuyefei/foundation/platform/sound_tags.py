"""What a recorder writes beside the sound (where, when, on which device, titles, pictures) taken out of each kind of file.

Where cutting would shift what the file points at (MP4, WebM, OGG) the words are overwritten in place; else they are left out. A file
whose parts cannot be followed to its end raises ``Broken``: what cannot be read cannot be said to be clean.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator


class Broken(Exception):
    """The file's parts do not add up."""


def mpeg(content: bytes) -> bytes:
    """MP3 and AAC: without ID3 before and ID3v1 and APE tags behind."""
    while content.startswith(b"ID3"):
        if len(content) < 10:
            raise Broken
        size = 0
        for byte in content[6:10]:
            size = size << 7 | byte & 0x7F
        content = content[10 + size + (10 if content[5] & 0x10 else 0) :]
    while True:
        if content[-128:-125] == b"TAG":
            content = content[:-128]
        elif content[-32:-24] == b"APETAGEX":
            size, flags = struct.unpack("<I4xI", content[-20:-8])
            content = content[: -(size + (32 if flags & 0x80000000 else 0))]
        else:
            break
    if not content or content[0] != 0xFF:
        raise Broken
    return content


def wav(content: bytes) -> bytes:
    """Only the chunks that make the sound."""
    found, at = [], 12
    while at + 8 <= len(content):
        name, size = struct.unpack("<4sI", content[at : at + 8])
        if name == b"data":
            size = min(size, len(content) - at - 8)
        if at + 8 + size > len(content):
            raise Broken
        if name in (b"fmt ", b"fact", b"data"):
            found.append(struct.pack("<4sI", name, size) + content[at + 8 : at + 8 + size] + b"\0" * (size % 2))
        at += 8 + size + size % 2
    body = b"".join(found)
    if b"data" not in body[:4096] or not body.startswith(b"fmt "):
        raise Broken
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body


_MP4_INSIDE = frozenset({b"moov", b"trak", b"mdia", b"moof", b"traf"})
_MP4_WORDS = frozenset({b"udta", b"meta", b"uuid", b"free", b"skip", b"wide"})
_MP4_TIMED = frozenset({b"mvhd", b"tkhd", b"mdhd"})


def mp4(content: bytes) -> bytes:
    """Boxes with words become empty space of the same length; the moments of recording become 0."""
    made = bytearray(content)
    _boxes(made, 0, len(made))
    return bytes(made)


def _boxes(made: bytearray, at: int, end: int) -> None:
    while at < end:
        if at + 8 > end:
            raise Broken
        size, name = struct.unpack(">I4s", made[at : at + 8])
        head = 8
        if size == 1 and at + 16 <= end:
            size, head = struct.unpack(">Q", made[at + 8 : at + 16])[0], 16
        elif size == 0:
            size = end - at
        if size < head or at + size > end:
            raise Broken
        if bytes(name) in _MP4_WORDS:
            made[at + 4 : at + 8] = b"free"
            made[at + head : at + size] = bytes(size - head)
        elif bytes(name) in _MP4_TIMED and size >= head + 20:
            wide = 16 if made[at + head] == 1 else 8
            made[at + head + 4 : at + head + 4 + wide] = bytes(wide)
        elif bytes(name) in _MP4_INSIDE:
            _boxes(made, at + head, at + size)
        at += size


def amr(content: bytes) -> bytes:
    """The format has no place for words."""
    return content


def _ogg_table() -> list[int]:
    found = []
    for number in range(256):
        value = number << 24
        for _ in range(8):
            value = (value << 1 ^ 0x04C11DB7 if value & 0x80000000 else value << 1) & 0xFFFFFFFF
        found.append(value)
    return found


_OGG = _ogg_table()


def _ogg_sum(page: bytes) -> int:
    value = 0
    for byte in page:
        value = (value << 8) & 0xFFFFFFFF ^ _OGG[value >> 24 & 0xFF ^ byte]
    return value


def ogg(content: bytes) -> bytes:
    """The words of the comment header, its maker's name among them, become spaces; the sums of its pages are made anew."""
    made, pages, places, packet = bytearray(content), [], [], 0
    for at, length, body, lacing in _pages(made):
        inside = body
        for size in lacing:
            if packet == 1:
                places.append((inside, size))
            inside += size
            packet += size < 255
        pages.append((at, length))
        if packet > 1:
            break
    spots = [spot for start, size in places for spot in range(start, start + size)]
    words = bytes(made[spot] for spot in spots)
    for first, length in _comments(words):
        for spot in spots[first : first + length]:
            made[spot] = 0x20
    for at, length in pages:
        made[at + 22 : at + 26] = bytes(4)
        made[at + 22 : at + 26] = struct.pack("<I", _ogg_sum(bytes(made[at : at + length])))
    return bytes(made)


def _pages(made: bytearray) -> Iterator[tuple[int, int, int, bytes]]:
    """Where each page begins, its length, where its body begins, and its lacing."""
    at = 0
    while at < len(made):
        if made[at : at + 4] != b"OggS" or at + 27 > len(made):
            raise Broken
        count = made[at + 26]
        lacing = bytes(made[at + 27 : at + 27 + count])
        length = 27 + count + sum(lacing)
        if len(lacing) < count or at + length > len(made):
            raise Broken
        yield at, length, at + 27 + count, lacing
        at += length


def _comments(packet: bytes) -> Iterator[tuple[int, int]]:
    """Where the words of a comment header lie within it."""
    head = 7 if packet[:7] == b"\x03vorbis" else 8 if packet[:8] == b"OpusTags" else 0
    if not head:
        raise Broken
    at, left = head, 1
    first = True
    while left:
        if at + 4 > len(packet):
            raise Broken
        size = struct.unpack("<I", packet[at : at + 4])[0]
        if at + 4 + size > len(packet):
            raise Broken
        yield at + 4, size
        at, left = at + 4 + size, left - 1
        if first:
            if at + 4 > len(packet):
                raise Broken
            left, at, first = struct.unpack("<I", packet[at : at + 4])[0], at + 4, False


_EBML_INSIDE = frozenset({b"\x18\x53\x80\x67", b"\x15\x49\xa9\x66", b"\x1f\x43\xb6\x75"})
_EBML_WORDS = frozenset({b"\x12\x54\xc3\x67", b"\x19\x41\xa4\x69", b"\x44\x61", b"\x7b\xa9", b"\x73\x84", b"\xec"})
"""Segment, info and cluster are gone into; tags, attachments, date, title and file name become void."""


def webm(content: bytes) -> bytes:
    """Elements with words become void ones of the same length. A cluster or segment of unknown size is followed part by part."""
    made, at = bytearray(content), 0
    while at < len(made):
        name, start = _name(made, at)
        size, body = _size(made, start)
        if name in _EBML_INSIDE:
            at = body
            continue
        if size is None or body + size > len(made):
            raise Broken
        if name in _EBML_WORDS:
            whole = body + size - at
            head = b"\xec" + (bytes([0x80 | whole - 2]) if whole < 9 else (1 << 56 | whole - 9).to_bytes(8, "big"))
            made[at : at + whole] = head + bytes(whole - len(head))
        at = body + size
    return bytes(made)


def _name(made: bytearray, at: int) -> tuple[bytes, int]:
    length = 9 - made[at].bit_length()
    if length > 4 or at + length > len(made):
        raise Broken
    return bytes(made[at : at + length]), at + length


def _size(made: bytearray, at: int) -> tuple[int | None, int]:
    """None for an unknown size."""
    if at >= len(made) or not made[at]:
        raise Broken
    length = 9 - made[at].bit_length()
    if at + length > len(made):
        raise Broken
    value = int.from_bytes(made[at : at + length], "big") & (1 << 7 * length) - 1
    return (None if value == (1 << 7 * length) - 1 else value), at + length


CLEANERS: dict[str, Callable[[bytes], bytes]] = {
    "audio/ogg": ogg, "audio/webm": webm, "audio/mp4": mp4, "audio/mpeg": mpeg, "audio/aac": mpeg, "audio/wav": wav, "audio/amr": amr,
}  # fmt: skip
