"""Passwords: changed by their owner, reset by an administrator."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.platform import audit, clock

from .. import demo
from ..actor import Actor, load_actor
from ..errors import AccountLocked, OwnAccount, PasswordRefused, WrongPassword
from ..models import User
from ..rules import Permission
from .finding import locked_user
from .signing import count_failure, forget_failures

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def _reason(error: ValidationError) -> str:
    """A validator's refusal in our own words."""
    known = {
        "password_too_short": f"太短，至少 {(error.params or {}).get('min_length', 10)} 位。",
        "password_too_common": "太常见，容易被猜到。",
        "password_entirely_numeric": "不能全是数字。",
        "password_too_similar": "和用户名或姓名太像。",
    }
    return known.get(str(error.code), error.messages[0])


def check_new(password: str, user: User) -> None:
    """Raises ``PasswordRefused`` with every reason."""
    reasons: list[str] = []
    try:
        validate_password(password, user)
    except ValidationError as error:
        reasons += [_reason(one) for one in error.error_list]
    if demo.refused(password):
        reasons.append("这是演示用的密码，不能用。")
    if user.password and user.check_password(password):
        reasons.append("新密码不能和现在的一样。")
    if reasons:
        raise PasswordRefused(reasons="".join(reasons), each=reasons)


def temporary_password() -> str:
    """Three groups of four letters and digits that are hard to misread: about 59 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def change_password(user: User, current: str, new: str) -> User:
    """The owner changes the password; other sessions end. A wrong current password counts towards the lock."""
    with transaction.atomic():
        row = User.objects.select_for_update().get(pk=user.pk)
        locked = row.locked_until if row.locked_until and row.locked_until > clock.now() else None
        right = locked is None and row.check_password(current)
        if locked is None and not right:
            count_failure(row)
        if right:
            check_new(new, row)
            set_password(row, new, must_change=False)
            audit.record(load_actor(row), "access.change_password", row)
    if locked:
        raise AccountLocked(until=f"{locked.astimezone(CHINA):%H:%M}")
    if not right:
        raise WrongPassword()
    return row


def set_password(user: User, password: str, *, must_change: bool) -> None:
    user.set_password(password)
    user.must_change_password = must_change
    user.password_changed_at = clock.now()
    user.save(update_fields=["password", "must_change_password", "password_changed_at"])


@transaction.atomic
def reset_password(user_id: int, *, actor: Actor, reason: str = "") -> str:
    """Give a person a temporary password, returned once and stored nowhere; unlocks, and ends their sessions."""
    actor.require_wide(Permission.ADMIN)
    user = locked_user(user_id, actor)
    if user.pk == actor.user_id:
        raise OwnAccount()
    password = temporary_password()
    before: dict[str, Any] = {"failures": user.failures, "locked_until": user.locked_until}
    set_password(user, password, must_change=True)
    forget_failures(user)
    audit.record(
        actor, "access.reset_password", user, before=before, after={"must_change": True}, reason=reason
    )
    return password
