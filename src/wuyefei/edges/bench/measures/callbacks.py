"""Notices of payment over HTTP by many clients at once, beside pgbench with the statements that have to be sent for each.

The program is served as an installation serves it, by two processes; every notice is signed by the provider's key, sealed, sent
over a connection that stays open, verified, booked and answered. pgbench keeps as many clients busy with a script of prepared
statements that find and lock the order, lock its bills, write payment, tender, allocations, bills, entry, receipt, audit, outbox and
the notice itself for orders of their own. The signatures are made before the clocks run.
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
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection, transaction

from wuyefei.edges.sandbox.public import Counterpart, Keyring, Lie, Trade, WeChatCounterpart, install, make
from wuyefei.foundation import environment
from wuyefei.foundation.access.actor import PORTAL, service_actor
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock
from wuyefei.money.channels.public import ChannelSetup, Order
from wuyefei.money.receipts.public import Receipt

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
        setup = _company(2 * count, keys)
        orders = list(Order.objects.order_by("pk")[: 2 * count])
        notices = [_notice(WeChatCounterpart(keys), order) for order in orders[:count]]
        analyse()
    with _served() as port:
        ours = timed(lambda: _send(port, f"/pay/notify/{setup.token}", notices))
    paid = Order.objects.filter(state="paid", payment__receipt__isnull=False)
    assert paid.count() == count, paid.count()
    each = _pgbench(setup, orders[count:])
    assert paid.count() == 2 * count
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
  array_agg(b.receivable_id ORDER BY b.position)::text AS ids, array_agg(b.due_fen ORDER BY b.position)::text AS sums
  FROM channels_order o JOIN channels_orderbill b ON b.order_id = o.id WHERE o.id = ANY(%s) GROUP BY o.id;
CREATE UNIQUE INDEX ON bench_order (n);
CREATE SEQUENCE bench_turn;
ANALYZE bench_order"""
SCRIPT = """
SELECT nextval('bench_turn') AS n \\gset
SELECT o, place, h, p, fen, number, ids, sums FROM bench_order WHERE n = :n \\gset
SELECT id, organisation_id, community_id, channel, facts, secrets FROM channels_channelsetup WHERE token = :setup_token;
SELECT id, name, organisation_id, service FROM access_user WHERE organisation_id = :firm AND service = 'portal';
SELECT c.id, c.name, f.name FROM access_community c JOIN access_organisation f ON f.id = c.organisation_id WHERE f.id = :firm;
BEGIN;
SELECT id FROM channels_order WHERE number = :number AND setup_id = :setup;
SELECT id FROM channels_order WHERE id = :o FOR UPDATE;
SELECT * FROM channels_order WHERE id = :o;
SELECT receivable_id FROM channels_orderbill WHERE order_id = :o ORDER BY position;
SELECT h.id, h.code, c.name, c.receipt_prefix, q.name FROM properties_property h JOIN access_community c ON c.id = h.community_id
  JOIN people_person q ON q.id = :p WHERE h.id = :h;
SELECT id FROM payments_payment WHERE organisation_id = :firm AND client_key = 'order:' || :number;
SELECT id, outstanding_fen FROM billing_receivable WHERE id = ANY(:ids::bigint[]) ORDER BY id FOR UPDATE;
INSERT INTO platform_counter (organisation_id, community_id, kind, year, value) VALUES (:firm, :place, 'receipt', :year, 1)
  ON CONFLICT (organisation_id, community_id, kind, year) DO UPDATE SET value = platform_counter.value + 1 RETURNING value AS serial \\gset
INSERT INTO payments_payment (organisation_id, community_id, payer_id, property_id, kind, amount_fen, value_date, booked_at, booked_by_id,
  client_key, remark) VALUES (:firm, :place, :p, :h, 'online', :fen, current_date, now(), :portal, 'order:' || :number, '') RETURNING id AS payment \\gset
INSERT INTO payments_tender (payment_id, method, amount_fen) VALUES (:payment, 'wechat', :fen);
INSERT INTO payments_allocation (organisation_id, community_id, payment_id, receivable_id, part, amount_fen, value_date, booked_at)
  SELECT :firm::bigint, :place::bigint, :payment::bigint, u.id, 'principal', u.fen, current_date, now() FROM unnest(:ids::bigint[], :sums::bigint[]) u(id, fen);
SELECT receivable_id, amount_fen FROM payments_allocation WHERE receivable_id = ANY(:ids::bigint[]);
UPDATE billing_receivable SET outstanding_fen = 0, accrued_to = greatest(due_on, current_date) WHERE id = ANY(:ids::bigint[]);
INSERT INTO receipts_receipt (organisation_id, community_id, year, serial, number, token, total_fen, snapshot, issued_at, void_reason)
  VALUES (:firm, :place, :year, :serial, 'C-' || :serial::text, 'bench-' || :o::text, :fen, :snapshot, now(), '') RETURNING id AS receipt \\gset
UPDATE payments_payment SET receipt_id = :receipt WHERE id = :payment;
INSERT INTO ledger_entry (organisation_id, community_id, entry_date, booked_at, kind, source_id, memo, actor_id)
  VALUES (:firm, :place, current_date, now(), 'payment.take', :payment, '', :portal) RETURNING id AS entry \\gset
INSERT INTO ledger_leg (entry_id, community_id, account, amount_fen) VALUES (:entry, :place, '1012', :fen), (:entry, :place, '1122', -:fen::bigint);
INSERT INTO platform_auditentry (organisation_id, community_id, actor_id, actor_name, at, action, subject_type, subject_id, subject_text, after, reason)
  VALUES (:firm, :place, :portal, '', now(), 'payment.take', 'payment', :payment, '', '{}', '');
INSERT INTO platform_outboxevent (organisation_id, community_id, kind, data, at) VALUES (:firm, :place, 'payment.taken', '{}', now());
UPDATE channels_order SET state = 'paid', paid_fen = :fen, paid_at = now(), transaction_id = 'bench' || :o::text, payment_id = :payment, ended_at = now()
  WHERE id = :o;
SELECT id, kind, amount_fen FROM payments_prepayment WHERE payment_id = :payment;
INSERT INTO platform_auditentry (organisation_id, community_id, actor_id, actor_name, at, action, subject_type, subject_id, subject_text, after, reason)
  VALUES (:firm, :place, :portal, '', now(), 'channel.confirmed', 'order', :o, '', '{}', '');
INSERT INTO platform_outboxevent (organisation_id, community_id, kind, data, at) VALUES (:firm, :place, 'channel.paid', '{}', now());
INSERT INTO channels_noticelog (setup_id, nonce, number, said, amount_fen, transaction_id, outcome, at)
  VALUES (:setup, 'bench' || :o::text, :number, 'paid', :fen, 'bench' || :o::text, 'taken', now());
COMMIT;
"""


