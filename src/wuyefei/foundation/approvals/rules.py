"""How much a role may decide on, and how long a right may be lent (product row D8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from wuyefei.foundation.access.rules import ROLE_PERMISSIONS, Permission, Role
from wuyefei.foundation.kernel.errors import Invalid, Phrase

LONGEST = dt.timedelta(days=92)
"""A right is lent for a quarter at most; who is away for longer is replaced by a role of their own."""


def roles_for(permission: Permission) -> list[Role]:
    """The roles that may decide on acts asked under this right, in the order in which roles are listed."""
    return [role for role in Role if permission in ROLE_PERMISSIONS[role]]


def cap_of(roles: Collection[Role], permission: Permission, limits: Mapping[Role, int]) -> int | None:
    """Up to how many fen these roles together may decide; None: without limit. Of several roles the highest counts.

    A role that ``limits`` does not name has none; 0 means that the role does not decide on this kind at all. Roles without
    the right do not count. Whoever holds the right by no role (a service identity) has no limit.
    """
    able = [role for role in roles if permission in ROLE_PERMISSIONS[role]]
    caps = [limits.get(role) for role in able]
    known = [cap for cap in caps if cap is not None]
    return max(known) if len(known) == len(caps) and known else None


def within(amount_fen: int | None, cap: int | None) -> bool:
    """Whether an act of this sum lies within the limit, the limit itself included. A reduction counts by its size; an act
    without a sum lies within every limit but 0."""
    return cap is None or (cap > 0 and abs(amount_fen or 0) <= cap)


def check_highest(permission: Permission, limits: Mapping[Role, int]) -> None:
    """Somebody must be able to decide on every sum. Raises ``Invalid`` where each role with the right would be limited."""
    if all(role in limits for role in roles_for(permission)):
        raise Invalid(field="额度", reason="至少要有一个能复核的角色不设限额，否则大额申请没有人能处理")


def check_period(starts_on: dt.date, ends_on: dt.date, today: dt.date) -> None:
    """A right is lent from today or later, to a day not before its first and at most ``LONGEST`` on. Raises ``Invalid``."""
    if starts_on < today:
        raise Invalid(field="开始日期", reason="不能早于今天")
    if ends_on < starts_on:
        raise Invalid(field="结束日期", reason="不能早于开始日期")
    if ends_on - starts_on >= LONGEST:
        raise Invalid(field="结束日期", reason=Phrase("一次最多委托 {days} 天", days=LONGEST.days))


def stood_in(on: dt.date, at: dt.datetime, starts_on: dt.date, ends_on: dt.date, withdrawn_at: dt.datetime | None) -> bool:
    """Whether a right was lent at a moment (``on`` its day in China): in its days, both included, and not taken back before."""
    return starts_on <= on <= ends_on and (withdrawn_at is None or at <= withdrawn_at)
