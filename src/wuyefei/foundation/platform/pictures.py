"""Photographs that people take at work: what is taken for one, and what is left of it.

Only JPEG and PNG, told by their own bytes and not by their name; small, for a phone makes them small before it sends
them. What a camera writes beside the picture (where it was taken, by which device) before or behind it, is cut out before anything is kept.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from wuyefei.foundation.kernel.errors import DomainError, Phrase

MOST_BYTES = 3 * 2**20
JPEG, PNG = "image/jpeg", "image/png"
_PNG_MARK = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"sRGB", b"gAMA", b"IDAT", b"IEND")


class PictureRefused(DomainError):
    code = "picture_refused"
    message = "照片不能保存：{reason}。"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept: its content type and its bytes."""

    kind: str
    content: bytes


def read_picture(content: bytes) -> Picture:
    """The picture without what was written beside it. Raises ``PictureRefused``."""
    if not content:
        raise PictureRefused(reason="文件是空的")
    if len(content) > MOST_BYTES:
        raise PictureRefused(reason=Phrase("超过 {most} MB", most=MOST_BYTES // 2**20))
    if content.startswith(b"\xff\xd8\xff"):
        return Picture(JPEG, _jpeg(content))
    if content.startswith(_PNG_MARK):
        return Picture(PNG, _png(content))
    raise PictureRefused(reason="只收 JPEG 或 PNG 照片")


def _jpeg(content: bytes) -> bytes:
    """The segments that make the picture; application data (but the plain headers) and comments are left out."""
    found, at = [content[:2]], 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        mark = content[at + 1]
        size = struct.unpack(">H", content[at + 2 : at + 4])[0]
        if size < 2:
            break
        end = at + 2 + size
        if mark == 0xDA:  # a part of the picture itself follows its header, to the next mark
            end = _scan_end(content, end)
        if mark in (0xE0, 0xEE) or not (0xE0 <= mark <= 0xEF or mark == 0xFE):
            found.append(content[at:end])
        at = end
        if mark == 0xDA and content[at : at + 2] == b"\xff\xd9":  # what a camera puts behind the picture is left out as well
            return b"".join([*found, b"\xff\xd9"])
    raise PictureRefused(reason="照片不完整")


def _scan_end(content: bytes, at: int) -> int:
    """Where the next mark begins: inside a scan 0xFF stands before 0 or a restart."""
    while True:
        at = content.find(b"\xff", at)
        if at < 0 or at + 1 >= len(content):
            raise PictureRefused(reason="照片不完整")
        if content[at + 1] != 0 and not 0xD0 <= content[at + 1] <= 0xD7 and content[at + 1] != 0xFF:
            return at
        at += 1 if content[at + 1] == 0xFF else 2


def _png(content: bytes) -> bytes:
    found, at = [_PNG_MARK], len(_PNG_MARK)
    while at + 12 <= len(content):
        size, name = struct.unpack(">I4s", content[at : at + 8])
        whole = content[at : at + 12 + size]
        if len(whole) < 12 + size:
            break
        if name in _PNG_KEPT:
            found.append(whole)
        if name == b"IEND":
            return b"".join(found)
        at += 12 + size
    raise PictureRefused(reason="照片不完整")
