"""Flats change hands: about three in a hundred a year. What was billed to the seller stays the seller's."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from functools import partial

from wuyefei.estate.occupancy.public import Tie, transfer
from wuyefei.estate.people.public import PersonRow, create_person
from wuyefei.foundation.kernel.dates import DAY, Month

from .. import names
from ..scene import Act, Scene

A_YEAR = 0.03
MOST = 8
"""No more in a month, however large the place."""


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    if scene.place.since is not None or month == scene.started:
        return
    dice = scene.dice("moves", month)
    homes = sum(block.units for block in scene.place.blocks if block.kind == "residential")
    wanted = homes * A_YEAR / 12
    number = min(MOST, int(wanted) + (dice.random() < wanted % 1))
    for n in range(number):
        day = month.first + DAY * dice.randint(4, 25)
        yield Act(scene.calendar.at(day, 10, 30), partial(_sell, scene, month, n))


def _sell(scene: Scene, month: Month, n: int) -> None:
    """A flat drawn by lot goes to somebody new, with its spaces, from the first of the next month."""
    dice = scene.dice("sale", month, n)
    owned = Tie.objects.filter(community_id=scene.community.pk, role="owner", ends_on__isnull=True)
    homes = list(owned.filter(property__kind="residential").order_by("property__sort_key", "id").values_list("property_id", "person_id"))
    if not homes:
        return
    home_id, seller_id = dice.choice(homes)
    name = names.person(dice, scene.place.age)
    phone = names.mobile(zlib.crc32(f"{scene.place.prefix}{month}{n}".encode()))
    buyer = create_person(PersonRow(name=name, mobile=phone), actor=scene.manager, community=scene.community)
    on = month.plus(1).first
    sold = owned.filter(person_id=seller_id, starts_on__lt=on).order_by("property__sort_key").values_list("property_id", flat=True)
    for property_id in list(sold):
        transfer(property_id, [buyer.pk], on, actor=scene.manager, reason="二手房过户")
