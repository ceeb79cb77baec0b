"""An actor is a user with the rights of this moment. Every read and write of business rows takes one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from wuyefei.foundation.kernel.errors import Forbidden, NotFound
from wuyefei.foundation.platform import clock, prepared

from .models import Community, Organisation, Region, RoleGrant, User
from .rules import (
    PERMISSION_NAMES,
    PORTAL_PERMISSIONS,
    ROLE_NAMES,
    ROLE_PERMISSIONS,
    Permission,
    Role,
    needs_second_factor,
)

SYSTEM, OPERATOR, PORTAL = "system", "operator", "portal"
SERVICE_NAMES = {SYSTEM: "系统", OPERATOR: "本机操作员", PORTAL: "业主端"}


@dataclass(frozen=True, slots=True)
class Actor:
    """``places`` maps each permission to the communities in which it is held; ``wide`` holds those held everywhere;
    ``held`` maps each role to the communities it reaches."""

    user_id: int
    organisation_id: int
    name: str
    roles: frozenset[Role]
    places: dict[Permission, frozenset[int]] = field(hash=False)
    wide: frozenset[Permission] = frozenset()
    service: str = ""
    organisation_name: str = ""
    place_name: str = ""
    held: Mapping[Role, frozenset[int]] = field(default_factory=dict, hash=False)

    @property
    def role_name(self) -> str:
        """The roles of this moment in words, in the order in which rules list them."""
        return "、".join(_(ROLE_NAMES[role]) for role in Role if role in self.roles)

    def may(self, permission: Permission | str, community_id: int | None = None) -> bool:
        """Whether the right is held there; without a place, whether it is held anywhere."""
        permission = Permission(permission)
        held = self.places.get(permission, frozenset())
        if community_id is None:
            return bool(held) or permission in self.wide
        return community_id in held

    def communities(self, permission: Permission | str) -> frozenset[int]:
        """Ids of the communities in which the right is held."""
        return self.places.get(Permission(permission), frozenset())

    def within(self, permission: Permission | str) -> Q:
        """The condition that a row lies where the right is held, for a table whose every row names its organisation and its
        community. Held over the whole organisation, it names no community: the same statement however many there are."""
        own = Q(organisation_id=self.organisation_id)
        return own if Permission(permission) in self.wide else own & Q(community_id__in=self.communities(permission))

    @property
    def seen(self) -> frozenset[int]:
        """Ids of every community in which any right is held."""
        return frozenset().union(*self.places.values()) if self.places else frozenset()

    def require(self, permission: Permission | str, community_id: int) -> None:
        """Raises ``NotFound`` for a place that is not theirs at all, ``Forbidden`` where only this right is missing."""
        if self.may(permission, community_id):
            return
        if community_id not in self.seen:
            raise NotFound()
        raise Forbidden(permission=PERMISSION_NAMES[Permission(permission)])

    def require_anywhere(self, permission: Permission | str) -> None:
        if not self.may(permission):
            raise Forbidden(permission=PERMISSION_NAMES[Permission(permission)])

    def require_wide(self, permission: Permission | str) -> None:
        """The right over the whole organisation: for what belongs to no single community."""
        if Permission(permission) not in self.wide:
            raise Forbidden(permission=PERMISSION_NAMES[Permission(permission)])


def grants_on(on: dt.date) -> QuerySet[RoleGrant]:
    """Every grant that holds on that day."""
    return RoleGrant.objects.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on), starts_on__lte=on)


def current_grants(user: User, on: dt.date) -> list[RoleGrant]:
    return list(grants_on(on).filter(user=user))


_COMMUNITIES = prepared.Fixed(
    lambda organisation_id: Community.objects.filter(organisation_id=organisation_id).values_list("pk", "region_id", "name", "organisation__name"),
    987_654_321,
)


def load_actor(user: User, grants: Sequence[RoleGrant] | None = None) -> Actor:
    """The actor of a user as of now; ``grants``: those of today, where they were read already. An ended user has no rights
    at all."""
    communities = _COMMUNITIES.rows(user.organisation_id)
    everywhere = frozenset(pk for pk, *_rest in communities)
    organisation = communities[0][3] if communities else user.organisation.name
    if user.service:
        every = PORTAL_PERMISSIONS if user.service == PORTAL else frozenset(Permission)
        places = dict.fromkeys(every, everywhere)
        return Actor(
            user.pk, user.organisation_id, user.name, frozenset(), places, every, user.service, organisation
        )
    places_of: dict[Permission, set[int]] = {}
    held: dict[Role, set[int]] = {}
    wide: set[Permission] = set()
    if grants is None:
        grants = current_grants(user, clock.today())
    if not user.is_active:
        grants = []
    parents = _parents(user.organisation_id) if any(grant.region_id for grant in grants) else {}
    for grant in grants:
        if grant.community_id:
            ids = {grant.community_id}
        elif grant.region_id:
            ids = {pk for pk, region_id, *_rest in communities if grant.region_id in _above(region_id, parents)}
        else:
            ids = set(everywhere)
            wide |= ROLE_PERMISSIONS[Role(grant.role)]
        held.setdefault(Role(grant.role), set()).update(ids)
        for permission in ROLE_PERMISSIONS[Role(grant.role)]:
            places_of.setdefault(permission, set()).update(ids)
    seen = set().union(*places_of.values()) if places_of else set()
    return Actor(
        user.pk,
        user.organisation_id,
        user.name,
        frozenset(Role(grant.role) for grant in grants),
        {permission: frozenset(ids) for permission, ids in places_of.items()},
        frozenset(wide),
        organisation_name=organisation,
        place_name=next((name for pk, _region, name, _of in communities if {pk} == seen and not wide), ""),
        held={role: frozenset(ids) for role, ids in held.items()},
    )


def _parents(organisation_id: int) -> dict[int, int | None]:
    """Each region's region above."""
    return dict(Region.objects.filter(organisation_id=organisation_id).values_list("pk", "parent_id"))


