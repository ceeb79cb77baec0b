"""The demo's text messages: kept to be shown on the page that waits for the code. Refused outside demo mode."""

from __future__ import annotations

from wuyefei.foundation import environment
from wuyefei.foundation.kernel.text import mask_mobile
from wuyefei.foundation.platform import clock

from .marks import hashed
from .models import SandboxMessage
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


def register() -> None:
    if environment.demo_mode():
        register_sandbox(send)
