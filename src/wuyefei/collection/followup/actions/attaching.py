"""A photograph or a voice note beside a logged contact."""

from __future__ import annotations

import hashlib

from django.db import transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.pictures import MOST_BYTES, read_picture
from wuyefei.foundation.platform.sounds import SoundRefused, read_sound

from ..models import Act, Attachment
from ..queries.cases import get_act

MOST = 6
"""Files beside one contact."""
PICTURES = (b"\xff\xd8", b"\x89P")
"""How pictures begin."""


class FileRefused(DomainError):
    code = "attachment_refused"
    message = "不能附上：只收 JPEG、PNG 照片，或 M4A、MP3、AMR、AAC、OGG、WebM、WAV 录音，不超过 {most} MB。"


class TooMany(DomainError):
    code = "attachments_full"
    message = "一次联系最多附 {most} 个文件。"


def attach(act_id: int, content: bytes, *, actor: Actor) -> Attachment:
    """Keep a file beside a contact; the same file sent again is kept once. Its bytes say what it is, not its name.

    Raises ``FileRefused``, ``PictureRefused``, ``TooMany``, ``NotFound``.
    """
    kind, content_type, kept = _read(content)
    act = get_act(actor, act_id)
    actor.require(Permission.FOLLOW_WORK, act.community_id)
    digest = hashlib.sha256(kept).hexdigest()
    with transaction.atomic():
        Act.objects.select_for_update().get(pk=act.pk)
        known = Attachment.objects.filter(act=act)
        again = known.filter(sha256=digest).first()
        if again is not None:
            return again
        if known.count() >= MOST:
            raise TooMany(most=MOST)
        row = Attachment.objects.create(
            organisation_id=act.organisation_id, community_id=act.community_id, act=act, kind=kind, content_type=content_type, content=kept,
            size=len(kept), sha256=digest, made_by_id=actor.user_id, made_at=clock.now(),
        )  # fmt: skip
        audit.record(actor, "followup.attach", row, community_id=act.community_id, after={"kind": kind, "size": row.size, "sha256": digest})
    return row


def _read(content: bytes) -> tuple[str, str, bytes]:
    try:
        if content.startswith(PICTURES):
            picture = read_picture(content)
            return Attachment.Kind.PHOTO, picture.kind, picture.content
        sound = read_sound(content)
    except SoundRefused as error:
        raise FileRefused(most=MOST_BYTES // 2**20) from error
    return Attachment.Kind.VOICE, sound.kind, sound.content
