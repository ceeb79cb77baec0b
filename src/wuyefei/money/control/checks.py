"""What ``verify`` proves of the controls."""

from __future__ import annotations

from collections.abc import Iterator

from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded, register_check

from .models import Check, Draw, Mismatch
from .queries import population
from .rules import pick, seed_of


def samples(organisation_id: int) -> Iterator[Yielded]:
    """Every draw, drawn again, picks the same payments of the same week, each with who took it."""
    for row in Draw.objects.filter(organisation_id=organisation_id).order_by("pk").iterator(chunk_size=500):
        takers, seed = population(row.community_id, row.week), seed_of(organisation_id, row.week)
        should = [(pk, takers[pk]) for pk in pick(seed, takers, row.size)]
        found = list(row.items.order_by("rank").values_list("payment_id", "taken_by_id"))
        yield Examined(max(1, len(found)))
        if (row.seed, row.population, found) != (seed, len(takers), should):
            what = Phrase("抽中 {found}，按种子应抽中 {should}", found=[pk for pk, _by in found], should=[pk for pk, _by in should])
            yield Finding("control.samples", "control_draw", row.pk, what)


def differing(organisation_id: int) -> Iterator[Yielded]:
    """A drawn payment that did not agree with its slip stands under a mismatch."""
    noted = set(Mismatch.objects.filter(organisation_id=organisation_id, kind=Mismatch.Kind.SAMPLE).values_list("source_id", flat=True))
    for pk in Check.objects.filter(organisation_id=organisation_id, result=Check.Result.DIFFERS).order_by("pk").values_list("pk", flat=True):
        yield Examined(1)
        if pk not in noted:
            yield Finding("control.differing", "control_check", pk, Phrase("与底单不符，没有异常记录"))


def register() -> None:
    register_check("control.samples", "每周抽查按种子可重现", samples)
    register_check("control.differing", "抽查不符都有异常记录", differing)
