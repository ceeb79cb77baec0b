"""The owner's first screen beside its own statements sent alone, in a community of many homes."""

from __future__ import annotations

from collections.abc import Iterator

from django.test import Client

from wuyefei.estate.people.public import Person, update_person
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.kernel.text import mask_mobile
from wuyefei.foundation.platform import clock, vault
from wuyefei.relations.accounts.public import Account, open_session, refresh_bindings

from ..debts import read, send, statements_of
from ..estate import Firm, found, settle
from ..ground import analyse
from ..harness import Figure, best_of, measurement, note, noted
from .notices import AHEAD, owe

ROUNDS, EACH = 5, 20
MOBILE, MOST = "19900000001", 60_000
FIRST = "/h5/"


@measurement("owner_home", "一万户小区里业主手机页首屏，对照同样的 SQL 单独执行；页面不到 60 kB", 10_000)
def owner_home(homes: int) -> Iterator[Figure]:
    firm = found()
    with noted(f"建立 {homes} 户，每户三笔账单"):
        place = settle(firm, "甲", homes)
        owe(firm, place, clock.today() + DAY * AHEAD)
        client = _phone(firm, place.pk)
        analyse()
    first = client.get(FIRST).content
    assert b"data-bills" in first, "the owner sees no bills"
    size = len(first)
    note(f"首屏 {size} 字节，{len(statements_of(client, FIRST))} 条语句")
    if size >= MOST:
        raise DomainError("bench_size", "首屏 {size} 字节，应少于 {most}", size=size, most=MOST)
    reads = statements_of(client, FIRST)
    page, bare = best_of(ROUNDS, lambda: read(client, *[FIRST] * EACH), lambda: send(reads * EACH))
    yield Figure("owner_home_times", EACH, page, bare, 2)


def _phone(firm: Firm, community_id: int) -> Client:
    """A browser in which one of the owners has signed in."""
    person = Person.objects.filter(community_id=community_id).order_by("pk")[0]
    update_person(person.pk, actor=firm.maker, mobile=MOBILE)
    account = Account.objects.create(
        mobile_mark=vault.fingerprint(0, "mobile", MOBILE), mobile_locked=vault.seal_secret(MOBILE), mobile_shown=mask_mobile(MOBILE),
        made_at=clock.now(),
    )  # fmt: skip
    refresh_bindings(account.pk)
    client = Client()
    client.cookies["wy_owner"] = open_session(account, agent="")
    return client
