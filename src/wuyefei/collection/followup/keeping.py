"""How long photographs, voice notes and signatures of contacts are kept, and which of them there are, those of other rooms included."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import LateFeeHold
from wuyefei.relations.contacts.public import DISPUTE

from .models import Case
from .queries.cases import attachments

KEPT_YEARS = 3
"""Years after the case was closed: the limitation of what might still be said about it (Civil Code 188)."""
KEPT = "案件关闭满 3 年删除内容，只留种类、大小和指纹；法务案件没有结、账单在争议中的继续保存；个人信息先到期的同时删除"
"""The same in words, for the register of personal data."""
Keeper = Callable[[], QuerySet[Any, int]]


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file beside a contact at ``at``: its ``size`` in bytes and the SHA-256 of what was kept, also where the bytes are destroyed."""

    at: dt.datetime
    kind: str
    content_type: str
    size: int
    sha256: str


Files = Callable[[Actor, int, dt.date], Iterable[KeptFile]]
_keepers: dict[str, Keeper] = {}
_files: dict[str, Files] = {}


def register_keeper(key: str, keeper: Keeper) -> None:
    """Name persons about whom a room still needs what was kept. Called in ``AppConfig.ready``."""
    _keepers[key] = keeper


def register_files(key: str, files: Files) -> None:
    """Name the files that a room keeps of contacts with a person up to a day. Called in ``AppConfig.ready``."""
    _files[key] = files


def over(case: str = "") -> Q:
    """What may be destroyed today of rows that stand beside a case (``case`` the path to it, as ``stop__case``): it was closed longer
    than ``KEPT_YEARS`` ago, and its payer has no open case, no bill in dispute, and nothing that another room needs."""
    today, way = clock.today(), f"{case}__" if case else ""
    disputed = LateFeeHold.objects.filter(kind=DISPUTE, starts_on__lte=today).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))
    needed: list[QuerySet[Any, int]] = [
        Case.objects.filter(closed_on__isnull=True).values_list("person_id", flat=True), disputed.values_list("receivable__payer_id", flat=True),
        *(keeper() for keeper in _keepers.values()),
    ]  # fmt: skip
    found = Q(**{f"{way}closed_on__lt": _bound(today)})
    for persons in needed:
        found &= ~Q(**{f"{way}person_id__in": persons})
    return found


def files_of(actor: Actor, person_id: int, on: dt.date) -> list[KeptFile]:
    """Every file beside contacts with a person up to a day, in the order of the contacts."""
    rows = attachments(actor).filter(act__case__person_id=person_id, act__contact__at__date__lte=on).select_related("act__contact")
    found = [KeptFile(one.act.contact.at, str(one.get_kind_display()), one.content_type, one.size, one.sha256) for one in rows]
    for files in _files.values():
        found += files(actor, person_id, on)
    return sorted(found, key=lambda one: (one.at, one.kind, one.sha256))


def _bound(today: dt.date) -> dt.date:
    return today.replace(year=today.year - KEPT_YEARS, day=min(today.day, 28))
