"""At the same moment, on real transactions: one payment asked for by many, and voided meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from tests.world import World
from wuyefei.edges.sandbox.public import InvoiceCounterpart, Keyring
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock
from wuyefei.money.invoices.public import Invoice, InvoiceLine, put, queue
from wuyefei.money.payments.public import ask_void

from .conftest import NOON, build
from .support import ask, books_hold, take


@pytest.mark.django_db(transaction=True)
def test_many_ask_many_send_and_one_voids(provider: InvoiceCounterpart, keys: Keyring) -> None:
    """One invoice of a payment, whoever asks; one document at the provider, however many put it; a void comes wholly before
    or not at all."""
    world: World = build(keys)
    provider.clock = lambda: NOON
    with clock.at(NOON):
        payment, other = take(world, 10000, key="a"), take(world, 15375, key="b")
        request = ask_void(other.pk, actor=world["cashier"], reason="录错")
        sent = ask(world, payment)
        queue(sent.pk, actor=world["finance"])
    came: list[str] = []

    def act(one: Callable[[], object]) -> None:
        try:
            with clock.at(NOON):
                one()
            came.append("done")
        except DomainError as error:
            came.append(error.code)
        finally:
            connection.close()

    asking = [lambda: ask(world, other)] * 4
    acts = [*asking[:2], lambda: decide(request.pk, approved=True, actor=world["lead"]), *asking[2:], *[lambda: put(sent.pk)] * 3]
    threads = [threading.Thread(target=act, args=(one,)) for one in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.refresh_from_db()
    asked = Invoice.objects.exclude(pk=sent.pk).count()
    assert asked == (0 if other.voided_at else 1)
    assert came.count("done") == 4 and came.count("invoiced_first") == asked
    assert came.count("nothing_to_invoice") == 4 - asked
    assert len(provider.documents) == 1 and Invoice.objects.get(pk=sent.pk).state == "issued"
    held = list(InvoiceLine.objects.filter(live=True).values_list("allocation_id", flat=True))
    assert len(held) == len(set(held))
    with clock.at(NOON):
        books_hold(world)
