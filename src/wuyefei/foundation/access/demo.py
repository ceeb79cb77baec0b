"""The printed people of the demo company. Nothing here works unless the demo company is served."""

from __future__ import annotations

from dataclasses import dataclass

from wuyefei.foundation import environment
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock, vault

from . import codes
from .actor import current_grants
from .models import User
from .rules import ROLE_NAMES, Role

PASSWORD = "demo-wuyefei"
"""The password of every demo person; refused at sign-in and as a new password outside demo."""
MOST = 24


@dataclass(frozen=True)
class Person:
    organisation: str
    name: str
    roles: list[str]
    username: str
    password: str


def refused(password: str) -> bool:
    """Whether this is the printed password while no demo is served."""
    return password == PASSWORD and not environment.demo_mode()


def prepare(user: User) -> None:
    """Give a person the printed password and a ready second factor: for the demo generator and tests."""
    if not environment.demo_mode():
        raise DomainError("demo_only", "只有演示模式可以这样做。")
    user.set_password(PASSWORD)
    enrol(user)


def enrol(user: User) -> None:
    """Give a person who has the printed password already a ready second factor."""
    if not environment.demo_mode():
        raise DomainError("demo_only", "只有演示模式可以这样做。")
    user.must_change_password = False
    user.totp_secret = vault.seal_secret(codes.new_secret())
    user.totp_confirmed_at = user.password_changed_at = clock.now()
    user.save()


def people() -> list[Person]:
    """Whom the sign-in page lists, by organisation."""
    if not environment.demo_mode():
        return []
    users = User.objects.filter(is_active=True, must_change_password=False, service="").select_related(
        "organisation"
    )
    shown = []
    for user in users.order_by("organisation_id", "pk")[:MOST]:
        roles = [Role(grant.role) for grant in current_grants(user, clock.today())]
        words = list(dict.fromkeys(ROLE_NAMES[role] for role in roles))
        shown.append(Person(user.organisation.name, user.name, words, user.username, PASSWORD))
    return shown


def current_code(user: User) -> str:
    """The code that may be given now, not one already used; empty outside demo."""
    if not environment.demo_mode() or not user.totp_secret:
        return ""
    step = codes.step_at(clock.now())
    secret = vault.open_secret(bytes(user.totp_secret))
    return codes.code_at(secret, max(step, min(user.totp_last_step + 1, step + 1)))
