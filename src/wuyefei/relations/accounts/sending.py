"""Who carries a one-time code to a phone: the notices' text messages or, in the demo alone, nobody (``sandbox``)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .rules import NoSender


@dataclass(frozen=True, slots=True)
class CodeMessage:
    """A code on its way to ``mobile`` (in clear). ``challenge_hash`` names the request and tells nothing; ``invitation_id``
    the invitation that was shown, if any."""

    mobile: str
    code: str
    minutes: int
    challenge_hash: str
    invitation_id: int | None = None


CodeSender = Callable[[CodeMessage], None]
_senders: dict[str, CodeSender] = {}
_ready: dict[CodeSender, Callable[[], bool]] = {}


def register_code_sender(sender: CodeSender, ready: Callable[[], bool] = lambda: True) -> None:
    """Name who sends codes. Called in ``AppConfig.ready``; the last one registered sends, while it is ``ready``.

    A sender only queues the message inside the running transaction and never waits for a provider: the time an
    answer takes must not tell whether there was anybody to send to. It never writes the code to a log.
    """
    _senders["real"] = sender
    _ready[sender] = ready


def register_sandbox(sender: CodeSender) -> None:
    """The demo's sender, used where no other is registered."""
    _senders["sandbox"] = sender


def sender() -> CodeSender:
    """Raises ``NoSender`` where codes cannot be sent at all, whoever asks."""
    found = _senders.get("real") or _senders.get("sandbox")
    if found is None or not _ready.get(found, lambda: True)():
        raise NoSender()
    return found


def in_sandbox() -> bool:
    return "real" not in _senders and "sandbox" in _senders
