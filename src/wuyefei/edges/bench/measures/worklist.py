"""The worklist's first page in a firm of many communities beside one with a tenth of them, in the same database: for a
collector of the whole firm, and for one whose region is every community but one."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from django.test import Client

from wuyefei.foundation.access.actions.places import create_region
from wuyefei.foundation.access.actions.roles import grant_role
from wuyefei.foundation.access.actions.users import create_user
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.platform import clock

from ..debts import read
from ..estate import Firm, found, settle
from ..ground import analyse
from ..harness import Figure, best_of, measurement, noted
from .nightly import collector, night, owe

PLACES = 200
ROUNDS = 15


@measurement("worklist", "催缴工作台首页：二百个小区的公司对照二十个小区的公司，全公司和一个片区的催缴员", 50_000)
def worklist(accounts: int) -> Iterator[Figure]:
    places = min(PLACES, accounts)
    large, little = found("大测速物业"), found("小测速物业")
    with noted(f"建立 {places} 个小区共 {accounts} 户，另一家公司 {max(places // 10, 1)} 个小区"):
        made = [(firm, _settled(firm, count, accounts // places)) for firm, count in ((large, places), (little, max(places // 10, 1)))]
        analyse()
        for _firm, settled in made:
            for place in settled:
                night(place, clock.today())
        analyse()
    for name, browsers in (
        ("worklist_of_many_places_times", [collector(firm) for firm, _settled_ in made]),
        ("worklist_of_a_region_times", [_of_region(firm, settled) for firm, settled in made]),
    ):
        page, limit = best_of(ROUNDS, *(lambda one=one: read(one, "/followup/") for one in browsers))
        yield Figure(name, accounts, page, limit, 1.3)


def _settled(firm: Firm, count: int, accounts: int) -> list[Community]:
    places = [settle(firm, f"{n:04d}", accounts) for n in range(count)]
    for place in places:
        owe(firm, place)
    return places


def _of_region(firm: Firm, places: list[Community]) -> Client:
    """A browser in which a collector of a region has signed in, to which all but the first of several communities belong."""
    region = create_region("测速片区", actor=firm.maker)
    Community.objects.filter(pk__in=[place.pk for place in places[1:] or places]).update(region=region)
    user, _ = create_user(
        username=f"bench-region-{firm.organisation.pk}", name="片区员", actor=firm.maker, password=secrets.token_urlsafe(24), must_change=False
    )
    grant_role(user.pk, Role.COLLECTOR, actor=firm.maker, region_id=region.pk)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client
