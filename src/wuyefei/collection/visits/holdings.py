"""What this room holds about people, for the register of personal data, and what of it stands in evidence packs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from wuyefei.collection.followup.public import KEPT, KeptFile
from wuyefei.estate.people.public import Person
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.relations.privacy.public import CONTRACT, Holding, Row, register_holding

from .queries import proofs


def _read(actor: Actor, person: Person) -> Iterable[Row]:
    for row in proofs(actor).filter(stop__person_id=person.pk):
        yield row.made_at.astimezone(CHINA).replace(tzinfo=None), str(row.get_kind_display()), row.size, row.sha256, row.erased_on


def files(actor: Actor, person_id: int, on: dt.date) -> Iterable[KeptFile]:
    """The photographs and signatures of visits to a person up to a day, destroyed ones with their digest."""
    rows = proofs(actor).filter(stop__person_id=person_id, stop__contact__at__date__lte=on).select_related("stop__contact")
    for row in rows:
        assert row.stop.contact is not None
        yield KeptFile(row.stop.contact.at, f"上门{row.get_kind_display()}", row.content_type, row.size, row.sha256)


def register() -> None:
    register_holding(
        Holding(
            "visit_proof", "上门的照片和签名", "证明上门的经过和本人的意思", CONTRACT, KEPT, ("时间", "种类", "大小（字节）", "指纹", "内容删除日"), _read,
            Permission.FOLLOW_VIEW,
        )
    )  # fmt: skip
