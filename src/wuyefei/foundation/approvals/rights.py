"""Who may decide on what: one's own roles within their limits, and what colleagues have lent."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass

from wuyefei.foundation.access.actor import Actor, load_actor
from wuyefei.foundation.access.rules import ROLE_NAMES, Permission, Role
from wuyefei.foundation.kernel.errors import DomainError, spoken
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import clock

from .errors import GiverIsMaker, NotYours, OverLimit, SamePerson
from .kinds import kind_of
from .models import Delegation, Limit, Request
from .rules import cap_of, roles_for, within

NAME_LENGTH = 80


@dataclass(frozen=True)
class Loan:
    """A delegation of today with its giver's rights of this moment."""

    row: Delegation
    giver: Actor

    def reaches(self, taker: Actor, permission: Permission, community_id: int) -> bool:
        """Whether it lets the taker decide there: the giver holds the right, the taker has a role there and takes no cash."""
        here = self.row.community_id in (None, community_id) and community_id in taker.seen
        return here and self.giver.may(permission, community_id) and not taker.may(Permission.CASHDESK, community_id)


@dataclass(frozen=True)
class Way:
    """How a request may be decided: in one's own right, or (``loan``) in a colleague's."""

    loan: Loan | None = None

    def acting(self, actor: Actor) -> Actor:
        """The actor as the act is carried out and recorded: 李静 代 王伟, with what the giver may in the places lent."""
        if self.loan is None:
            return actor
        lent, row = self.loan.giver, self.loan.row
        reach = actor.seen if row.community_id is None else frozenset({row.community_id}) & actor.seen
        places = {p: actor.communities(p) | (lent.communities(p) & reach) for p in {*actor.places, *lent.places}}
        name = f"{actor.name} 代 {lent.name}"[:NAME_LENGTH]
        facts = {one.name: getattr(actor, one.name) for one in dataclasses.fields(Actor)}  # a page's actor is read when first asked
        return Actor(**facts | {"name": name, "places": places})


def roles_in(actor: Actor, community_id: int) -> list[Role]:
    return [role for role, places in actor.held.items() if community_id in places]


@dataclass(frozen=True)
class Rights:
    """What one person may decide at this moment."""

    actor: Actor
    limits: dict[str, dict[Role, int]]
    loans: list[Loan]

    def cap(self, holder: Actor, request: Request) -> int | None:
        """The holder's limit for a request, in fen; None: without."""
        permission = Permission(request.permission)
        return cap_of(roles_in(holder, request.community_id), permission, self.limits.get(request.kind, {}))

    def _loans_for(self, request: Request) -> list[Loan]:
        permission = Permission(request.permission)
        return [loan for loan in self.loans if loan.reaches(self.actor, permission, request.community_id)]

    def concerns(self, request: Request) -> bool:
        """Whether the right to decide is held, own or lent, whatever the sum and whoever the maker."""
        return self.actor.may(request.permission, request.community_id) or bool(self._loans_for(request))

    def way(self, request: Request) -> Way:
        """How the person may decide; their own right comes first. Raises ``Forbidden``, ``NotFound``, ``SamePerson``,
        ``OverLimit``, ``NotYours`` or ``GiverIsMaker``."""
        loans = self._loans_for(request)
        own = self.actor.may(request.permission, request.community_id)
        if not own and not loans:
            self.actor.require(request.permission, request.community_id)
        if request.maker_id == self.actor.user_id:
            raise SamePerson()
        if own and within(request.amount_fen, self.cap(self.actor, request)):
            return Way()
        others = [loan for loan in loans if loan.giver.user_id != request.maker_id]
        for loan in others:
            if within(request.amount_fen, self.cap(loan.giver, request)):
                return Way(loan)
        if not own and not others:
            raise GiverIsMaker(name=loans[0].giver.name)
        raise self._over(request, ([self.actor] if own else []) + [loan.giver for loan in others])

    def _over(self, request: Request, holders: list[Actor]) -> DomainError:
        cap = max(self.cap(holder, request) or 0 for holder in holders)
        roles = "、".join(spoken(ROLE_NAMES[role]) for role in able(request, self.limits))
        if cap == 0:
            return NotYours(what=kind_of(request.kind).label, roles=roles)
        return OverLimit(sum=yuan_text(abs(request.amount_fen or 0)), limit=yuan_text(cap), roles=roles)

    def may(self, request: Request) -> bool:
        return self.refusal(request) is None

    def refusal(self, request: Request) -> DomainError | None:
        """Why the person may not decide; None where they may."""
        try:
            self.way(request)
        except DomainError as error:
            return error
        return None


def able(request: Request, limits: dict[str, dict[Role, int]]) -> list[Role]:
    """The roles within whose limit a request lies."""
    of_kind = limits.get(request.kind, {})
    return [role for role in roles_for(Permission(request.permission)) if within(request.amount_fen, of_kind.get(role))]


def limits_of(organisation_id: int) -> dict[str, dict[Role, int]]:
    """The limits in force by kind and role."""
    found: dict[str, dict[Role, int]] = {}
    rows = Limit.objects.filter(organisation_id=organisation_id)
    for row in rows:
        if row.up_to_fen is not None:
            found.setdefault(row.kind, {})[Role(row.role)] = row.up_to_fen
    return found


def caps_told(organisation_id: int, requests: Iterable[Request]) -> dict[int, tuple[int, ...]]:
    """For each request the limits, in fen, that its size mattered to: the limit of whoever approved it (in the roles and limits
    of now, where it was not kept), none where that person has none; while it waits, every limit of its kind."""
    limits = limits_of(organisation_id)
    actors: dict[int, Actor] = {}
    found: dict[int, tuple[int, ...]] = {}
    for request in requests:
        decision = getattr(request, "decision", None)
        if decision is None:
            found[request.pk] = tuple(sorted({cap for cap in limits.get(request.kind, {}).values() if cap > 0}))
            continue
        if decision.cap_fen is not None:
            found[request.pk] = (decision.cap_fen,)
            continue
        person = decision.behalf or decision.person
        holder = actors.setdefault(person.pk, load_actor(person))
        cap = cap_of(roles_in(holder, request.community_id), Permission(request.permission), limits.get(request.kind, {}))
        found[request.pk] = (cap,) if cap else ()
    return found


def loans_of(actor: Actor, *, locked: bool = False) -> list[Loan]:
    """What colleagues have lent for today. ``locked``: none can be withdrawn before the transaction ends.

    A delegation counts only while its taker has a second factor; an ended giver lends nothing.
    """
    today = clock.today()
    rows = Delegation.objects.filter(
        taker_id=actor.user_id, taker__totp_confirmed_at__isnull=False, starts_on__lte=today, ends_on__gte=today,
        withdrawn_at__isnull=True,
    ).select_related("giver__organisation", "community").order_by("pk")  # fmt: skip
    if locked:
        rows = rows.select_for_update(of=("self",))
    return [Loan(row, load_actor(row.giver)) for row in rows]


def rights_of(actor: Actor, *, locked: bool = False) -> Rights:
    """The rights of this moment; ``locked`` as with ``loans_of``."""
    return Rights(actor, limits_of(actor.organisation_id), loans_of(actor, locked=locked))
