"""Rows within the places of a right: everywhere, in some places, in one, in none; and lists of communities as one value."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db.models import Q

from tests.world import actor_of, flat
from wuyefei.collection.followup.models import CadencePolicy
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.actor import Actor, load_actor
from wuyefei.foundation.access.models import Community, Organisation, Region, RoleGrant, User
from wuyefei.foundation.access.rules import Permission, Role
from wuyefei.foundation.platform import clock

pytestmark = pytest.mark.django_db
VIEW = Permission.FOLLOW_VIEW


@pytest.fixture
def places() -> dict[str, Community]:
    """甲, 乙 and 丙 of one firm, 乙 in a region, a flat named after its place in each; 青禾里 of another firm."""
    ours, theirs = (Organisation.objects.create(name=name, created_at=clock.now()) for name in ("桂语物业", "青禾物业"))
    north = Region.objects.create(organisation=ours, name="北区")
    made = {
        name: Community.objects.create(organisation=ours, name=name, sort_key=name, receipt_prefix=name, region=north if name == "乙" else None)
        for name in "甲乙丙"
    }
    made["青禾里"] = Community.objects.create(organisation=theirs, name="青禾里", sort_key="qingheli", receipt_prefix="QH")
    for name, place in made.items():
        flat(place, name, "90")
    return made


def rows(actor: Actor) -> set[str]:
    return set(Property.objects.filter(actor.within(VIEW)).values_list("code", flat=True))


def words(condition: Q) -> str:
    return str(Property.objects.filter(condition).values("pk").query.sql_with_params()[0])


def test_everywhere_names_no_community(places: dict[str, Community]) -> None:
    wide = actor_of(places["甲"].organisation, "宽", Role.COLLECTOR)
    assert rows(wide) == {"甲", "乙", "丙"} and "community" not in words(wide.within(VIEW))
    far = actor_of(places["青禾里"].organisation, "远", Role.COLLECTOR)
    assert rows(far) == {"青禾里"}


def test_some_places_are_one_value_and_one_place_an_equation(places: dict[str, Community]) -> None:
    user = User.objects.create(organisation=places["甲"].organisation, username="数处", name="数处", password="!")
    since = dt.date(2020, 1, 1)
    for name in "甲丙":
        RoleGrant.objects.create(organisation=user.organisation, user=user, role=Role.COLLECTOR, community=places[name], starts_on=since)
    some = load_actor(user)
    assert rows(some) == {"甲", "丙"} and "= ANY(%s::bigint[])" in words(some.within(VIEW))
    one = actor_of(user.organisation, "一处", Role.COLLECTOR, places["乙"])
    assert rows(one) == {"乙"} and 'community_id" IN (%s)' in words(one.within(VIEW))
    RoleGrant.objects.filter(user=user).update(ended_on=clock.today())
    assert rows(load_actor(user)) == set()


def test_a_region_is_not_everywhere(places: dict[str, Community]) -> None:
    user = User.objects.create(organisation=places["甲"].organisation, username="片区", name="片区", password="!")
    north = places["乙"].region
    RoleGrant.objects.create(organisation=user.organisation, user=user, role=Role.COLLECTOR, region=north, starts_on=dt.date(2020, 1, 1))
    assert rows(load_actor(user)) == {"乙"}
    Community.objects.filter(pk=places["丙"].pk).update(region=north)
    assert rows(load_actor(user)) == {"乙", "丙"}


def test_another_right_held_everywhere_opens_nothing(places: dict[str, Community]) -> None:
    user = User.objects.create(organisation=places["甲"].organisation, username="两职", name="两职", password="!")
    since = dt.date(2020, 1, 1)
    RoleGrant.objects.create(organisation=user.organisation, user=user, role=Role.CASHIER, starts_on=since)
    cashier = load_actor(user)
    assert VIEW not in cashier.wide and rows(cashier) == set()
    RoleGrant.objects.create(organisation=user.organisation, user=user, role=Role.COLLECTOR, community=places["甲"], starts_on=since)
    assert rows(load_actor(user)) == {"甲"}


def test_a_firm_without_communities_sees_nothing(places: dict[str, Community]) -> None:
    empty = Organisation.objects.create(name="空物业", created_at=clock.now())
    assert rows(actor_of(empty, "空", Role.COLLECTOR)) == set()


@pytest.mark.parametrize("kind", [frozenset, set, list, tuple])
def test_the_rows_of_a_list_are_those_of_its_ids(places: dict[str, Community], kind: type) -> None:
    ids = kind([places["甲"].pk, places["青禾里"].pk])
    found = Property.objects.filter(community_id__in=ids)
    assert {row.code for row in found} == {"甲", "青禾里"} == {row.code for row in Property.objects.filter(community__in=ids)}
    assert {row.code for row in Property.objects.exclude(community_id__in=ids)} == {"乙", "丙"}
    assert found.filter(~Q(community_id__in=ids)).count() == 0 and found.filter(community_id__in=kind([])).count() == 0


def test_places_themselves_texts_gaps_and_queries(places: dict[str, Community]) -> None:
    some = [places["甲"], places["乙"]]
    query = Community.objects.filter(pk__in=[place.pk for place in some])
    for wanted in (some, [str(place.pk) for place in some], [None, *(place.pk for place in some)], query):
        assert set(Property.objects.filter(community__in=wanted).values_list("code", flat=True)) == {"甲", "乙"}
    with pytest.raises(ValueError, match="expected a number"):
        Property.objects.filter(community_id__in=["甲", "乙"])
    assert "ANY" not in str(Property.objects.filter(community__in=query).query)


def test_keys_to_anything_else_are_left_as_they_were(places: dict[str, Community]) -> None:
    assert "ANY" not in str(Community.objects.filter(region_id__in={places["乙"].region_id, 0}).query)
    assert "ANY" not in str(Property.objects.filter(organisation_id__in=[1, 2]).query)


def test_rows_of_no_community(places: dict[str, Community]) -> None:
    user = actor_of(places["甲"].organisation, "定策", Role.ADMINISTRATOR).user_id
    for number, place in enumerate([None, places["甲"], places["丙"]], 1):
        CadencePolicy.objects.create(
            organisation=places["甲"].organisation, community=place, number=number, effective_from=dt.date(2026, 1, 1), values={},
            made_by_id=user, made_at=clock.now(),
        )  # fmt: skip
    ids = {places["甲"].pk, places["乙"].pk}
    assert [row.number for row in CadencePolicy.objects.filter(community_id__in=ids)] == [2]
    assert sorted(row.number for row in CadencePolicy.objects.exclude(community_id__in=ids)) == [1, 3]
    assert sorted(row.number for row in CadencePolicy.objects.filter(Q(community_id__in=ids) | Q(community=None))) == [1, 2]
