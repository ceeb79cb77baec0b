"""People, places and the sign-in log of the actor's own organisation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform import clock

from .actor import Actor, grants_on, reaching
from .models import Community, Region, RoleGrant, SignInEvent, User
from .rules import OUTCOME_NAMES, ROLE_NAMES, Outcome, Permission, Role, needs_second_factor

PAGE = 50
Row = TypeVar("Row")
STATES = {"active": "在用", "locked": "锁定中", "owing": "待改密码", "ended": "已停用"}


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows by key, and the keys to go on from; None where there is nothing further."""

    rows: list[Row]
    newer: str | None = None
    older: str | None = None


@dataclass(frozen=True)
class Held:
    """A grant in words."""

    id: int
    role: str
    place: str
    kind: str
    starts_on: dt.date
    ended_on: dt.date | None
    future: bool


@dataclass
class PersonRow:
    user: User
    state: str
    held: list[Held] = field(default_factory=list)

    @property
    def roles(self) -> list[str]:
        return list(dict.fromkeys(one.role for one in self.held))

    @property
    def places(self) -> list[str]:
        return list(dict.fromkeys(one.place for one in self.held))


@dataclass(frozen=True)
class Attempt:
    event: SignInEvent
    name: str
    words: str
    kind: str


@dataclass(frozen=True)
class Branch:
    """A line of the tree of places: a region or a community at its depth; ``count`` is the communities below."""

    depth: int
    region: Region | None = None
    community: Community | None = None
    count: int = 0


def colleagues(actor: Actor, permission: Permission | str) -> QuerySet[User]:
    """Whose acts the actor may see with this right: everybody where it is held everywhere, else the people whose roles
    reach or once reached into its communities."""
    found = User.objects.filter(organisation_id=actor.organisation_id)
    if Permission(permission) not in actor.wide:
        found = found.filter(pk__in=reaching(actor.organisation_id, actor.communities(permission)).values("user_id"))
    return found.order_by("name", "pk")


def holders_in(actor: Actor, community_id: int, roles: Collection[Role]) -> list[User]:
    """The people of today with one of these roles in a community of the actor."""
    grants = reaching(actor.organisation_id, [community_id]) & grants_on(clock.today())
    users = User.objects.filter(organisation_id=actor.organisation_id, is_active=True, service="")
    return list(users.filter(pk__in=grants.filter(role__in=roles).values("user_id")).order_by("name", "pk"))


def names_of(actor: Actor, user_ids: Collection[int]) -> dict[int, str]:
    """Names of people of the organisation by id, for rows that say who did something."""
    rows = User.objects.filter(organisation_id=actor.organisation_id, pk__in=user_ids)
    return dict(rows.values_list("pk", "name"))


def place_names(actor: Actor) -> dict[int, str]:
    """Names of the actor's communities by id."""
    rows = Community.objects.filter(organisation_id=actor.organisation_id, pk__in=actor.seen)
    return dict(rows.values_list("pk", "name"))


def state_of(user: User) -> str:
    if not user.is_active:
        return "ended"
    if user.locked_until and user.locked_until > clock.now():
        return "locked"
    return "owing" if user.must_change_password else "active"


def _people(actor: Actor) -> QuerySet[User]:
    actor.require_wide(Permission.ADMIN)
    return User.objects.filter(organisation_id=actor.organisation_id, service="")


def people(
    actor: Actor, *, words: str = "", role: str = "", state: str = "", after: str = "", before: str = ""
) -> Page[PersonRow]:
    """People by user name, at most ``PAGE`` of them."""
    found = _in_state(_people(actor), state)
    if words:
        found = found.filter(Q(name__icontains=words) | Q(username__icontains=words))
    if role in ROLE_NAMES:
        found = found.filter(pk__in=grants_on(clock.today()).filter(role=role).values("user_id"))
    keyed = found.annotate(key=Lower("username"))
    if before:
        rows = list(keyed.filter(key__lt=before).order_by("-key")[: PAGE + 1])
        more, rows = len(rows) > PAGE, rows[:PAGE][::-1]
        newer, older = more, True
    else:
        rows = list(keyed.filter(key__gt=after).order_by("key")[: PAGE + 1])
        newer, older, rows = bool(after), len(rows) > PAGE, rows[:PAGE]
    held = held_by([user.pk for user in rows])
    return Page(
        [PersonRow(user, state_of(user), held.get(user.pk, [])) for user in rows],
        rows[0].username.lower() if rows and newer else None,
        rows[-1].username.lower() if rows and older else None,
    )


def _in_state(found: QuerySet[User], state: str) -> QuerySet[User]:
    if state == "ended":
        return found.filter(is_active=False)
    if state == "locked":
        return found.filter(is_active=True, locked_until__gt=clock.now())
    if state == "owing":
        return found.filter(is_active=True, must_change_password=True)
    return found.filter(is_active=True) if state == "active" else found


def count_people(actor: Actor) -> dict[str, int]:
    """How many there are, in all and by the states one filters by."""
    everyone = _people(actor)
    return {"": everyone.count()} | {state: _in_state(everyone, state).count() for state in STATES}


def held_by(user_ids: list[int], *, past: bool = False) -> dict[int, list[Held]]:
    """Each person's grants in words, the wide ones first; with ``past`` the ended ones only."""
    today = clock.today()
    grants = RoleGrant.objects.filter(user_id__in=user_ids).select_related("region", "community")
    if past:
        grants = grants.filter(ended_on__lte=today).order_by("-ended_on", "-pk")
    else:
        grants = grants.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=today)).order_by("pk")
    found: dict[int, list[Held]] = {}
    for grant in grants:
        found.setdefault(grant.user_id, []).append(_held(grant, today))
    order = {"all": 0, "region": 1, "community": 2}
    if not past:
        for held in found.values():
            held.sort(key=lambda one: order[one.kind])
    return found


