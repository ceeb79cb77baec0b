"""What this room holds about people, for the register of personal data."""

from __future__ import annotations

from collections.abc import Iterable

from wuyefei.estate.people.public import Person
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.relations.privacy.public import CONTRACT, Holding, Row, register_holding

from .keeping import KEPT
from .queries.cases import attachments


def _files(actor: Actor, person: Person) -> Iterable[Row]:
    for row in attachments(actor).filter(act__case__person_id=person.pk):
        yield row.made_at.astimezone(CHINA).replace(tzinfo=None), str(row.get_kind_display()), row.size, row.sha256, row.erased_on


def register() -> None:
    register_holding(
        Holding(
            "call_file", "催缴的照片和语音", "证明联系的经过和现场情况", CONTRACT, KEPT, ("时间", "种类", "大小（字节）", "指纹", "内容删除日"), _files,
            Permission.FOLLOW_VIEW,
        )
    )  # fmt: skip
