"""Everybody addresses only their own places: every address, as every role, with rows of their own and of elsewhere."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from zlib import crc32

import pytest

from tests.architecture.addresses import OWNERS, PUBLIC, Address, every_address
from tests.architecture.place import FOREIGN, OURS, SECOND, Place, Places
from tests.architecture.places import someone
from tests.architecture.walker import Answer, Walker, fingerprint
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.rules import ROLE_PERMISSIONS, Role

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true"}
"""Asked for as a part of a page: the answer comes without the frame around it."""
FINE = {200, 302, 400, 403, 404, 405, 409, 422}
ADDRESSES = every_address()
NAMING = [address for address in ADDRESSES if address.rows and not address.public]
LONG = bool(os.environ.get("WUYEFEI_TEST_LONG"))
TRIED_BY = len(Role) if LONG else 2
"""How many of the roles that a page is open to in one place open it; every role tries every page closed to it."""
WIDE = {"administrator": [Role.ADMINISTRATOR], "auditor": [Role.AUDITOR], "everything": list(Role)}


def wrong(answer: Answer, method: str, path: str, why: str) -> str:
    end = answer.text.strip().splitlines()[-1][:160] if answer.status == 500 else ""
    return f"{method} {path}: {answer.status} {why} {end}".rstrip()


def may_nowhere(actor: Actor, address: Address) -> bool:
    """Whether the page is closed to the person whatever the row."""
    permission = address.permission
    return permission is not None and not (permission in actor.wide if address.wide else actor.may(permission))


def openers(address: Address) -> list[Role]:
    """The roles that a page is open to, those whose turn it is first."""
    may = [one for one in Role if not address.permission or address.permission in ROLE_PERMISSIONS[one]]
    turn = crc32(address.name.encode()) % max(len(may), 1)
    return may[turn:] + may[:turn]


def walked_by(role: Role, addresses: list[Address]) -> list[Address]:
    """The addresses that a role opens: those closed to it, and its share of those it may open with others."""
    return [one for one in addresses if role not in openers(one) or one.wide or role in openers(one)[:TRIED_BY]]


def methods(walker: Walker, path: str, closed: bool, part: bool) -> Iterator[tuple[str, Answer]]:
    """The answers to looking and to posting, for a ``part`` without the frame. Of a closed page, the refusal: it stands before
    the method matters, so looking is tried only where posting is none of the page's methods."""
    for method in ("post", "get") if closed else ("get", "post"):
        answer = walker.send(method, path, **(FRAGMENT if closed or part else {}))
        yield method, answer
        if closed and answer.status == 403 and not LONG:
            return


def own_walk(walker: Walker, place: Place, hidden: list, addresses: list[Address] = ADDRESSES, *, framed_for: Role | None = None) -> list[str]:
    """What is wrong with the answers to addresses of one's own place. The frame around a page is asked for by the first of the
    roles that open it, and around a page of the whole firm always; the others ask for the page without it."""
    found, actor = [], walker.actor
    for address in addresses:
        closed = may_nowhere(actor, address)
        part = not (LONG or address.wide or openers(address)[:1] == [framed_for])
        for path in address.paths(place, brief=closed):
            for method, answer in methods(walker, path, closed, part):
                if answer.status not in ({403, 405} if closed else FINE):
                    found.append(wrong(answer, method, path, ""))
                elif answer.holds(hidden):
                    found.append(wrong(answer, method, path, f"tells of {answer.holds(hidden)}"))
    return found


def foreign_walk(
    walker: Walker, pairs: list[tuple[Place, ...]], hidden: list, addresses: list[Address] = NAMING
) -> list[str]:
    """What is wrong with the answers to addresses of elsewhere: not found, and nothing told."""
    found, actor = [], walker.actor
    for address in addresses:
        closed = may_nowhere(actor, address)
        if closed and not LONG:
            continue  # the same refusal, before any row is looked for, as in one's own place
        for places in pairs[:1] if closed else pairs:
            if len(places) > 1 and address.rows < 2:
                continue
            for path in address.paths(*places, brief=closed or len(places) > 1):
                for method in ("get", "post"):
                    answer = walker.send(method, path, keep=method == "post", **FRAGMENT)
                    if answer.status not in ({403, 405} if closed else {404, 405}):
                        found.append(wrong(answer, method, path, "is not 'not found'"))
                    elif answer.holds(hidden):
                        found.append(wrong(answer, method, path, f"tells of {answer.holds(hidden)}"))
    return found


QUICK = (Role.CASHIER,)
"""Who walks in the short run; the others walk in the wide one."""


def walkers(names: Iterable[str]) -> list[object]:
    return [name if name in QUICK else pytest.param(name, marks=pytest.mark.wide) for name in names]


