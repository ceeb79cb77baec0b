"""Time-based codes (RFC 6238: six digits, a step of thirty seconds)."""

from __future__ import annotations

import datetime as dt
import hmac

import pyotp

from .rules import CODE_DRIFT, CODE_SECONDS


def new_secret() -> str:
    return pyotp.random_base32()


def step_at(moment: dt.datetime) -> int:
    return int(moment.timestamp()) // CODE_SECONDS


def code_at(secret: str, step: int) -> str:
    return pyotp.HOTP(secret).at(step)


def matching_step(secret: str, code: str, moment: dt.datetime) -> int | None:
    """The step that ``code`` belongs to, at most ``CODE_DRIFT`` steps from ``moment``; None for a wrong code."""
    here, found = step_at(moment), None
    for step in range(here - CODE_DRIFT, here + CODE_DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            found = step
    return found


def address(secret: str, username: str) -> str:
    """What the QR code holds for the authenticator app."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name="物业费")
