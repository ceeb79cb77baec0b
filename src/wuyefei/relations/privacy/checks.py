"""What ``verify`` proves of erasure."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q

from wuyefei.estate.people.public import Person
from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded, register_check


def erased(organisation_id: int) -> Iterator[Yielded]:
    """Of an erased person no number, mark or key is left."""
    rows = Person.objects.filter(organisation_id=organisation_id, erased_at__isnull=False)
    yield Examined(rows.count())
    left = Q(mobile_locked__isnull=False) | Q(identity_locked__isnull=False) | Q(bank_locked__isnull=False)
    left |= ~Q(mobile_mark="") | ~Q(identity_mark="") | ~Q(bank_mark="") | Q(key__destroyed_at__isnull=True, key__isnull=False)
    for row_id in rows.filter(left).order_by("pk").values_list("pk", flat=True):
        yield Finding("privacy.erased", "people_person", row_id, Phrase("已删除的人仍留有号码或密钥"))


def register() -> None:
    register_check("privacy.erased", "已删除的个人信息不留号码与密钥", erased)
