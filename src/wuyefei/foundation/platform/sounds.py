"""Voice notes that people record at work: what is taken for one.

The usual formats of phones and browsers, told by their own bytes and not by their name, and small: a few minutes of speech. What a
recorder writes beside the sound is taken out before anything is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from wuyefei.foundation.kernel.errors import DomainError, Phrase

from .pictures import MOST_BYTES
from .sound_tags import CLEANERS, Broken

ENDINGS = {
    "audio/ogg": "ogg", "audio/webm": "webm", "audio/mp4": "m4a", "audio/mpeg": "mp3", "audio/wav": "wav", "audio/amr": "amr", "audio/aac": "aac",
}  # fmt: skip
"""The kinds of sound that are kept, and how a file of each is named."""


class SoundRefused(DomainError):
    code = "sound_refused"
    message = "录音不能保存：{reason}。"


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording as it is kept: its content type and its bytes."""

    kind: str
    content: bytes


def read_sound(content: bytes) -> Sound:
    """The recording with its kind, without what was written beside it. Raises ``SoundRefused``."""
    if not content:
        raise SoundRefused(reason="文件是空的")
    if len(content) > MOST_BYTES:
        raise SoundRefused(reason=Phrase("超过 {most} MB", most=MOST_BYTES // 2**20))
    kind = kind_of(content[:16])
    if not kind:
        raise SoundRefused(reason="只收 M4A、MP3、AMR、AAC、OGG、WebM、WAV 录音")
    try:
        clean = CLEANERS[kind](content)
    except Broken as error:
        raise SoundRefused(reason="录音不完整") from error
    return Sound(kind_of(clean[:16]) or kind, clean)


def kind_of(start: bytes) -> str:
    if start.startswith(b"OggS"):
        return "audio/ogg"
    if start.startswith(b"\x1aE\xdf\xa3"):
        return "audio/webm"
    if start[4:8] == b"ftyp" and start[8:12] in (b"M4A ", b"M4B ", b"mp42", b"mp41", b"isom", b"3gp4", b"3gp5", b"iso5", b"dash"):
        return "audio/mp4"
    if start.startswith(b"RIFF") and start[8:12] == b"WAVE":
        return "audio/wav"
    if start.startswith(b"#!AMR"):
        return "audio/amr"
    if start.startswith(b"ID3"):
        return "audio/mpeg"
    if len(start) > 2 and start[0] == 0xFF and start[1] & 0xF6 == 0xF0:
        return "audio/aac"
    return "audio/mpeg" if len(start) > 2 and start[0] == 0xFF and start[1] & 0xE6 == 0xE2 else ""
