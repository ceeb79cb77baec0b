"""Open and end sessions. A session's token is made after the code was right: no earlier cookie ever becomes one."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from wuyefei.foundation.platform import clock

from .. import rules
from ..marks import hashed, new_token
from ..models import Account, Session, WechatIdentity
from ..queries import Owner


@transaction.atomic
def open_session(account: Account, *, agent: str, earlier: str = "") -> str:
    """A new session's token; the session of an ``earlier`` token in the same browser ends."""
    now = clock.now()
    if earlier:
        _end(Session.objects.filter(token_hash=hashed(earlier), ended_at__isnull=True))
    token = new_token(32)
    Session.objects.create(
        account=account, token_hash=hashed(token), device=rules.device_of(agent), made_at=now, seen_at=now
    )
    return token


def touch(owner: Owner) -> None:
    """Note that a session is in use."""
    Session.objects.filter(pk=owner.session_id).update(seen_at=clock.now())


def end_session(owner: Owner) -> None:
    _end(Session.objects.filter(pk=owner.session_id, ended_at__isnull=True))


def end_other_sessions(owner: Owner) -> int:
    """Sign every other device out; returns how many there were."""
    others = Session.objects.filter(account_id=owner.account_id, ended_at__isnull=True).exclude(pk=owner.session_id)
    return _end(others)


@transaction.atomic
def _end(rows: QuerySet[Session]) -> int:
    """End sessions, and forget who they were to WeChat; returns how many there were."""
    found = list(rows.select_for_update().values_list("pk", flat=True))
    WechatIdentity.objects.filter(session_id__in=found).delete()
    return Session.objects.filter(pk__in=found).update(ended_at=clock.now())


def set_large_type(owner: Owner, on: bool) -> None:
    Account.objects.filter(pk=owner.account_id).update(large_type=on)
