"""What one process does to the books of a day of payments: it prepares the day, makes the rounds, and says what it finds."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, Sum

from tests.scenarios.month import publish
from wuyefei.edges.sandbox.public import Keyring, install
from wuyefei.foundation.access.actor import PORTAL, service_actor
from wuyefei.foundation.access.models import Organisation
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.public import Receivable, open_bills
from wuyefei.money.cashdesk.public import open_shift
from wuyefei.money.channels.actions.rounds import make_rounds
from wuyefei.money.channels.models import Refund
from wuyefei.money.channels.public import Order, OrderRequest, start_order
from wuyefei.money.channels.tasks import rounds
from wuyefei.money.ledger.public import Leg
from wuyefei.money.payments.public import Payment
from wuyefei.money.receipts.public import Receipt

from . import company

LATER = company.MOMENT + dt.timedelta(hours=1)
"""When every order that nobody spoke of has expired and is asked for."""


def open_the_day(flats: int, orders: int, keys: dict[str, str]) -> dict[str, Any]:
    """A published month, both channels, a cashier at the desk; so many bills wait at the wallets, the rest at the desk.
    Runs before the day, with nobody disturbing."""
    world = company.settled(flats)
    with clock.at(dt.datetime(2026, 1, 2, 9, tzinfo=CHINA)):
        publish(world, "2026-01")
    install(world.organisation.pk, Keyring(**keys))
    open_shift(world.community.pk, 0, actor=company.by("cashier"))
    portal = service_actor(world.organisation.pk, PORTAL)
    bills = sorted(open_bills(portal, clock.today(), receivable_ids=list(Receivable.objects.values_list("pk", flat=True))), key=lambda bill: bill.id)
    begun = [
        start_order(
            OrderRequest(bill.property_id, bill.payer_id, (bill.id,), bill.total_fen, ("wechat", "alipay")[n % 2], f"order-{n:06d}", "qr"),
            actor=portal,
        )
        for n, bill in enumerate(bills[:orders])
    ]  # fmt: skip
    return {
        "desk": [[bill.property_id, bill.payer_id, bill.id, bill.total_fen] for bill in bills[orders:]],
        "orders": [[order.number, order.channel, order.setup.token, order.bills.get().receivable_id, order.amount_fen] for order in begun],
    }


def queue_rounds() -> None:
    """What the clock does every twenty seconds."""
    rounds.defer(timestamp=0)


def close_the_day() -> dict[str, Any]:
    """The rounds until nothing is under way; then what the books say of each payment, order and refund."""
    with clock.at(LATER):
        while make_rounds(None):
            pass
    payments = Payment.objects.values("client_key").annotate(n=Count("pk"), fen=Sum("amount_fen")).order_by("client_key")
    refunds = Refund.objects.values("order__number").annotate(n=Count("pk"), fen=Sum("amount_fen")).order_by("order__number")
    found = [run_checks(one.pk).first for one in Organisation.objects.order_by("pk")]
    legs = Leg.objects.values("account").annotate(fen=Sum("amount_fen"))
    return {
        "payments": {row["client_key"]: [row["n"], row["fen"]] for row in payments},
        "orders": dict(Order.objects.values_list("number", "state")),
        "refunds": {row["order__number"]: [row["n"], row["fen"]] for row in refunds},
        "refund_states": sorted(set(Refund.objects.values_list("state", flat=True))),
        "receipts": [Receipt.objects.count(), Receipt.objects.values("number").distinct().count()],
        "legs": {row["account"]: row["fen"] for row in legs},
        "findings": [f"{one.check} {one.table} {one.row_id}" for one in found if one is not None],
    }  # fmt: skip
