"""A community that debits, two payers who have signed, and files as the bank gives them back. Everything is invented."""

from __future__ import annotations

import datetime as dt

from tests.scenarios.month import publish
from tests.world import World, make_world
from wuyefei.foundation.platform import clock
from wuyefei.money.debits.public import (
    DebitBatch,
    Mandate,
    MandateDraft,
    TermsDraft,
    make_batch,
    save_terms,
    send,
    sign,
)
from wuyefei.money.debits.rules.layouts import CSV_COLUMNS

D = dt.date.fromisoformat
SIGNED, TODAY = D("2026-01-05"), D("2026-01-15")
ACCOUNTS = {"陆小满": "6200000000010001", "沈秋白": "6200000000020002", "顾予安": "6200000000030003"}
TERMS = TermsDraft("QY20260001", "物业费", "csv", CSV_COLUMNS, "csv", "", "E4=余额不足", 2, 5)
HEAD = "商户明细号,账号,扣款金额,实扣金额,扣款结果,失败原因,扣款日期\n"


def debiting(limits: dict[str, int | None]) -> World:
    """January of 250.00 + parking 150.00, 223.88 and 300.90 is owed; those named have signed, with the limits given."""
    with clock.at(D("2026-01-02")):
        world = make_world()
        publish(world, "2026-01")
    with clock.at(SIGNED):
        save_terms(world.community.pk, TERMS, actor=world["lead"])
        for name, limit in limits.items():
            signed(world, name, limit)
    return world


def signed(world: World, name: str, limit: int | None = None) -> Mandate:
    draft = MandateDraft(bank="桂语银行城南支行", holder=name, account=ACCOUNTS[name], signed_on=clock.today(), limit_fen=limit)
    return sign(world.people[name].pk, draft, actor=world["cashier"])


def sent(world: World, on: dt.date = TODAY) -> DebitBatch:
    return send(make_batch(world.community.pk, on, actor=world["finance"]).pk, actor=world["finance"])


def row(number: str, asked: str, got: str, result: str, reason: str = "", account: str = "", on: str = "2026-01-15") -> str:
    return f"{number},{account},{asked},{got},{result},{reason},{on}\n"


def back(*rows: str) -> bytes:
    return (HEAD + "".join(rows)).encode("gb18030")
