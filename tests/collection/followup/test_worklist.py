"""Whose worklist shows what: a collector of everywhere, of some places, of another firm; what is theirs, nobody's, others'."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.collection.followup.conftest import MARCH, case_of
from tests.insight.arrears.test_pages_arrears import client, text
from tests.world import World, actor_of, flat, person
from wuyefei.collection.followup.models import Case, Step
from wuyefei.collection.followup.pages import desk
from wuyefei.collection.followup.queries.cases import ORDER, ahead, waiting, workable
from wuyefei.foundation.access.actor import Actor, load_actor
from wuyefei.foundation.access.models import Community, RoleGrant, User
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable

pytestmark = pytest.mark.django_db


def owing(world: World, place: Community, name: str, like: Case, **more: object) -> Case:
    """Another household that owes what ``like`` owes."""
    who, home = person(place, name), flat(place, f"9-1-{name}", "90")
    bill = Receivable.objects.filter(payer_id=like.person_id, outstanding_fen__gt=0).order_by("pk")[0]
    bill.pk, bill.community, bill.organisation, bill.payer, bill.property = None, place, place.organisation, who, home
    bill.contract_line = bill.run = None
    bill.save(force_insert=True)
    case = Case.objects.get(pk=like.pk)
    case.pk, case.organisation, case.community, case.person, case.property = None, place.organisation, place, who, home
    for field, value in more.items():
        setattr(case, field, value)
    case.save(force_insert=True)
    return case


@pytest.fixture
def second(world: World) -> Community:
    """玉兰苑 of the same firm, where 温以宁 owes."""
    place = Community.objects.create(organisation=world.organisation, name="玉兰苑", sort_key="yulanyuan", receipt_prefix="YL")
    owing(world, place, "温以宁", case_of(world, "陆小满"))
    return place


def walked(actor: Actor) -> list[str]:
    """The names of the list, each as the next after the one before."""
    names, mark = [], ""
    while True:
        found = ahead(actor, MARCH, mark, 2)
        if found.case is None:
            return names
        names.append(found.case.person.name)
        mark = found.skip
        if not mark:
            return names


def names(actor: Actor) -> set[str]:
    return {row.person.name for rows in workable(actor, MARCH) for row in rows}


OURS = {"陆小满", "沈秋白", "顾予安"}


def test_everywhere_some_places_one_place_another_firm(world: World, second: Community) -> None:
    third = Community.objects.create(organisation=world.organisation, name="海棠里", sort_key="haitangli", receipt_prefix="HT")
    owing(world, third, "程星南", case_of(world, "陆小满"))
    owing(world, world.other_community, "苏明远", case_of(world, "陆小满"))
    wide, one = load_actor(User.objects.get(pk=world["collector"].user_id)), actor_of(world.organisation, "one", Role.COLLECTOR, second)
    user = User.objects.get(pk=one.user_id)
    assert names(wide) == OURS | {"温以宁", "程星南"} and names(one) == {"温以宁"}
    RoleGrant.objects.create(organisation=user.organisation, user=user, role=Role.COLLECTOR, community=world.community, starts_on=dt.date(2020, 1, 1))
    some = load_actor(user)
    assert names(some) == OURS | {"温以宁"}
    far = actor_of(world.other_community.organisation, "far", Role.COLLECTOR)
    assert names(far) == {"苏明远"}
    for actor in (wide, one, some, far):
        assert set(walked(actor)) == names(actor) and waiting(actor, MARCH, 99) == len(names(actor))


def test_who_looks_on_works_nothing(world: World, second: Community) -> None:
    assert names(world["auditor"]) == set() and ahead(world["auditor"], MARCH, "", 5).case is None
    assert waiting(world["auditor"], MARCH, 99) == 0


def test_to_see_here_and_to_work_there(world: World, second: Community) -> None:
    user = User.objects.create(organisation=world.organisation, username="both", name="两职", password="!")
    since = dt.date(2020, 1, 1)
    RoleGrant.objects.create(organisation=user.organisation, user=user, role=Role.AUDITOR, starts_on=since)
    RoleGrant.objects.create(organisation=user.organisation, user=user, role=Role.COLLECTOR, community=second, starts_on=since)
    assert names(load_actor(user)) == {"温以宁"}


def test_theirs_and_nobodys_are_one_list_and_others_are_not_in_it(world: World, second: Community) -> None:
    mine, other = world["collector"], actor_of(world.organisation, "other", Role.COLLECTOR)
    like = case_of(world, "陆小满")
    for number, owner in enumerate([mine.user_id, None, other.user_id, mine.user_id, None], 1):
        owing(world, second, f"第{number}户", like, owner_id=owner, owed_fen=10_000_000 - number, next_rank=like.next_rank)
    rows = Case.objects.filter(organisation=world.organisation).exclude(owner_id=other.user_id)
    whole = [row.person.name for row in rows.select_related("person").order_by(*ORDER)]
    assert walked(mine) == whole and len(whole) == 8
    assert [name for name in whole if name.startswith("第")] == ["第1户", "第2户", "第4户", "第5户"]
    assert "第3户" in names(other) and names(other) & {"第1户", "第4户"} == set()
    assert waiting(mine, MARCH, 99) == 8 and [waiting(mine, MARCH, most) for most in (1, 2, 3, 7)] == [1, 2, 3, 7]


def test_the_others_stand_behind_from_the_beginning(world: World) -> None:
    order = walked(world["collector"])
    first = ahead(world["collector"], MARCH, "", 5)
    assert [row.person.name for row in first.behind] == order[1:]
    second = ahead(world["collector"], MARCH, first.skip, 5)
    assert second.case is not None and second.case.person.name == order[1]
    assert [row.person.name for row in second.behind] == [order[0], order[2]]
    assert [row.person.name for row in ahead(world["collector"], MARCH, "x", 1).behind] == order[1:2]


def test_paid_silent_later_and_drafted_are_not_in_it(world: World, second: Community) -> None:
    like = case_of(world, "陆小满")
    owing(world, second, "后日", like, next_on=MARCH + dt.timedelta(days=1))
    owing(world, second, "争议", like, next_kind="dispute")
    drafted = owing(world, second, "待放", like)
    Step.objects.create(
        organisation=second.organisation, community=second, case=drafted, person=drafted.person, on=MARCH, rung="ask", kind="contact",
        channel="phone", at=clock.now(), rank=1, by_rule=False,
    )  # fmt: skip
    paid = owing(world, second, "已缴", like)
    Receivable.objects.filter(payer_id=paid.person_id).update(outstanding_fen=0)
    assert names(world["collector"]) == OURS | {"温以宁"}


def test_more_than_are_counted_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "COUNTED", 2)
    assert "还有 2+ 户，今天已联系 0 户" in text(client(world, "collector").get("/followup/"))
    monkeypatch.setattr(desk, "COUNTED", 3)
    assert "还有 3 户，今天已联系 0 户" in text(client(world, "collector").get("/followup/"))


def test_more_communities_lengthen_no_statement(world: World) -> None:
    page = client(world, "collector")
    page.get("/followup/")

    def sent() -> list[str]:
        with CaptureQueriesContext(connection) as kept:
            assert page.get("/followup/").status_code == 200
        return [row["sql"] for row in kept.captured_queries if "followup_" in row["sql"]]

    before = sent()
    for n in range(30):
        Community.objects.create(organisation=world.organisation, name=f"{n}期", sort_key=f"{n}", receipt_prefix=f"N{n}")
    assert sent() == before and len(before) > 5
