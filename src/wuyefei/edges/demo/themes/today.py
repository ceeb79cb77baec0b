"""What stands open when a visitor comes in: a draft to be reviewed, requests that wait, somebody at the desk."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import partial

from wuyefei.estate.properties.public import Property, update_property
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.kernel.dates import DAY, Month
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import ask_adjustment, ask_waiver, confirm_run, draft_run, standings
from wuyefei.money.payments.public import Payment, ask_void

from ..habits import Fate, Visit
from ..scene import Act, Scene
from .corrections import ADJUSTED, WAIVED, overdue
from .desk import serve

AT_DESK = 6
MEASURED = 3


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    if month != scene.calendar.month:
        return
    at, today = scene.calendar.at, scene.calendar.today
    if scene.place.desk and today.weekday() < 6:
        for n in range(AT_DESK):
            yield Act(at(today, 9, 35 + 4 * n), partial(_visitor, scene, n))
    yield Act(at(today, 10), partial(_measure, scene))
    yield Act(at(today, 10, 20), partial(_draft, scene, month.plus(1)))
    yield Act(at(today, 10, 40), partial(_ask, scene))


def _visitor(scene: Scene, n: int) -> None:
    """Somebody who owes comes in unasked, on this very day: after the files of yesterday are booked."""
    today = clock.today()
    payers = {payer.person_id: payer for payer in scene.payers()}
    owing = [pk for pk in overdue(scene).values_list("payer_id", flat=True)[:60] if pk in payers]
    owing = [one for one in dict.fromkeys(owing) if payers[one].habit in "ABC"]
    if n < len(owing):
        serve(scene, Visit(payers[owing[n]], today, Fate.PART if n == 2 else Fate.ALL), f"today-{n}")


def _measure(scene: Scene) -> None:
    """A few flats were measured again: the draft of the next month shows them first."""
    dice = scene.dice("measured")
    homes = list(Property.objects.filter(community_id=scene.community.pk, area_m2__isnull=False).order_by("sort_key"))
    for home in dice.sample(homes, min(MEASURED, len(homes))):
        area = (home.area_m2 or Decimal(0)) * Decimal(dice.choice(("1.31", "0.74", "1.06")))
        update_property(home.pk, area_m2=area.quantize(Decimal("0.01")), actor=scene.manager, reason="面积复测")


def _draft(scene: Scene, month: Month) -> None:
    """The coming month is drafted; at the old estate it is confirmed already and waits for the second person."""
    if not scene.bills_in(month):
        return
    result = draft_run(scene.community.pk, month, actor=scene[Role.FINANCE])
    if result.run is not None and scene.place.age == "old":
        confirm_run(result.run.pk, actor=scene[Role.FINANCE])


def _ask(scene: Scene) -> None:
    """Requests of this morning: an adjustment, a waiver, and a payment to be voided."""
    dice, finance = scene.dice("asked"), scene[Role.FINANCE]
    rows = list(overdue(scene)[:40])
    if len(rows) > 3:
        first, second = dice.sample(rows, 2)
        ask_adjustment(first.pk, -max(1, first.outstanding_fen // 20), actor=finance, reason=dice.choice(ADJUSTED))
        payable = standings([second], clock.today())[second.pk].payable_fen
        if payable > 1:
            ask_waiver(second.pk, payable // 2, actor=finance, reason=dice.choice(WAIVED))
    paid = Payment.objects.filter(
        community_id=scene.community.pk, kind=Payment.Kind.DESK, voided_at__isnull=True, value_date__gte=clock.today() - DAY * 4
    ).order_by("-value_date", "client_key")
    found = paid.first()
    if found is not None:
        ask_void(found.pk, actor=scene.crew.get(Role.CASHIER, finance), reason="业主要求换成公司抬头，作废重开")
