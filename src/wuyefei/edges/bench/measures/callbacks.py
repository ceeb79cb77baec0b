"""Notices of payment over HTTP by many clients at once, beside pgbench with the statements that have to be sent for each.

The program is served as an installation serves it, by two processes; every notice is signed by the provider's key, sealed, sent
over a connection that stays open, verified, booked and answered. pgbench keeps as many clients busy with the same statements,
prepared, in the same transaction, for orders of their own: one notice is taken in this process, what it sends is listened to, and
``VALUES`` says what stands in each of its places. A statement more, or a value more, and the measurement refuses. The signatures are
made before the clocks run.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection, transaction
from psycopg.types.json import Jsonb

from wuyefei.edges.sandbox.public import Counterpart, Keyring, Lie, Trade, WeChatCounterpart, install, make
from wuyefei.foundation import environment
from wuyefei.foundation.access.actor import PORTAL, service_actor
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock
from wuyefei.money.channels.public import ChannelSetup, Order, take_notice

from ..estate import found, settle
from ..ground import analyse, owner_url, program
from ..harness import Figure, measurement, note, noted, timed
from .publishing import Stages, bill

CLIENTS, PROCESSES, COMMUNITIES = 32, 2, 8
"""Receipts are numbered without a gap by community: within one, payments wait for each other's commit, here as there."""
Notice = tuple[dict[str, str], bytes]

ORDERS = """
WITH made AS (
  INSERT INTO channels_order (organisation_id, community_id, setup_id, channel, entry_point, payer_id, property_id, number, token,
    client_key, amount_fen, return_url, created_at, expires_at, made_by_id, state, ask_error, transaction_id)
  SELECT %(organisation)s, community_id, %(setup)s, 'wechat', 'phone', payer_id, property_id, 'WYBENCH' || lpad(property_id::text, 12, '0'),
    'token-' || property_id, 'bench-' || property_id, sum(amount_fen), '', now(), now() + interval '1 day', %(user)s, 'created', '', ''
  FROM billing_receivable GROUP BY community_id, payer_id, property_id ORDER BY md5(property_id::text)
  RETURNING id, property_id, payer_id)
INSERT INTO channels_orderbill (order_id, receivable_id, position, due_fen)
SELECT m.id, r.id, row_number() OVER (PARTITION BY m.id ORDER BY r.id) - 1, r.amount_fen
FROM made m JOIN billing_receivable r ON r.property_id = m.property_id AND r.payer_id = m.payer_id"""
"""An order for all that each household owes, as the owner's page begins one."""


