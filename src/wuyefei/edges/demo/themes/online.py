"""Payments by phone of the last days, and their reconciliation: settled days, a noted difference, one that stands open; and the
tax invoices of ``invoicing``, whose provider stands behind the same door.

The providers' counterparts are kept in memory while a month is lived, so that a build broken off leaves nothing with them; at the
end their trades are put where the served sandbox finds them.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property, partial

from wuyefei.edges.sandbox.public import Sandbox, Trade, install, keep
from wuyefei.foundation import environment
from wuyefei.foundation.access.actor import PORTAL, service_actor
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.kernel.dates import DAY, Month
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import OpenBill, Receivable, open_bills
from wuyefei.money.channels.public import ChannelSetup, OrderRequest, ask_provider, start_order
from wuyefei.money.reconciliation.public import Difference, reconcile, resolve

from .. import cast
from ..scene import Act, Scene
from . import invoicing
from .files import in_parts

DAYS, EACH_DAY = 6, 2
MISSING, TESTED = 1, 4
"""Days ago on which the provider's file leaves a payment out, and has one that is not ours."""
AMONG = 60
TEST_ORDER = "WYTEST0000000001"
NOTE = "渠道联调时的一元测试单，已与渠道客服核对，次日原路退回"


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    at, today = scene.calendar.at, scene.calendar.today
    if scene.place.prefix != cast.GROUP.places[0].prefix or month != scene.calendar.month or month == scene.started:
        return
    till = Till(scene)
    days = [day for back in range(DAYS, 0, -1) if Month.of(day := today - DAY * back) == month]
    for day in days:
        for number in range(EACH_DAY):
            yield Act(at(day, 12 + 6 * number, 25), partial(till.pay, number))
        if day == today - DAY * TESTED:
            yield Act(at(day, 16), till.test)
        if day != days[-1]:
            yield Act(at(day + DAY, 9), partial(till.reconcile, day))
    if days:
        yield Act(at(today, 9, 25), partial(till.settle, days))
    yield from invoicing.acts(scene, till.open)
    yield Act(at(today, 9, 27), till.close)


class Till:
    """The phone till of a place while its month is lived."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    @cached_property
    def sandbox(self) -> Sandbox:
        """The counterparts, with the organisation's channels set up on them."""
        keys = keep(environment.home() / "secrets")
        install(self.scene.community.organisation_id, keys)
        return Sandbox(keys).start()

    @property
    def setup(self) -> ChannelSetup:
        return ChannelSetup.objects.get(organisation_id=self.scene.community.organisation_id, channel="wechat")

    @contextmanager
    def open(self) -> Iterator[Sandbox]:
        """The providers at the moment that is being lived."""
        before, now = os.environ.get("WUYEFEI_SANDBOX"), clock.now()
        for side in self.sandbox.counterparts:
            side.clock = lambda: now
        self.sandbox.invoices.clock = lambda: now
        os.environ["WUYEFEI_SANDBOX"] = self.sandbox.url
        try:
            yield self.sandbox
        finally:
            if before is None:
                del os.environ["WUYEFEI_SANDBOX"]
            else:
                os.environ["WUYEFEI_SANDBOX"] = before

    def pay(self, number: int) -> None:
        """One payer pays on the phone what stands open for a home."""
        bills = self._owed(number)
        if not bills:
            return
        place, due = self.scene.community, sum(bill.total_fen for bill in bills)
        key = f"demo-{self.scene.place.prefix}-{clock.today():%Y%m%d}-{number}"
        request = OrderRequest(bills[0].property_id, bills[0].payer_id, tuple(bill.id for bill in bills), due, "wechat", key, "phone")
        with self.open() as sandbox:
            order = start_order(request, actor=service_actor(place.organisation_id, PORTAL))
            sandbox.wechat.pay(order.number, at=clock.now())
            ask_provider(order)

    def _owed(self, number: int) -> list[OpenBill]:
        scene, today = self.scene, clock.today()
        rows = Receivable.objects.filter(
            community_id=scene.community.pk, outstanding_fen__gt=0, reversed_at__isnull=True, due_on__lt=today, payer__kind="individual"
        )
        found = list(dict.fromkeys(rows.order_by("-due_on", "property__sort_key", "pk").values_list("payer_id", "property_id")))[:AMONG]
        if not found:
            return []
        payer_id, home_id = scene.dice("phone", today, number).choice(found)
        bills = open_bills(scene[Role.FINANCE], today, payer_ids=[payer_id])
        apart = in_parts(scene)
        return [bill for bill in bills if bill.property_id == home_id and bill.service_from <= today and not bill.held and bill.id not in apart]

    def test(self) -> None:
        """Somebody tried the merchant account by hand: the provider's file has it, we do not."""
        side = self.sandbox.wechat
        side.open(Trade("wechat", TEST_ORDER, 100, "联调测试", "", "", ""))
        side.pay(TEST_ORDER, at=clock.now())

    def reconcile(self, day: dt.date) -> None:
        with self.open():
            reconcile(self.setup.pk, day, actor=self.scene[Role.FINANCE])
        for one in Difference.objects.filter(channel_day__day=day, number=TEST_ORDER, closed_at__isnull=True):
            resolve(one.pk, NOTE, actor=self.scene[Role.FINANCE])

    def settle(self, days: list[dt.date]) -> None:
        """This morning: yesterday's file, which leaves a payment out, and the days whose money the bank's statement has."""
        trades = self.sandbox.wechat.trades
        left = {number: trade for number, trade in trades.items() if trade.paid_at.startswith(f"{clock.today() - DAY * MISSING}")}
        last = list(left)[-1:] if len(left) > 1 else []
        held = {number: trades.pop(number) for number in last}
        for day in days:
            self.reconcile(day)
        trades.update(held)

    def close(self) -> None:
        """What the providers know is put where the served ones find it."""
        self.sandbox.keep_in(environment.home())
        self.sandbox.stop()
