"""The demo's text messages: kept to be shown on the page that waits for the code. Refused outside demo mode."""

from __future__ import annotations

from wuyefei.foundation import environment
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.kernel.text import mask_mobile
from wuyefei.foundation.platform import clock, vault

from .actions.bindings import refresh_bindings
from .finding import clean_mobile
from .marks import hashed, mark
from .models import Account, SandboxMessage
from .queries import Owner
from .sending import CodeMessage, in_sandbox, register_sandbox


def send(message: CodeMessage) -> None:
    text = f"【物业费】您的验证码是 {message.code}，{message.minutes} 分钟内有效。请勿告诉他人。"
    SandboxMessage.objects.create(
        challenge_hash=message.challenge_hash, mobile_shown=mask_mobile(message.mobile), text=text, at=clock.now()
    )


def message_for(challenge: str) -> SandboxMessage | None:
    """The demo's message for a challenge; None outside the demo, or where nobody was found to send to."""
    if not (environment.demo_mode() and in_sandbox()):
        return None
    return SandboxMessage.objects.filter(challenge_hash=hashed(challenge)).order_by("-pk").first()


def demo_owner(mobile: str) -> Owner:
    """The owner of a mobile as if signed in, for the demo's own life. Refused outside demo mode."""
    if not environment.demo_mode():
        raise DomainError("demo_only", "只有演示模式可以建立演示公司。")
    number, now = clean_mobile(mobile), clock.now()
    account, _made = Account.objects.get_or_create(
        mobile_mark=mark("mobile", number),
        defaults={"mobile_locked": vault.seal_secret(number), "mobile_shown": mask_mobile(number), "made_at": now},
    )
    refresh_bindings(account.pk)
    return Owner(account.pk, 0, account.mobile_shown, account.large_type, False)


def register() -> None:
    if environment.demo_mode():
        register_sandbox(send)
