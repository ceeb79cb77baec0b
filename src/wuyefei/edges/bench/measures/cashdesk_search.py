"""The desk's search among many households, beside the same page opened by primary key.

Both are requests of the same page by the same signed-in cashier: ``?q=`` with every kind of key that people at the window give, and
the household by its number. The slowest kind of key counts.
"""

from __future__ import annotations

import secrets
import statistics
from collections.abc import Iterator

from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from wuyefei.estate.occupancy.public import Tie
from wuyefei.estate.properties.public import Property, Vehicle
from wuyefei.foundation.access.actions.roles import grant_role
from wuyefei.foundation.access.actions.users import create_user
from wuyefei.foundation.access.rules import Role

from ..estate import Firm, found, settle, shares
from ..ground import analyse
from ..harness import Figure, measurement, note, noted, timed
from .publishing import Stages, bill

ROUNDS = 7


@measurement("cashdesk_search", "收银台按任何一种线索找十万户中的一户，对照同一页按主键打开", 100_000)
def cashdesk_search(properties: int) -> Iterator[Figure]:
    firm = found()
    with noted(f"建立 {properties} 户并出账"):
        for number, share in enumerate(shares(properties)):
            bill(firm, settle(firm, f"甲{number:04d}", share).pk, firm.month, Stages.fresh())
        analyse()
    client = _cashier(firm)
    home = Property.objects.order_by("pk")[properties // 2]
    by_key = reverse("cashdesk:household", args=[home.pk])
    client.post(reverse("cashdesk:place"), {"community": home.community_id})
    searches = {words: reverse("cashdesk:find") + f"?{urlencode({'q': words})}" for words in _said(home)}
    for address in (by_key, *searches.values()):
        assert client.get(address).status_code == 200
    times: dict[str, list[float]] = {address: [] for address in (by_key, *searches.values())}
    for _ in range(ROUNDS):
        for address, taken in times.items():
            taken.append(timed(lambda address=address: client.get(address)))  # type: ignore[misc]
    medians = {address: statistics.median(taken) for address, taken in times.items()}
    for words, address in searches.items():
        note(f"{words:16} {medians[address] * 1000:7.1f} ms")
    note(f"{'主键':16} {medians[by_key] * 1000:7.1f} ms")
    yield Figure("cashdesk_search_times", properties, max(medians[a] for a in searches.values()), medians[by_key], 3)


def _said(home: Property) -> list[str]:
    """What people say of themselves, from the most exact to the vaguest."""
    owner = next(tie.person for tie in Tie.objects.filter(property=home).select_related("person"))
    building, _, number = home.code.split("-")
    plate = Vehicle.objects.filter(community_id=home.community_id).order_by("pk")[:1]
    return [
        home.code, f"{building}栋1单元{number}", f"{building}1{number}", number, number[:2], owner.name, owner.name[0], owner.name[1:],
        owner.pinyin.replace(" ", ""), owner.initials, owner.mobile_tail, *(car.plate for car in plate), *(car.plate[-4:] for car in plate),
        "浙A0", "没有这个人",
    ]  # fmt: skip


def _cashier(firm: Firm) -> Client:
    """A browser in which a cashier of the whole firm has signed in."""
    user, _ = create_user(username="bench-cashier", name="测速员", actor=firm.maker, password=secrets.token_urlsafe(24), must_change=False)
    grant_role(user.pk, Role.CASHIER, actor=firm.maker)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client
