"""Who a session is to WeChat, for paying inside it: kept sealed while the session lives, and not a day longer."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from wuyefei.foundation.platform import audit, clock, vault

from ..models import Session, WechatIdentity, WechatPurpose
from ..queries import Owner, Place
from ..rules import SESSION_IDLE, SESSION_LIFE
from .bindings import acting_for


@transaction.atomic
def keep_openid(owner: Owner, place: Place, app_id: str, openid: str) -> None:
    """Keep what WeChat said of this session for an official account, in place of what it said before."""
    Session.objects.select_for_update().get(pk=owner.session_id, ended_at__isnull=True)
    row, _made = WechatIdentity.objects.update_or_create(
        session_id=owner.session_id, app_id=app_id, purpose=WechatPurpose.PAY,
        defaults={"openid_locked": vault.seal_secret(openid), "made_at": clock.now()},
    )  # fmt: skip
    audit.record(acting_for(place), "account.wechat", row, after={"app_id": app_id, "purpose": str(WechatPurpose.PAY)})


def openid_of(owner: Owner, app_id: str) -> str:
    """The openid of this session with an official account, for a payment; blank where there is none."""
    row = WechatIdentity.objects.filter(session_id=owner.session_id, app_id=app_id, purpose=WechatPurpose.PAY).first()
    return vault.open_secret(bytes(row.openid_locked)) if row else ""


def known_to_wechat(owner: Owner) -> bool:
    """Whether anything of the session's WeChat is kept."""
    return WechatIdentity.objects.filter(session_id=owner.session_id).exists()


def forget_openids(owner: Owner) -> int:
    """Forget who this session is to WeChat; the next payment asks WeChat anew. Returns how many were kept."""
    return WechatIdentity.objects.filter(session_id=owner.session_id).delete()[0]


def forget_identities() -> int:
    """Those of sessions that are over: the nightly work."""
    now = clock.now()
    over = Q(session__ended_at__isnull=False) | Q(session__made_at__lte=now - SESSION_LIFE) | Q(session__seen_at__lte=now - SESSION_IDLE)
    return WechatIdentity.objects.filter(over).delete()[0]