@measurement("callbacks", "支付通知经 HTTP 入账，32 个客户端，对照 pgbench 送同样的语句", 3200, apart=True)
def callbacks(count: int) -> Iterator[Figure]:
    count = max(1, count // CLIENTS) * CLIENTS
    keys = make()
    with noted(f"建立 {2 * count} 张待付订单，签好一半的通知"):
        setup = _company(2 * count + 1, keys)
        first, *orders = Order.objects.order_by("pk")[: 2 * count + 1]
        notices = [_notice(WeChatCounterpart(keys), order) for order in orders[:count]]
        analyse()
    with _served() as port:
        ours = timed(lambda: _send(port, f"/pay/notify/{setup.token}", notices))
    paid = Order.objects.filter(state="paid", payment__receipt__isnull=False)
    assert paid.count() == count, paid.count()
    sent = _listened(setup, _notice(WeChatCounterpart(keys), first))
    each = _pgbench(setup, orders[count:], sent)
    assert paid.count() == 2 * count + 1
    note(f"每秒 {count / ours:.0f} 个通知，pgbench 每秒 {1 / each:.0f} 个")
    yield Figure("callbacks_rate", count, ours, each * count, 0.4)


def _company(homes: int, keys: Keyring) -> ChannelSetup:
    os.environ["WUYEFEI_DEMO"] = "1"
    firm = found()
    for number in range(COMMUNITIES):
        place = settle(firm, f"甲{number}", -(-homes // COMMUNITIES))
        bill(firm, place.pk, firm.month, Stages.fresh())
    [setup] = [one for one in install(firm.organisation.pk, keys) if one.channel == "wechat"]
    values = {"organisation": firm.organisation.pk, "setup": setup.pk, "user": firm.maker.user_id}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ORDERS, values)
    return setup


def _notice(side: Counterpart, order: Order) -> Notice:
    trade = Trade("wechat", order.number, order.amount_fen, "", "", "", "", state="paid")
    trade.transaction_id, trade.paid_at = f"42{order.pk:026d}", clock.now().isoformat(timespec="seconds")
    return side.notice(trade, Lie(at=clock.now()))


@contextmanager
def _served() -> Iterator[int]:
    """The pages on a port of this machine; no worker beside."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "wuyefei.edges.cli.main", "serve", "--port", str(port), "--workers", str(PROCESSES), "--no-worker"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while not _answers(port):
            if time.monotonic() > until or server.poll() is not None:
                raise DomainError("bench_no_server", "测量用的服务没有启动。")
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def _answers(port: int) -> bool:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request("GET", "/static/shell/tokens.css")
        return line.getresponse().status == 200
    except OSError:
        return False
    finally:
        line.close()


def _send(port: int, path: str, notices: list[Notice]) -> None:
    """All of them, by the clients side by side. Raises ``DomainError`` where one was not taken."""
    wrong: list[str] = []
    threads = [threading.Thread(target=_client, args=(port, path, notices[place::CLIENTS], wrong)) for place in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise DomainError("bench_refused", "有通知没有被接受：{answer}", answer=wrong[0])


def _client(port: int, path: str, notices: list[Notice], wrong: list[str]) -> None:
    """One connection, one notice after the other; written plainly, so that the clients leave the processors to the two sides."""
    if not notices:
        return
    with socket.create_connection(("127.0.0.1", port), 60) as line:
        answers = line.makefile("rb")
        for headers, body in notices:
            said = {**headers, "Host": f"127.0.0.1:{port}", "Content-Length": str(len(body))}
            head = f"POST {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in said.items()) + "\r\n"
            line.sendall(head.encode() + body)
            status, length = answers.readline().split()[1], 0
            while (field := answers.readline().strip()):
                if field.lower().startswith(b"content-length:"):
                    length = int(field.split(b":")[1])
            answer = answers.read(length)
            if status != b"200":
                wrong.append(f"{status.decode()} {answer.decode()[:200]}")
                return


BENCH = """
CREATE TABLE bench_order AS SELECT row_number() OVER (ORDER BY o.id) AS n, o.id AS o, o.community_id AS place, o.property_id AS h, o.payer_id AS p, o.amount_fen AS fen, o.number,
  array_agg(b.receivable_id ORDER BY b.position)::text AS ids, array_agg(b.due_fen ORDER BY b.position)::text AS sums,
  array_agg(greatest(r.due_on, current_date) ORDER BY b.position)::text AS dues
  FROM channels_order o JOIN channels_orderbill b ON b.order_id = o.id JOIN billing_receivable r ON r.id = b.receivable_id
  WHERE o.id = ANY(%s) GROUP BY o.id;
CREATE UNIQUE INDEX ON bench_order (n);
CREATE SEQUENCE bench_turn;
ANALYZE bench_order"""
TURN = """
SELECT nextval('bench_turn') AS n \\gset
SELECT o, place, h, p, fen, number, ids, sums, dues FROM bench_order WHERE n = :n \\gset
"""
"""Whose turn it is: what ours is told by the notice."""
UNDER_LOCK = 3
"""The transaction begins with this statement."""
PAYMENT, RECEIPT = ":desk_nextval", ":counter_nextval"
ALLOCATION = ":firm :place {payment} (:ids::bigint[])[{n}] 'principal' (:sums::bigint[])[{n}] 0 :today now() NULL NULL"
AUDIT = ":firm :place :portal '业主端' now() {action} NULL {after} '' :firm :place {kind} {data} now() NULL"
VALUES: list[str | dict[str, str]] = [
    ":token", ":firm 'portal'", ":firm",
    ":number :setup", ":o", "'order:'||:number :p :h :firm", ":ids :place",
    {"as_of": ":today", "organisation": ":firm", "communities": ":places", "receivables": ":ids"},
    ":firm :place 'receipt' :year 1 'receipts_receipt'",
    " ".join([
        f"{PAYMENT} :firm :place :p :h 'online' :fen :today now() :portal 'order:'||:number NULL {RECEIPT} 'order-'||:number NULL",
        f"{RECEIPT} :firm :place :year :counter_value 'C-'||:place::text||'-'||:counter_value::text 'bench-'||:o::text :fen :json9_23 now() NULL ''",
        f"{PAYMENT} 'wechat' :fen", *(ALLOCATION.format(payment=PAYMENT, n=n) for n in (1, 2, 3)),
    ]),
    {"ids": ":ids", "booked_by": "NULL"}, ":ids '{0,0,0}' '{0,0,0}' '{0,0,0}' :dues '{NULL,NULL,NULL}'",
    f":firm :place :today now() 'payment.take' {PAYMENT} 'payment-'||{PAYMENT}::text :portal :place '{{1012,1122}}' ARRAY[:fen::bigint,-:fen::bigint]",
    AUDIT.format(action=f"'payment.take' 'payment' {PAYMENT} 'payment-'||{PAYMENT}::text", after=":json13_10", kind="'payment.taken'", data=":json13_15"),
    f"'paid' now() :fen now() 'bench'||:o::text {PAYMENT} :o",
    AUDIT.format(action="'channel.confirmed' 'order' :o :number", after=":json15_10", kind="'channel.paid'", data=":json15_15"),
    ":setup 'bench'||:o::text :number 'paid' :fen 'bench'||:o::text 'taken' now()",
]  # fmt: skip
"""By statement of a notice, the values in their places; a value has no blank in it. ``:json…`` are those of the notice listened to."""
KEPT = {5: "\\gset desk_", 8: "\\gset counter_"}
"""Statements whose answer the later ones use."""
Sent = tuple[str, Any]


def _listened(setup: ChannelSetup, notice: Notice) -> list[Sent]:
    """What the program sends for one notice."""
    sent: list[Sent] = []

    def listen(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        sent.append((sql, params))
        return execute(sql, params, many, context)

    os.environ["WUYEFEI_SANDBOX"] = "http://127.0.0.1:9"
    try:
        with connection.execute_wrapper(listen):
            status, _kind, answer = take_notice(setup.token, *notice)
    finally:
        del os.environ["WUYEFEI_SANDBOX"]
    if status != 200:
        raise DomainError("bench_refused", "有通知没有被接受：{answer}", answer=answer)
    return sent


def _script(sent: list[Sent]) -> str:
    """Those statements for pgbench, their values as ``VALUES`` says. Raises ``DomainError`` where they no longer are those."""
    if len(sent) != len(VALUES):
        raise DomainError("bench_differs", "一个通知送出 {sent} 条语句，对照的脚本是 {script} 条。", sent=len(sent), script=len(VALUES))
    lines = [TURN]
    for place, ((sql, _params), values) in enumerate(zip(sent, VALUES, strict=True)):
        if place == UNDER_LOCK:
            lines.append("BEGIN;")
        filled = sql % values if isinstance(values, dict) else sql % tuple(values.split(" "))
        lines.append(f"{filled.strip()} {KEPT.get(place, ';')}")
    return "\n".join([*lines, "COMMIT;", ""])


def _told(sent: list[Sent]) -> dict[str, str]:
    """The documents that the notice listened to wrote."""
    found = {}
    for place, (_sql, params) in enumerate(sent):
        for at, value in enumerate(params if isinstance(params, list) else ()):
            if isinstance(value, Jsonb):
                found[f"json{place}_{at}"] = json.dumps(value.obj, ensure_ascii=False)
    return found


def _pgbench(setup: ChannelSetup, orders: list[Order], sent: list[Sent]) -> float:
    """Seconds an order."""
    with psycopg.connect(owner_url(), autocommit=True) as owner:
        for statement in BENCH.split(";"):
            owner.execute(statement.encode(), [[order.pk for order in orders]] if "%s" in statement else None)
    script = environment.home() / "callbacks.sql"
    script.write_text(_script(sent), "utf-8")
    portal = service_actor(setup.organisation_id, PORTAL)
    facts = {
        "setup": setup.pk, "token": setup.token, "firm": setup.organisation_id, "year": clock.today().year, "today": clock.today(),
        "portal": portal.user_id, "places": "{" + ",".join(map(str, sorted(portal.seen))) + "}", **_told(sent),
    }  # fmt: skip
    command = [program("pgbench"), "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", str(PROCESSES), "-t", str(len(orders) // CLIENTS), "-f", str(script)]
    command += [f"-D{name}={value}" for name, value in facts.items()]
    done = subprocess.run([*command, owner_url()], capture_output=True, text=True, check=False)
    tps = re.search(r"tps = ([\d.]+)", done.stdout)
    if done.returncode or tps is None or "failed transactions: 0 " not in done.stdout:
        raise DomainError("pgbench_failed", "pgbench 没有做完：{reason}", reason=(done.stderr or done.stdout)[-500:])
    return 1 / float(tps[1])
