"""Sign in: the password, then the code. Every attempt leaves a row; failures count towards a lock."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import transaction

from wuyefei.foundation.platform import clock, vault

from .. import codes, demo, rules
from ..actor import second_factor_due
from ..models import SignInEvent, User
from ..rules import Outcome


@dataclass(frozen=True)
class SignInResult:
    """``user`` is there only where the password (and code) was right; ``locked_until`` only while locked."""

    outcome: Outcome
    user: User | None = None
    locked_until: dt.datetime | None = None

    @property
    def passed(self) -> bool:
        return self.user is not None


def note(outcome: Outcome, *, username: str, address: str, user: User | None = None) -> None:
    """Write one row of the sign-in log."""
    SignInEvent.objects.create(
        organisation_id=user.organisation_id if user else None,
        user_id=user.pk if user else None,
        username=username[:60],
        at=clock.now(),
        address=address,
        outcome=outcome,
    )


def throttled(address: str) -> bool:
    """Whether too many attempts have failed from this address of late, whoever they were for."""
    since = clock.now() - rules.ADDRESS_WINDOW
    failed = SignInEvent.objects.filter(address=address, at__gt=since, outcome__in=rules.FAILED)
    return failed[: rules.ADDRESS_FAILURES].count() >= rules.ADDRESS_FAILURES


@transaction.atomic
def sign_in(username: str, password: str, *, address: str) -> SignInResult:
    """Check a password. Never raises: a refusal is a result, so that its count is kept.

    ``PASSWORD_OK``: the code is still to come, and the failures go on counting until it has been given.
    """
    username = username.strip()
    if throttled(address):
        note(Outcome.THROTTLED, username=username, address=address)
        return SignInResult(Outcome.THROTTLED)
    user = User.objects.select_for_update().filter(username__iexact=username, service="").first()
    if user is None:
        return _unknown(username, password, address)
    result = _check(user, password)
    note(result.outcome, username=username, address=address, user=user)
    return result


def _check(user: User, password: str) -> SignInResult:
    now = clock.now()
    if user.locked_until and user.locked_until > now:
        return SignInResult(Outcome.LOCKED, locked_until=user.locked_until)
    if not user.check_password(password) or demo.refused(password):
        return SignInResult(Outcome.WRONG_PASSWORD, locked_until=count_failure(user))
    if not user.is_active:
        return SignInResult(Outcome.ENDED, locked_until=count_failure(user))
    if rules.temporary_expired(
        must_change=user.must_change_password, changed_at=user.password_changed_at, at=now
    ):
        return SignInResult(Outcome.EXPIRED)
    if user.totp_confirmed_at:
        return SignInResult(Outcome.PASSWORD_OK, user)
    forget_failures(user)
    return SignInResult(Outcome.PASSWORD_OK if second_factor_due(user) else Outcome.OK, user)


def _unknown(username: str, password: str, address: str) -> SignInResult:
    """As slow as a known user's wrong password, and locked in the same words after as many attempts."""
    now = clock.now()
    since = now - rules.LOCK_FOR
    tried = SignInEvent.objects.filter(
        username=username[:60], at__gt=since, outcome=Outcome.UNKNOWN
    ).order_by("-at")
    last = list(tried.values_list("at", flat=True)[: rules.MAX_FAILURES])
    if len(last) >= rules.MAX_FAILURES:
        note(Outcome.LOCKED, username=username, address=address)
        return SignInResult(Outcome.LOCKED, locked_until=last[0] + rules.LOCK_FOR)
    make_password(password)
    note(Outcome.UNKNOWN, username=username, address=address)
    until = now + rules.LOCK_FOR if len(last) + 1 >= rules.MAX_FAILURES else None
    return SignInResult(Outcome.UNKNOWN, locked_until=until)


def count_failure(user: User) -> dt.datetime | None:
    """Count one failure on the locked row; returns until when the user is locked by it."""
    user.failures += 1
    user.locked_until = rules.lock_until(user.failures, clock.now()) or user.locked_until
    user.save(update_fields=["failures", "locked_until"])
    return user.locked_until if user.locked_until and user.locked_until > clock.now() else None


def forget_failures(user: User) -> None:
    user.failures, user.locked_until = 0, None
    user.save(update_fields=["failures", "locked_until"])


@transaction.atomic
def confirm_code(user: User, code: str, *, address: str) -> SignInResult:
    """Check the time-based code of a user whose password was right. A step once used is never taken again."""
    row = User.objects.select_for_update().get(pk=user.pk)
    result = SignInResult(Outcome.THROTTLED) if throttled(address) else _check_code(row, code)
    note(result.outcome, username=row.username, address=address, user=row)
    return result


def _check_code(user: User, code: str) -> SignInResult:
    now = clock.now()
    if not user.is_active or user.totp_confirmed_at is None or user.totp_secret is None:
        return SignInResult(Outcome.ENDED)
    if user.locked_until and user.locked_until > now:
        return SignInResult(Outcome.LOCKED, locked_until=user.locked_until)
    step = codes.matching_step(vault.open_secret(bytes(user.totp_secret)), "".join(code.split()), now)
    if step is None:
        return SignInResult(Outcome.WRONG_CODE, locked_until=count_failure(user))
    if step <= user.totp_last_step:
        return SignInResult(Outcome.REUSED_CODE, locked_until=count_failure(user))
    user.totp_last_step = step
    user.save(update_fields=["totp_last_step"])
    forget_failures(user)
    return SignInResult(Outcome.OK, user)
