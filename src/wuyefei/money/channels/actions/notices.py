"""A provider's notice: believed only when signed, taken once, answered in its own form (product row D1)."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from django.db import IntegrityError

from wuyefei.foundation.access.actor import PORTAL, Actor, service_actor
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.platform import clock, prepared
from wuyefei.foundation.platform.inserting import insert

from ..models import ChannelSetup, NoticeLog
from ..providers.base import Forged, Notice
from ..providing import provider_of
from ..rules import Report, Said
from . import settling

log = logging.getLogger("wuyefei.channels")
Answer = tuple[int, str, str]
REFUSED: Answer = (400, "text/plain", "refused")


def take_notice(token: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Verify a notice, act on it, and say what to answer: status, content type, body. A forged one changes nothing.

    Raises ``NotFound`` for an address that is no setup's.
    """
    found = prepared.read(ChannelSetup, "WHERE token = %s", [token])
    if not found:
        raise NotFound()
    setup = found[0]
    try:
        provider = provider_of(setup)
        notice = provider.read_notice(headers, body, clock.now())
    except DomainError as error:
        log.warning("notice to setup %s refused: %s", setup.pk, error.text)
        return REFUSED
    actor = service_actor(setup.organisation_id, PORTAL)
    try:
        settling.never_lost(lambda unbookable: _act(setup, notice, actor, unbookable))
    except IntegrityError:
        if not NoticeLog.objects.filter(setup=setup, nonce=notice.nonce).exists():
            raise
        return _again(setup, provider.answer(taken=True))
    except Forged as error:
        log.warning("notice to setup %s refused: %s", setup.pk, error.text)
        return REFUSED
    return provider.answer(taken=True)


def _again(setup: ChannelSetup, answer: Answer) -> Answer:
    """The same message a second time: Alipay repeats its own until it is answered, with WeChat Pay each try has its nonce."""
    return answer if setup.channel == ChannelSetup.Channel.ALIPAY else REFUSED


def _act(setup: ChannelSetup, notice: Notice, actor: Actor, unbookable: str) -> None:
    """The nonce is kept in the transaction of the act: what broke off may come again."""
    payment, refund = notice.payment, notice.refund
    report = payment or Report(refund.order_number if refund else "", Said.UNKNOWN, refund.amount_fen if refund else 0)
    row = NoticeLog(
        setup=setup, nonce=notice.nonce, number=report.number[:64], said=report.said.value if payment else "refund",
        amount_fen=report.amount_fen, transaction_id=report.transaction_id, at=clock.now(), outcome=NoticeLog.Outcome.NOTHING,
    )  # fmt: skip
    if payment is not None:
        outcome = settling.settle_told(setup.pk, payment, actor=actor, unbookable=unbookable)
        row.outcome = NoticeLog.Outcome.UNKNOWN_ORDER if outcome is None else outcome.value
    insert(row)