def _above(region_id: int | None, parents: Mapping[int, int | None]) -> set[int]:
    """The region and every region above it."""
    found: set[int] = set()
    while region_id is not None and region_id not in found:
        found.add(region_id)
        region_id = parents.get(region_id)
    return found


def reaching(organisation_id: int, community_ids: Collection[int]) -> QuerySet[RoleGrant]:
    """Every grant, ended ones too, that reaches into one of these communities: its own, one of a region above it, or
    one over the whole organisation."""
    parents = _parents(organisation_id)
    communities = Community.objects.filter(organisation_id=organisation_id, pk__in=community_ids)
    regions = set().union(*(_above(region_id, parents) for region_id in communities.values_list("region_id", flat=True)))
    everywhere = Q(community__isnull=True, region__isnull=True)
    return RoleGrant.objects.filter(
        everywhere | Q(community_id__in=community_ids) | Q(region_id__in=regions), organisation_id=organisation_id
    )


def refreshed(actor: Actor) -> Actor:
    """The same person's rights as of now: after a community was created, say."""
    return load_actor(User.objects.select_related("organisation").get(pk=actor.user_id))


def service_actor(organisation_id: int, service: str) -> Actor:
    """The actor of a service identity: ``SYSTEM`` makes what the program does by itself, ``OPERATOR`` stands for
    whoever runs the command line on the machine without naming a user, ``PORTAL`` for owners who pay by themselves."""
    known = prepared.read(User, "WHERE organisation_id = %s AND service = %s", [organisation_id, service])
    if known:
        return load_actor(known[0])
    user, _ = User.objects.get_or_create(
        organisation_id=organisation_id,
        service=service,
        defaults={
            "username": f"{service}@{organisation_id}",
            "name": SERVICE_NAMES[service],
            "password": "!",
        },
    )
    return load_actor(user)


def second_factor_due(user: User, grants: Sequence[RoleGrant] | None = None) -> bool:
    """Whether this user may work only after giving a time-based code; ``grants`` as with ``load_actor``."""
    if grants is None:
        grants = current_grants(user, clock.today())
    return needs_second_factor({Role(grant.role) for grant in grants})


def visible_communities(actor: Actor, permission: Permission | str | None = None) -> list[Community]:
    """The communities of the actor (those where ``permission`` is held), sorted by pinyin."""
    ids = actor.seen if permission is None else actor.communities(permission)
    return list(
        Community.objects.filter(organisation_id=actor.organisation_id, pk__in=ids).order_by("sort_key", "pk")
    )


def get_community(actor: Actor, community_id: int, permission: Permission | str) -> Community:
    """A community by id, or ``NotFound``/``Forbidden``."""
    actor.require(permission, community_id)
    place = Community.objects.filter(organisation_id=actor.organisation_id, pk=community_id).first()
    if place is None:
        raise NotFound()
    return place


def organisation_of(actor: Actor) -> Organisation:
    return Organisation.objects.get(pk=actor.organisation_id)
