"""Ask for a one-time code and prove it. An answer never tells whether there was anybody to send to."""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
from collections.abc import Callable

from django.db import connection, transaction

from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.kernel.text import mask_mobile, tidy
from wuyefei.foundation.platform import clock, vault

from .. import rules
from ..finding import clean_mobile, mobile_on_file, registered
from ..marks import hashed, mark, new_token
from ..models import Account, Binding, Code
from ..queries import Owner, open_invitation
from ..rules import CodeOver, WrongCode
from ..sending import CodeMessage, sender
from .bindings import refresh_bindings
from .wechat import forget_identities

CODE_LOCK = 0x77790051
FORGET = "wuyefei.forget-codes"


def ask_code(mobile: str, *, address: str, invitation: str = "") -> str:
    """Send a code to ``mobile`` if it is known to anybody, or if an open invitation is shown; returns the challenge.

    Raises ``Invalid`` for what is no mobile, ``TooSoon``/``TooMany`` past the limits, ``NoSender``.
    """
    number = clean_mobile(mobile)
    shown = open_invitation(invitation) if invitation else None
    return _ask(mark("mobile", number), lambda: number if shown or _known(number) else "", address, shown.pk if shown else None)


def ask_code_by_room(community: str, room: str, name: str, *, address: str) -> str:
    """Send a code to the mobile on the record of the person of that name at that room, if there is one."""
    asked = mark("room", "|".join(tidy(part).lower() for part in (community, room, name)))
    return _ask(asked, lambda: mobile_on_file(community, room, name), address)


def _known(mobile: str) -> bool:
    return bool(registered(mobile)) or Binding.objects.filter(account__mobile_mark=mark("mobile", mobile), ended_at__isnull=True).exists()


@transaction.atomic
def _ask(asked: str, find: Callable[[], str], address: str, invitation_id: int | None = None) -> str:
    now, send, address_mark = clock.now(), sender(), mark("address", address)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [CODE_LOCK, asked])
    rules.refuse_address(Code.objects.filter(address_mark=address_mark, made_at__gt=now - dt.timedelta(hours=1)).count())
    rules.refuse_too_often(*_earlier(now, asked_mark=asked), now)
    mobile, challenge = find(), new_token()
    own = mark("mobile", mobile) if mobile else ""
    if own and own != asked and _too_often(own, now):
        mobile = ""
    code = f"{secrets.randbelow(10**rules.CODE_DIGITS):0{rules.CODE_DIGITS}d}"
    Code.objects.create(
        challenge_hash=hashed(challenge), asked_mark=asked, mobile_mark=own if mobile else "",
        mobile_locked=vault.seal_secret(mobile) if mobile else None, address_mark=address_mark,
        code_mark=mark("code", f"{challenge}:{code}") if mobile else "", made_at=now, expires_at=now + rules.CODE_LIFE,
    )  # fmt: skip
    if mobile:
        minutes = int(rules.CODE_LIFE.total_seconds()) // 60
        send(CodeMessage(mobile, code, minutes, hashed(challenge), invitation_id))
    return challenge


def _earlier(now: dt.datetime, **which: str) -> tuple[list[dt.datetime], dt.datetime | None]:
    rows = Code.objects.filter(made_at__gt=now - dt.timedelta(days=1), **which).values_list("made_at", "locked_until")
    sent, locks = [row[0] for row in rows], [row[1] for row in rows if row[1]]
    return sent, max(locks, default=None)


def _too_often(own: str, now: dt.datetime) -> bool:
    """Whether the number has had its codes, asked for in other words: then none is sent, and nothing is said."""
    try:
        rules.refuse_too_often(*_earlier(now, mobile_mark=own), now)
    except DomainError:
        return True
    return False


def confirm_code(challenge: str, code: str) -> Account:
    """The account of the mobile that a code went to, made at its first use, with its bindings brought up to date.

    Raises ``WrongCode`` with the tries left, ``CodeOver`` for a code used, expired, dead or never sent.
    """
    account, refusal = _confirm(challenge, "".join(code.split()))
    if account is None:
        raise refusal or CodeOver()
    return account


@transaction.atomic
def _confirm(challenge: str, code: str) -> tuple[Account | None, DomainError | None]:
    """Never raises for a wrong code: its count is kept."""
    now = clock.now()
    row = Code.objects.select_for_update().filter(challenge_hash=hashed(challenge)).first()
    if row is None or row.used_at or row.expires_at <= now or row.tries >= rules.MAX_TRIES:
        return None, CodeOver()
    given = mark("code", f"{challenge}:{code}")
    if not row.code_mark or not hmac.compare_digest(given, row.code_mark):
        row.tries += 1
        dead = row.tries >= rules.MAX_TRIES
        row.locked_until = now + rules.LOCK_FOR if dead else None
        row.save(update_fields=["tries", "locked_until"])
        return None, CodeOver() if dead else WrongCode(left=rules.MAX_TRIES - row.tries)
    mobile = vault.open_secret(bytes(row.mobile_locked or b""))
    row.used_at, row.mobile_locked = now, None
    row.save(update_fields=["used_at", "mobile_locked"])
    account, _ = Account.objects.get_or_create(
        mobile_mark=row.mobile_mark,
        defaults={"mobile_locked": vault.seal_secret(mobile), "mobile_shown": mask_mobile(mobile), "made_at": now},
    )
    refresh_bindings(account.pk)
    return account, None


def ask_code_again(owner: Owner, *, address: str) -> str:
    """Send a code to the number of somebody signed in, before something that a borrowed phone must not do; returns the
    challenge. Raises like ``ask_code``."""
    account = Account.objects.get(pk=owner.account_id)
    return ask_code(vault.open_secret(bytes(account.mobile_locked)), address=address)


def confirm_again(owner: Owner, challenge: str, code: str) -> None:
    """Prove such a code. Raises like ``confirm_code``, and ``CodeOver`` for a code of another account."""
    if confirm_code(challenge, code).pk != owner.account_id:
        raise CodeOver()


def forget_codes(before: dt.datetime) -> int:
    """Remove codes asked for before a moment (a day ago or earlier: limits look back so far); returns how many."""
    limit = min(before, clock.now() - dt.timedelta(days=1))
    return Code.objects.filter(made_at__lt=limit).delete()[0]


def forget_old_codes(organisation_id: int | None) -> int:
    """The nightly work: codes belong to no organisation, so all that are older than the limits look back."""
    forget_identities()
    return forget_codes(clock.now())