@pytest.mark.parametrize("role", walkers(Role))
def test_a_role_in_one_place(places: Places, role: Role) -> None:
    """Pages of one's own place answer; those of our second community and of the foreign organisation are not there."""
    walker = Walker(someone(places.ours, role, [role]))
    hidden = [SECOND, FOREIGN]
    assert own_walk(walker, places.ours, hidden, walked_by(role, ADDRESSES), framed_for=role) == []
    before = fingerprint()
    pairs = [(place,) for place in places.elsewhere] + [(places.ours, place) for place in places.elsewhere]
    assert foreign_walk(walker, pairs, hidden, walked_by(role, NAMING)) == []
    assert fingerprint() == before


@pytest.mark.parametrize("name", walkers(WIDE))
def test_a_role_in_the_whole_organisation(places: Places, name: str) -> None:
    """Both of our communities are theirs; nothing of the foreign organisation is."""
    walker = Walker(someone(places.ours, name, WIDE[name], wide=True))
    taken = ADDRESSES if LONG or len(WIDE[name]) > 1 else walked_by(WIDE[name][0], ADDRESSES)
    assert own_walk(walker, places.second, [FOREIGN], taken) == []
    before = fingerprint()
    assert foreign_walk(walker, [(places.foreign,), (places.ours, places.foreign)], [FOREIGN]) == []
    assert fingerprint() == before


@pytest.mark.wide
def test_a_right_here_opens_nothing_there(places: Places) -> None:
    """Every right in one community and a lesser one in the second: it opens reports there, not rows."""
    walker = Walker(someone(places.ours, "split", list(Role), mentor_in=places.second.community))
    before = fingerprint()
    found = []
    for address in NAMING:
        for path in address.paths(places.second):
            for method in ("get", "post"):
                answer = walker.send(method, path, keep=method == "post", **FRAGMENT)
                if answer.status not in {403, 404, 405}:
                    found.append(wrong(answer, method, path, "opens"))
                elif [text for text in ("秘境1", "秘境某", "MJ-") if text in answer.text]:
                    found.append(wrong(answer, method, path, "tells"))
    for address in ADDRESSES:
        for path in address.paths(places.ours):
            answer = walker.send("get", path, **({} if LONG else FRAGMENT))
            told = [text for text in ("秘境1", "秘境某", "秘境同", "秘境住", "MJ-") if text in answer.text]
            if told:
                found.append(wrong(answer, "get", path, f"tells of {told}"))
    assert found == []
    assert fingerprint() == before


def test_without_signing_in(places: Places) -> None:
    """Everything leads to the sign-in page but what is open to all, and that tells nothing of anybody."""
    walker = Walker(None)
    assert {address.name for address in ADDRESSES if address.public and not address.name.startswith(OWNERS)} == PUBLIC
    private = ("本里某甲", "本里1-1", "本里同事", places.ours.community.name)
    found = []
    for address in ADDRESSES:
        for path in address.paths(places.ours):
            for method in ("get", "post"):
                answer = walker.send(method, path)
                if address.public:
                    # a receipt's page says who issued it: the community's name is on the paper too
                    told = [text for text in private[:3] if text in answer.text]
                    if answer.status not in FINE or told:
                        found.append(wrong(answer, method, path, f"tells of {told}"))
                elif answer.status != 302 or not answer.location.startswith("/sign-in"):
                    found.append(wrong(answer, method, path, "is open"))
                part = walker.send(method, path, **{"HX-Request": "true"})
                if not address.public and ("HX-Redirect: /sign-in" not in part.text or [t for t in private if t in part.text]):
                    found.append(wrong(part, method, path, "as a fragment is open"))
    assert found == []


@pytest.mark.parametrize("owed", walkers(["code", "authenticator", "password"]))
def test_a_step_still_owed(places: Places, owed: str) -> None:
    """The second factor not given, not bound, or a new password owed: everything leads to that step."""
    user = someone(places.ours, "owing", list(Role), wide=True)
    change = {"authenticator": {"totp_confirmed_at": None}, "password": {"must_change_password": True}, "code": {}}[owed]
    User.objects.filter(pk=user.pk).update(**change)
    user.refresh_from_db()
    walker = Walker(user, factor=owed == "password")
    step = {"code": "/sign-in/code", "authenticator": "/sign-in/authenticator", "password": "/account/password"}[owed]
    found = []
    for address in ADDRESSES:
        if address.public:
            continue
        for path in address.paths(places.ours):
            for method in ("get", "post"):
                answer = walker.send(method, path)
                if path != step and (answer.status != 302 or not answer.location.startswith(step)):
                    found.append(wrong(answer, method, path, "is open"))
                if answer.holds([OURS]):
                    found.append(wrong(answer, method, path, "tells"))
    assert found == []
