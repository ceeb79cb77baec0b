"""What a recorder writes beside the sound is gone, whatever the kind of file; the sound itself is as it was."""

from __future__ import annotations

import struct

import pytest

from wuyefei.foundation.platform.pictures import PictureRefused, read_picture
from wuyefei.foundation.platform.sound_tags import _ogg_sum
from wuyefei.foundation.platform.sounds import SoundRefused, kind_of, read_sound

WHERE = b"31.2304N,121.4737E phone of Mr Wu"


def box(name: bytes, *inside: bytes) -> bytes:
    body = b"".join(inside)
    return struct.pack(">I4s", 8 + len(body), name) + body


def page(serial: int, *packets: bytes, flags: int = 0) -> bytes:
    lacing = b"".join(b"\xff" * (len(one) // 255) + bytes([len(one) % 255]) for one in packets)
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, 0, 7, serial, 0, len(lacing)) + lacing
    whole = bytearray(head + b"".join(packets))
    whole[22:26] = struct.pack("<I", _ogg_sum(bytes(whole)))
    return bytes(whole)


def element(name: bytes, body: bytes) -> bytes:
    return name + (1 << 56 | len(body)).to_bytes(8, "big") + body


FRAMES = b"\xff\xfb\x90\x00" + bytes(range(250, 50, -1))
ID3 = b"ID3\x04\x00\x00" + bytes([0, 0, 0, len(WHERE)]) + WHERE
APE = WHERE + struct.pack("<8sIIII8x", b"APETAGEX", 2000, len(WHERE) + 32, 1, 0)
TAGS = b"OpusTags" + struct.pack("<I", 6) + b"Phone1" + struct.pack("<II", 1, len(WHERE)) + WHERE
FTYP = box(b"ftyp", b"M4A \0\0\0\0")
TIMED = box(b"mvhd", bytes(4) + b"\x01\x02\x03\x04\x05\x06\x07\x08" + bytes(12))
FILES = {
    "audio/mpeg": ID3 + FRAMES + APE + (b"TAG" + WHERE).ljust(128, b"\0"),
    "audio/wav": b"RIFF\0\0\0\0WAVE" + b"fmt \x10\0\0\0" + bytes(16) + b"LIST" + struct.pack("<I", len(WHERE) + 1) + WHERE + b"x" + b"\0" * (len(WHERE) % 2 == 0) + b"data\4\0\0\0abcd",
    "audio/mp4": FTYP + box(b"moov", TIMED, box(b"udta", box(b"\xa9xyz", WHERE)), box(b"trak", box(b"meta", WHERE))) + box(b"uuid", WHERE) + box(b"mdat", b"sound"),
    "audio/ogg": page(0, b"OpusHead" + bytes(11), flags=2) + page(1, TAGS) + page(2, b"sound"),
    "audio/webm": b"\x1aE\xdf\xa3\x84\x42\x86\x81\x01" + b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff" + element(b"\x15\x49\xa9\x66", element(b"\x44\x61", b"\x01\x02\x03\x04\x05\x06\x07\x08"))
    + element(b"\x12\x54\xc3\x67", WHERE) + b"\x1f\x43\xb6\x75\x01\xff\xff\xff\xff\xff\xff\xff" + element(b"\xa3", b"sound"),
    "audio/amr": b"#!AMR\n" + bytes(40),
    "audio/aac": b"\xff\xf1\x50" + bytes(40),
}  # fmt: skip


@pytest.mark.parametrize("kind", FILES)
def test_no_words_are_left_and_the_sound_is(kind: str) -> None:
    clean = read_sound(FILES[kind])
    assert clean.kind == kind and WHERE not in clean.content and b"Phone1" not in clean.content
    assert b"\x01\x02\x03\x04\x05\x06\x07\x08" not in clean.content
    assert (b"sound" in clean.content) == (b"sound" in FILES[kind]) and (b"abcd" in clean.content) == (b"abcd" in FILES[kind])
    assert read_sound(clean.content).content == clean.content  # once is enough
    if kind in ("audio/mp4", "audio/ogg", "audio/webm"):
        assert len(clean.content) == len(FILES[kind])  # nothing that the file points at has moved


def test_an_mp3_is_its_frames_and_an_ogg_page_has_its_sum() -> None:
    assert read_sound(FILES["audio/mpeg"]).content == FRAMES
    assert read_sound(b"ID3\x04\x00\x00\0\0\0\0" + FILES["audio/aac"]).kind == "audio/aac"
    content = read_sound(FILES["audio/ogg"]).content
    second = content[len(page(0, b"OpusHead" + bytes(11))) :]
    kept = struct.unpack("<I", second[22:26])[0]
    length = 27 + second[26] + sum(second[27 : 27 + second[26]])
    assert kept == _ogg_sum(second[:22] + bytes(4) + second[26:length])


@pytest.mark.parametrize(
    "content",
    [b"OggS" + bytes(40), FILES["audio/ogg"][:60], b"\x1aE\xdf\xa3" + bytes(20), FTYP + struct.pack(">I4s", 999, b"moov"), b"RIFF\0\0\0\0WAVEfmt \xff\0\0\0",
     ID3, b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f" + FRAMES],
)  # fmt: skip
def test_what_cannot_be_followed_is_refused(content: bytes) -> None:
    assert kind_of(content[:16])
    with pytest.raises(SoundRefused, match="录音不完整"):
        read_sound(content)


def test_nothing_behind_a_picture_is_kept() -> None:
    body = b"\xff\xdb\x00\x04\x00\x00\xff\xda\x00\x02pix\xff\x00\xff\xd1els\xff\xc4\x00\x04ab\xff\xda\x00\x02more\xff\xd9"
    exif = b"\xff\xe1\x00\x08" + WHERE[:6]
    assert read_picture(b"\xff\xd8" + exif + body + b"\xff\xd8" + exif + WHERE).content == b"\xff\xd8" + body
    with pytest.raises(PictureRefused):
        read_picture(b"\xff\xd8" + body[:-2])
