"""What ``verify`` proves of ratings."""

from __future__ import annotations

from collections.abc import Iterator

from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded, register_check

from .models import FreeService, Rating, Showing
from .queries import facts_of
from .rules import FREE_SERVICES, rate

BATCH = 2000


def worked_out(organisation_id: int) -> Iterator[Yielded]:
    """Every rating follows from the facts beside it by the rule."""
    count = 0
    rows = Rating.objects.filter(organisation_id=organisation_id).order_by("pk")
    for row in rows.iterator(chunk_size=BATCH):
        count += 1
        rated = rate(facts_of(row), row.since)
        if (rated.letter, rated.points) != (row.worked, row.points):
            what = Phrase("记着 {kept} {points} 分，应为 {letter} {should} 分", kept=row.worked or "—", points=row.points, letter=rated.letter or "—", should=rated.points)
            yield Finding("credit.rating", "credit_rating", row.pk, what)
    yield Examined(count)


def earned(organisation_id: int) -> Iterator[Yielded]:
    """Nobody had more free services in a year than their rating gave."""
    rows = FreeService.objects.filter(organisation_id=organisation_id)
    yield Examined(rows.count())
    for row in rows.order_by("pk"):
        if row.number > FREE_SERVICES.get(row.letter, 0):
            yield Finding("credit.free", "credit_freeservice", row.pk, Phrase("{letter} 级一年没有第 {number} 次免费服务", letter=row.letter, number=row.number))


def shown(organisation_id: int) -> Iterator[Yielded]:
    """What was shown outside was approved by somebody other than who asked."""
    rows = Showing.objects.filter(organisation_id=organisation_id, state=Showing.State.GIVEN)
    yield Examined(rows.count())
    for row in rows.order_by("pk"):
        if row.given_by_id == row.made_by_id or row.request_id is None:
            yield Finding("credit.shown", "credit_showing", row.pk, Phrase("对外提供没有第二人审批"))


def register() -> None:
    register_check("credit.rating", "信用等级与依据一致", worked_out)
    register_check("credit.free", "免费服务不超过等级给的次数", earned)
    register_check("credit.shown", "信用等级对外提供都有第二人审批", shown)
