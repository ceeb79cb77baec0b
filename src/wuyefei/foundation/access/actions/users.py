"""People: created and ended."""

from __future__ import annotations

import re

from django.db import transaction

from wuyefei.foundation.kernel.errors import DomainError, Invalid
from wuyefei.foundation.kernel.text import tidy
from wuyefei.foundation.platform import audit, clock

from ..actor import Actor
from ..errors import NameTaken, OwnAccount
from ..models import RoleGrant, User
from ..rules import Permission
from . import passwords, roles
from .finding import locked_user

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}", re.IGNORECASE)


@transaction.atomic
def create_user(
    *, username: str, name: str, actor: Actor, password: str = "", must_change: bool = True
) -> tuple[User, str]:
    """A new person without any role, and the temporary password (the given one, or one made here)."""
    actor.require_wide(Permission.ADMIN)
    username, name = tidy(username), tidy(name)
    if not USERNAME.fullmatch(username):
        raise Invalid(field="用户名", reason="应为 2–40 位字母、数字、点、下划线或短横线，以字母或数字开头。")
    if not name or len(name) > 80:
        raise Invalid(field="姓名", reason="应为 1–80 个字。")
    if User.objects.filter(username__iexact=username).exists():
        raise NameTaken(name=username)
    user = User(organisation_id=actor.organisation_id, username=username, name=name)
    if password:
        passwords.check_new(password, user)
    password = password or passwords.temporary_password()
    user.set_unusable_password()
    user.save()
    passwords.set_password(user, password, must_change=must_change)
    audit.record(actor, "access.create_user", user, after={"username": username, "name": name})
    return user, password


@transaction.atomic
def end_user(user_id: int, *, actor: Actor, reason: str = "") -> User:
    """The person leaves: no sign-in, no rights, open sessions are over at once. What they did keeps their name."""
    actor.require_wide(Permission.ADMIN)
    user = locked_user(user_id, actor)
    if user.pk == actor.user_id:
        raise OwnAccount()
    if not user.is_active:
        raise DomainError("user_ended", "这个账号已经停用了。")
    roles.keep_one_administrator(actor, without_user=user.pk)
    grants = list(RoleGrant.objects.select_for_update().filter(user=user, ended_on__isnull=True))
    RoleGrant.objects.filter(pk__in=[grant.pk for grant in grants]).update(ended_on=clock.today())
    user.is_active = False
    user.save(update_fields=["is_active"])
    before = {"active": True, "grants": [roles.facts(grant) for grant in grants]}
    audit.record(actor, "access.end_user", user, before=before, after={"active": False}, reason=reason)
    return user


@transaction.atomic
def restore_user(user_id: int, *, actor: Actor, reason: str = "") -> str:
    """The person comes back, without roles and with a new temporary password (returned) and second factor."""
    actor.require_wide(Permission.ADMIN)
    user = locked_user(user_id, actor)
    if user.is_active:
        raise DomainError("user_active", "这个账号正在使用。")
    password = passwords.temporary_password()
    user.is_active, user.totp_secret, user.totp_confirmed_at = True, None, None
    user.save(update_fields=["is_active", "totp_secret", "totp_confirmed_at"])
    passwords.set_password(user, password, must_change=True)
    passwords.forget_failures(user)
    audit.record(
        actor, "access.restore_user", user, before={"active": False}, after={"active": True}, reason=reason
    )
    return password


@transaction.atomic
def unlock_user(user_id: int, *, actor: Actor, reason: str = "") -> User:
    """Let a locked person try again at once, with the password they have."""
    actor.require_wide(Permission.ADMIN)
    user = locked_user(user_id, actor)
    if user.pk == actor.user_id:
        raise OwnAccount()
    before = {"failures": user.failures, "locked_until": user.locked_until}
    passwords.forget_failures(user)
    audit.record(actor, "access.unlock_user", user, before=before, after={"failures": 0}, reason=reason)
    return user


@transaction.atomic
def rename_user(user_id: int, name: str, *, actor: Actor) -> User:
    """Correct the name people see. Audit rows and receipts keep the name of their moment."""
    actor.require_wide(Permission.ADMIN)
    user, name = locked_user(user_id, actor), tidy(name)
    if not name or len(name) > 80:
        raise Invalid(field="姓名", reason="应为 1–80 个字。")
    before, user.name = user.name, name
    user.save(update_fields=["name"])
    audit.record(actor, "access.rename_user", user, before={"name": before}, after={"name": name})
    return user
