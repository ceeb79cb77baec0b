"""Bills that fall due in some days, whose notice has arrived: those who owe already or paid late before are called first."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from wuyefei.estate.properties.public import Property
from wuyefei.estate.tariffs.public import By, ChargeItem
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import DAY, Month, Span
from wuyefei.foundation.platform import clock, jobs
from wuyefei.money.billing.public import Receivable
from wuyefei.money.sheets.public import Head, Scope, SharedTerms, ask_to_bill, draft_shared
from wuyefei.relations.notices.public import start_batch

from .. import cast
from ..scene import Act, Scene
from .smart import take_receipts
from .talk import texts

BILLED, TOLD, DUE = 7, 6, 9
"""Days ago: the bills, their notice; days ahead: their due day."""
CLEANED_FEN = 936_000
"""What cleaning the water tanks of the last building cost."""


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    at, today = scene.calendar.at, scene.calendar.today
    if scene.place.prefix != cast.GROUP.places[0].prefix or month == scene.started:
        return
    for back, hour, deed in ((BILLED, 16, _bill), (TOLD, 10, _tell)):
        day = today - DAY * back
        if Month.of(day) == month:
            yield Act(at(day, hour, 25), partial(deed, scene))


def _bill(scene: Scene) -> None:
    today = clock.today()
    last = Property.objects.filter(community=scene.community, kind="residential", building__isnull=False).order_by("-sort_key", "-pk").first()
    if last is None:
        return
    item = ChargeItem.objects.get(organisation_id=scene.community.organisation_id, code="once")
    head = Head(item.pk, f"{today.year} 年下半年二次供水水箱清洗", Span(today - DAY * 30, today - DAY), scene.calendar.today + DAY * DUE)
    terms = SharedTerms(CLEANED_FEN, By.AREA, Scope(building_id=last.building_id, kinds=("residential",)))
    sheet = draft_shared(head, terms, actor=scene[Role.FINANCE], community=scene.community)
    decide(ask_to_bill(sheet.pk, actor=scene[Role.FINANCE]).pk, approved=True, actor=scene[Role.FINANCE_LEAD])


def _tell(scene: Scene) -> None:
    due_on = scene.calendar.today + DAY * DUE
    if not texts(scene) or not Receivable.objects.filter(community_id=scene.community.pk, outstanding_fen__gt=0, reversed_at__isnull=True, due_on=due_on).exists():
        return
    batch = start_batch(scene.community.pk, due_on, actor=scene[Role.FINANCE])
    assert batch.job_id is not None
    jobs.run_job(batch.job_id)
    take_receipts(scene, batch)
