"""A disk on which nothing more goes: a payment is refused in plain words, nothing of it is there, and once there is room the
same payment and the same notice go through, once."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import psycopg
import pytest

from wuyefei.edges.sandbox.public import Lie, Sandbox
from wuyefei.foundation.embedded.public import status

from .company import MOMENT
from .ground import Ground, own_database
from .money import LATER
from .traffic import Day

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600), pytest.mark.wide]
BOOKS = ("payments_payment", "payments_tender", "payments_allocation", "receipts_receipt", "ledger_entry", "ledger_leg", "platform_auditentry",
         "platform_outboxevent", "channels_noticelog", "cashdesk_shiftpayment")  # fmt: skip
NEEDED = ("payments_allocation", "cashdesk_shiftpayment")
"""Tables still empty into which a payment writes: one amid its rows, and one by its last statement."""


@contextmanager
def full(ground: Ground, table: str) -> Iterator[None]:
    """The kernel itself answers every write into the table with ENOSPC: its file is the device that is always full."""
    with psycopg.connect(ground.awake(), autocommit=True) as found:
        found.execute("CHECKPOINT")  # nothing of the real file waits to be written
        row = found.execute("SELECT pg_relation_filepath(%s)", [table]).fetchone()
    with own_database():
        data = status(ground.home).data
    assert row is not None and data is not None
    file = Path(data) / row[0]
    aside = file.with_name(f"{file.name}.aside")
    assert file.stat().st_size == 0
    file.rename(aside)
    file.symlink_to("/dev/full")
    os.lchown(file, aside.stat().st_uid, aside.stat().st_gid)
    try:
        yield
    finally:
        file.unlink()
        aside.rename(file)


def rows(ground: Ground) -> dict[str, int]:
    with psycopg.connect(ground.awake(), autocommit=True) as found:
        return {name: found.execute(f"SELECT count(*) FROM {name}".encode()).fetchone()[0] for name in BOOKS}  # type: ignore[index]


def test_a_payment_finds_the_disk_full(ground: Ground, sandbox: Sandbox) -> None:
    facts = ground.call("open_the_day", flats=4, orders=1, keys=asdict(sandbox.wechat.keys))
    sessions = {"cashier": ground.call("sign_in", username="cashier")}
    [name, channel, token, _bill, fen] = facts["orders"][0]
    property_id, payer_id, bill, due = facts["desk"][0]
    form = {"property": property_id, "payer": payer_id, "bill": bill, "due_fen": due, "client_key": "faults-disk-full-1", "cash": f"{due / 100:.2f}"}
    with ground.site() as site:
        day = Day(sandbox, lambda: site.port, ground.awake(), sessions, random.Random(0))
        side = day.side(channel)
        side.pay(name, MOMENT)

        def tell() -> int:
            headers, body = side.notice(side.trades[name], Lie(at=MOMENT))
            return day.send(f"/pay/notify/{token}", headers, body)[0]

        before = rows(ground)
        for table in NEEDED:
            with full(ground, table):
                site.begin()
                code, words = day.post("cashier", "/cashdesk/take", form)
                assert code == 507 and "磁盘已满，这一步没有保存" in json.loads(words)["text"], words
                if table == "payments_allocation":
                    assert tell() == 507
                site.end()
            assert rows(ground) == before, table
        site.begin()
        assert day.post("cashier", "/cashdesk/take", form)[0] == 200 and day.post("cashier", "/cashdesk/take", form)[0] == 200
        assert tell() == 200 and tell() == 200
    for side in sandbox.counterparts:
        side.clock = lambda: LATER
    books = ground.call("close_the_day")
    assert books["payments"] == {"faults-disk-full-1": [1, due], f"order:{name}": [1, fen]} and books["findings"] == []
    assert ground.run("verify") == 0, ground.words()
