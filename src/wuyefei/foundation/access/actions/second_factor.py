"""The second factor: enrolled by its owner, reset by another administrator."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import audit, clock, vault

from .. import codes
from ..actor import Actor, load_actor
from ..errors import OwnAccount, WrongCode
from ..models import User
from ..rules import Permission
from .finding import locked_user


@dataclass(frozen=True)
class Enrolment:
    """What the authenticator app is given: by QR code (``address``) or typed in (``secret``)."""

    secret: str
    address: str


class AlreadyEnrolled(DomainError):
    code = "already_enrolled"
    message = "已经绑定了验证器。换手机时请由系统管理员先解除。"


@transaction.atomic
def enrol_second_factor(user: User) -> Enrolment:
    """Begin: a secret that counts only once a code from it was given. Asked again, the same secret."""
    row = User.objects.select_for_update().get(pk=user.pk)
    if row.totp_confirmed_at:
        raise AlreadyEnrolled()
    if row.totp_secret:
        secret = vault.open_secret(bytes(row.totp_secret))
    else:
        secret = codes.new_secret()
        row.totp_secret = vault.seal_secret(secret)
        row.save(update_fields=["totp_secret"])
    return Enrolment(secret, codes.address(secret, row.username))


@transaction.atomic
def confirm_enrolment(user: User, code: str) -> User:
    """Finish with a code from the app. Raises ``WrongCode``."""
    row = User.objects.select_for_update().get(pk=user.pk)
    if row.totp_confirmed_at:
        raise AlreadyEnrolled()
    now = clock.now()
    secret = vault.open_secret(bytes(row.totp_secret)) if row.totp_secret else ""
    step = codes.matching_step(secret, "".join(code.split()), now) if secret else None
    if step is None:
        raise WrongCode()
    row.totp_confirmed_at, row.totp_last_step = now, step
    row.save(update_fields=["totp_confirmed_at", "totp_last_step"])
    audit.record(load_actor(row), "access.enrol_second_factor", row)
    return row


@transaction.atomic
def reset_second_factor(user_id: int, *, actor: Actor, reason: str = "") -> User:
    """Take the authenticator off a person (a lost phone); their sessions end, the next sign-in enrols anew."""
    actor.require_wide(Permission.ADMIN)
    user = locked_user(user_id, actor)
    if user.pk == actor.user_id:
        raise OwnAccount()
    before = {"confirmed_at": user.totp_confirmed_at}
    user.totp_secret, user.totp_confirmed_at = None, None
    user.save(update_fields=["totp_secret", "totp_confirmed_at"])
    audit.record(actor, "access.reset_second_factor", user, before=before, reason=reason)
    return user
