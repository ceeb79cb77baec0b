"""A day of mixed payments, notices and refunds while web, worker and database are killed outright at random points: every
payment that anybody was told of is there exactly once, what was never answered at most once, and ``verify`` holds."""

from __future__ import annotations

import os
import random
import signal
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from wuyefei.edges.sandbox.public import Sandbox
from wuyefei.money.ledger.public import Account

from .doom import postmaster
from .ground import Ground, Site, gone
from .money import LATER
from .traffic import Day

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(3600), pytest.mark.long]
LONG = bool(os.environ.get("WUYEFEI_TEST_LONG"))
ROUNDS = 20
ACTS, KILLS, CLIENTS = (1000, 12, 4) if LONG else (40, 3, 4)
"""Payments, notices and refunds together: half at the desk, three in ten told by a provider, two in ten given back."""
VICTIMS = ("answering", "worker", "database", "server")
SEEDS = range(ROUNDS)


class Keeper:
    """Keeps the pages and a worker running, and kills by the dice: each death at a number of acts done, then within the
    next fraction of a second."""

    def __init__(self, ground: Ground, site: Site, dice: random.Random) -> None:
        self.ground, self.site, self.dice = ground, site, dice
        self.worker = 0
        self.deaths = sorted(dice.sample(range(1, ACTS * 9 // 10), KILLS))
        self.victims = [VICTIMS[n % len(VICTIMS)] for n in range(KILLS)]
        dice.shuffle(self.victims)
        self.struck: list[str] = []

    def port(self) -> int:
        return self.site.port

    def keep(self, day: Day, clients: list[Any]) -> None:
        while any(client.is_alive() for client in clients):
            self.see_to_it()
            if self.deaths and day.done >= self.deaths[0]:
                self.deaths.pop(0)
                time.sleep(self.dice.uniform(0.0, 0.2))
                self.strike(self.victims[len(self.struck)])
            time.sleep(0.01)

    def see_to_it(self) -> None:
        if not self.site.pid or gone(self.site.pid):
            self.site.end()
            self.site.begin()
        if not self.worker or gone(self.worker):
            if self.worker:
                self.ground.wait(self.worker)
            self.worker = self.ground.start_worker(first="queue_rounds")

    def strike(self, victim: str) -> None:
        """The database is started again by whoever looks after it; the others by ``see_to_it``, or by the server itself."""
        pid = {"server": lambda: self.site.pid, "answering": self.answering, "worker": lambda: self.worker, "database": lambda: postmaster(self.ground.home)}[victim]()
        os.kill(pid, signal.SIGKILL)
        self.struck.append(victim)
        if victim == "database":
            self.ground.awake()

    def answering(self) -> int:
        """The process that answers requests, a child of the one that serves."""
        while not (found := Path(f"/proc/{self.site.pid}/task/{self.site.pid}/children").read_text().split()):
            time.sleep(0.01)
        return int(found[0])

    def end(self) -> None:
        if self.worker:
            self.ground.wait(self.worker)


def ended_well(books: dict[str, Any], day: Day, sandbox: Sandbox) -> None:
    """The books beside what those outside know: the payers, the wallets, the providers."""
    assert books["findings"] == [] and set(books["orders"].values()) == {"paid"} and books["refund_states"] == ["done"]
    booked = books["payments"]
    assert all(count == 1 for count, _fen in booked.values())
    certain = day.taken | {f"order:{trade.number}": trade.amount_fen for side in sandbox.counterparts for trade in side.trades.values()}
    assert {key: booked[key][1] for key in certain} == certain
    assert booked.keys() - certain.keys() <= day.unsure.keys() and all(booked[key][1] == day.unsure[key] for key in booked.keys() - certain.keys())
    assert {f"order:{name}" for name in (*day.told, *day.never_told)} <= certain.keys()
    returned = {trade.number: list(trade.refunds.values()) for side in sandbox.counterparts for trade in side.trades.values() if trade.refunds}
    assert returned == {name: [fen] for name, fen in day.approved.items()}, "the provider gave each back once"
    assert books["refunds"] == {name: [1, fen] for name, fen in day.approved.items()}
    assert books["receipts"] == [len(booked), len(booked)]
    legs, took = books["legs"], sum(fen for _count, fen in booked.values())
    assert sum(legs[one] for one in (Account.CASH.value, Account.CHANNEL.value) if one in legs) == took - sum(day.approved.values()), legs


@pytest.mark.parametrize("seed", SEEDS)
def test_a_day_of_payments(ground: Ground, sandbox: Sandbox, seed: int) -> None:
    dice = random.Random(400 + seed)
    online, refunds = ACTS * 3 // 10, ACTS // 5
    facts = ground.call("open_the_day", flats=ACTS - refunds, orders=online, keys=asdict(sandbox.wechat.keys))
    sessions = {name: ground.call("sign_in", username=name) for name in ("cashier", "finance", "lead")}
    with ground.site() as site:
        keeper = Keeper(ground, site, dice)
        keeper.see_to_it()
        day = Day(sandbox, keeper.port, ground.awake(), sessions, dice)
        desk = [lambda n=n, home=home: day.pay_at_desk(n, home) for n, home in enumerate(facts["desk"][: ACTS - online - refunds])]
        wallets = [lambda n=n, one=one: day.pay_online(n, one, n % 3 < 2) for n, one in enumerate(facts["orders"])]
        acts = [*desk, *wallets]
        dice.shuffle(acts)
        day.put(*acts)
        keeper.keep(day, day.begin(CLIENTS))
        keeper.end()
    assert not day.broken and len(keeper.struck) == KILLS, (day.broken, keeper.struck)
    for side in sandbox.counterparts:
        side.clock = lambda: LATER
    ended_well(ground.call("close_the_day"), day, sandbox)
    assert ground.run("verify") == 0, ground.words()