def _held(grant: RoleGrant, today: dt.date) -> Held:
    place, kind = grant.community or grant.region, "all"
    if place is not None:
        kind = "community" if grant.community_id else "region"
    role = ROLE_NAMES[Role(grant.role)]
    name = place.name if place else _("整个企业")
    return Held(grant.pk, role, name, kind, grant.starts_on, grant.ended_on, grant.starts_on > today)


def get_person(actor: Actor, user_id: int) -> PersonRow:
    """A person of the actor's organisation, or ``NotFound``."""
    user = _people(actor).filter(pk=user_id).first()
    if user is None:
        raise NotFound()
    return PersonRow(user, state_of(user), held_by([user.pk]).get(user.pk, []))


def sign_ins(
    actor: Actor,
    *,
    words: str = "",
    kind: str = "",
    user_id: int | None = None,
    after: str = "",
    before: str = "",
) -> Page[Attempt]:
    """The sign-in log, newest first. ``kind``: ``failed`` or an outcome; ``after`` and ``before`` are row ids."""
    actor.require_wide(Permission.ADMIN)
    found = SignInEvent.objects.filter(organisation_id=actor.organisation_id)
    if user_id:
        found = found.filter(user_id=user_id)
    if words:
        ids = _people(actor).filter(name__icontains=words).values_list("pk", flat=True)[:200]
        found = found.filter(Q(username__icontains=words) | Q(address=words) | Q(user_id__in=list(ids)))
    if kind == "failed":
        found = found.exclude(outcome__in=[Outcome.OK, Outcome.PASSWORD_OK, Outcome.SIGNED_OUT])
    elif kind in OUTCOME_NAMES:
        found = found.filter(outcome=kind)
    if before.isdecimal() and len(before) < 19:
        rows = list(found.filter(pk__gt=int(before)).order_by("pk")[: PAGE + 1])
        more, rows = len(rows) > PAGE, rows[:PAGE][::-1]
        newer, older = more, True
    else:
        if after.isdecimal() and len(after) < 19:
            found = found.filter(pk__lt=int(after))
        rows = list(found.order_by("-pk")[: PAGE + 1])
        newer, older, rows = bool(after), len(rows) > PAGE, rows[:PAGE]
    return Page(
        _attempts(rows),
        str(rows[0].pk) if rows and newer else None,
        str(rows[-1].pk) if rows and older else None,
    )


def own_sign_ins(user: User, count: int = 8) -> list[Attempt]:
    """The latest attempts on one's own account."""
    return _attempts(list(SignInEvent.objects.filter(user_id=user.pk).order_by("-pk")[:count]))


def _attempts(events: list[SignInEvent]) -> list[Attempt]:
    names = dict(User.objects.filter(pk__in={event.user_id for event in events}).values_list("pk", "name"))
    shown = []
    for event in events:
        outcome = Outcome(event.outcome)
        kind = "paid" if outcome is Outcome.OK else "late"
        if outcome in {Outcome.PASSWORD_OK, Outcome.SIGNED_OUT}:
            kind = "due"
        elif outcome in {Outcome.LOCKED, Outcome.THROTTLED}:
            kind = "hold"
        shown.append(Attempt(event, names.get(event.user_id or 0, ""), OUTCOME_NAMES[outcome], kind))
    return shown


def tree(actor: Actor) -> list[Branch]:
    """Regions and communities from the top down: communities of a region before its sub-regions."""
    actor.require_wide(Permission.ADMIN)
    regions = list(Region.objects.filter(organisation_id=actor.organisation_id).order_by("name"))
    places = Community.objects.filter(organisation_id=actor.organisation_id).select_related("region")
    under: dict[int | None, list[Community]] = {}
    for place in places.order_by("sort_key", "pk"):
        under.setdefault(place.region_id, []).append(place)
    children: dict[int | None, list[Region]] = {}
    for region in regions:
        children.setdefault(region.parent_id, []).append(region)

    def walk(parent: int | None, depth: int) -> list[Branch]:
        lines: list[Branch] = []
        for region in children.get(parent, []):
            below = walk(region.pk, depth + 1)
            own = [Branch(depth + 1, community=place) for place in under.get(region.pk, [])]
            count = sum(line.community is not None for line in own + below)
            lines += [Branch(depth, region=region, count=count), *own, *below]
        return lines

    return walk(None, 0) + [Branch(0, community=place) for place in under.get(None, [])]


def get_region(actor: Actor, region_id: int) -> Region:
    actor.require_wide(Permission.ADMIN)
    region = Region.objects.filter(organisation_id=actor.organisation_id, pk=region_id).first()
    if region is None:
        raise NotFound()
    return region


def get_place(actor: Actor, community_id: int) -> Community:
    """A community for its administration, or ``NotFound``."""
    actor.require_wide(Permission.ADMIN)
    found = Community.objects.filter(organisation_id=actor.organisation_id, pk=community_id)
    place = found.select_related("region").first()
    if place is None:
        raise NotFound()
    return place


@dataclass(frozen=True)
class RoleColumn:
    role: Role
    name: str
    second_factor: bool
    people: int


def role_columns(actor: Actor) -> list[RoleColumn]:
    """Every role, whether it needs a second factor, and how many people of the organisation hold it."""
    actor.require_wide(Permission.ADMIN)
    held = grants_on(clock.today()).filter(organisation_id=actor.organisation_id, user__is_active=True)
    counts = dict(
        held.values(name=F("role"))
        .annotate(people=Count("user", distinct=True))
        .values_list("name", "people")
    )
    return [
        RoleColumn(role, ROLE_NAMES[role], needs_second_factor({role}), counts.get(role, 0)) for role in Role
    ]