def _pgbench(setup: ChannelSetup, orders: list[Order]) -> float:
    """Seconds an order."""
    with psycopg.connect(owner_url(), autocommit=True) as owner:
        for statement in BENCH.split(";"):
            owner.execute(statement.encode(), [[order.pk for order in orders]] if "%s" in statement else None)
    script = environment.home() / "callbacks.sql"
    script.write_text(SCRIPT, "utf-8")
    facts = {
        "setup": setup.pk, "setup_token": setup.token, "firm": setup.organisation_id, "year": clock.today().year,
        "portal": service_actor(setup.organisation_id, PORTAL).user_id, "snapshot": json.dumps(Receipt.objects.latest("pk").snapshot),
    }  # fmt: skip
    command = [program("pgbench"), "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", str(PROCESSES), "-t", str(len(orders) // CLIENTS), "-f", str(script)]
    command += [f"-D{name}={value}" for name, value in facts.items()]
    done = subprocess.run([*command, owner_url()], capture_output=True, text=True, check=False)
    tps = re.search(r"tps = ([\d.]+)", done.stdout)
    if done.returncode or tps is None or "failed transactions: 0 " not in done.stdout:
        raise DomainError("pgbench_failed", "pgbench 没有做完：{reason}", reason=(done.stderr or done.stdout)[-500:])
    return 1 / float(tps[1])
