"""Several people ask for the last of a payment at the same moment, on real transactions."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from tests.world import World
from wuyefei.edges.sandbox.public import Keyring, Sandbox
from wuyefei.money.channels.actions.refunds import OverRefund
from wuyefei.money.channels.models import RefundTotal

from .conftest import build
from .support import NOON, at
from .test_refunds import ask, paid


@pytest.mark.django_db(transaction=True)
def test_four_ask_for_the_last_of_it_at_once(sandbox: Sandbox, sandbox_keys: Keyring) -> None:
    world: World = build(sandbox_keys)
    with at(sandbox, NOON):
        order = paid(world, sandbox)
    came: list[str] = []

    def one() -> None:
        try:
            with at(sandbox, NOON):
                ask(world, order, 20000)
            came.append("asked")
        except OverRefund:
            came.append("over")
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(came) == ["asked", "over", "over", "over"] and RefundTotal.objects.get().reserved_fen == 20000
