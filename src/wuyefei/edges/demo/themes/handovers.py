"""Flats that change hands these weeks through the transfer room: with a bill cut, inherited, and one that waits."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from functools import partial

from wuyefei.estate.occupancy.public import Tie
from wuyefei.estate.people.public import PersonRow
from wuyefei.foundation.access.rules import Permission, Role
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import DAY, Month
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable
from wuyefei.money.transfers.public import Basis, Order, Prepaid, Transfer, ask_transfer

from .. import cast, names
from ..scene import Act, Scene

STORIES = ((13, Basis.SALE, True), (9, Basis.INHERITANCE, True), (2, Basis.SALE, False))
"""Days ago, the basis, and whether the second person has decided."""
PLACES = (cast.GROUP.places[0].prefix, cast.GROUP.places[2].prefix)


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    today = scene.calendar.today
    if scene.place.prefix not in PLACES or month == scene.started:
        return
    for number, (back, basis, done) in enumerate(STORIES):
        day = today - DAY * back
        if Month.of(day) == month:
            yield Act(scene.calendar.at(day, 14, 10), partial(_sell, scene, number, basis, done))


def _sell(scene: Scene, number: int, basis: Basis, done: bool) -> None:
    """A flat whose owner owes for the cycle that runs goes to somebody new, from some days ago on."""
    actor = scene.manager if scene.manager.may(Permission.ADJUST_REQUEST, scene.community.pk) else scene[Role.FINANCE]
    today = clock.today()
    running = Receivable.objects.filter(
        community_id=scene.community.pk, property__kind="residential", reversed_at__isnull=True, outstanding_fen__gt=0, kind="run",
        service_from__lte=today, service_to__gt=today, payer__kind="individual",
    )  # fmt: skip
    homes = list(dict.fromkeys(running.order_by("property__sort_key", "pk").values_list("property_id", flat=True)))
    sold = set(Transfer.objects.filter(community_id=scene.community.pk).values_list("property_id", flat=True))
    owners = Counter(Tie.objects.filter(community_id=scene.community.pk, role="owner", ends_on__isnull=True).values_list("property_id", flat=True))
    homes = [home for home in homes if home not in sold and owners[home] == 1]
    if not homes:
        return
    home = scene.dice("handover", number).choice(homes)
    name = names.person(scene.dice("buyer", number), scene.place.age)
    phone = names.mobile(zlib.crc32(f"{scene.place.prefix}-handover-{number}".encode()))
    order = Order(home, PersonRow(name=name, mobile=phone), today - DAY * (number + 1), basis, document=f"示房权证 {today.year} 字第 {7000 + number} 号",
                  prepaid=Prepaid.MOVE)  # fmt: skip
    with suppress(DomainError):  # what lies drafted ahead, or is held, stays where it is
        row = ask_transfer(order, actor=actor)
        if done and row.state == Transfer.State.ASKED:
            request = Request.objects.get(kind="transfer.do", subject_id=row.pk, state="open")
            decide(request.pk, approved=True, actor=scene[Role.FINANCE_LEAD])
