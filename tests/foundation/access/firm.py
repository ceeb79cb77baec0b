"""An organisation with invented people for these tests, and a way to sign them in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.test import Client

from wuyefei.foundation.access import actions, codes, sessions
from wuyefei.foundation.access.actor import Actor, load_actor
from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.platform import clock, vault

NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=CHINA)
PASSWORD = "gui-yu-hua-kai"


@dataclass
class Firm:
    """An organisation, its operator, and people by user name."""

    organisation: Organisation
    operator: Actor

    def person(
        self, username: str, *roles: Role, community: Community | None = None, factor: bool = True
    ) -> User:
        """A person with the password of the tests and, where ``factor``, a bound authenticator."""
        user, _ = actions.create_user(
            username=username, name=f"{username}甲", actor=self.operator, password=PASSWORD, must_change=False
        )
        for role in roles:
            place = {"community_id": community.pk} if community else {}
            actions.grant_role(user.pk, role, actor=self.operator, **place)
        if factor:
            user.totp_secret = vault.seal_secret(codes.new_secret())
            user.totp_confirmed_at = clock.now()
            user.save()
        return user

    def actor(self, username: str) -> Actor:
        return load_actor(User.objects.get(username=username))


def code_of(user: User, steps: int = 0) -> str:
    """The code of the authenticator, ``steps`` of thirty seconds from now."""
    user.refresh_from_db()
    assert user.totp_secret is not None
    return codes.code_at(vault.open_secret(bytes(user.totp_secret)), codes.step_at(clock.now()) + steps)


def enter(client: Client, user: User) -> Client:
    """Open a session that has come all the way."""
    client.force_login(user)
    session = client.session
    sessions.pass_factor(session, user)
    session.save()
    return client
