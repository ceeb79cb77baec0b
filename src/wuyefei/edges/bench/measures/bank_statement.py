"""A bank's statement read and matched beside parsing the same file and COPYing the finished lines.

One line in four names no room, one in eight nobody at all; names repeat as in a large community. Both sides COPY the same rows into
the same table, with its keys, checks, indexes and trigger; the keys differ by the turn.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.copying import copy_rows
from wuyefei.money.bank.public import BankLine, BankStatement, Fresh, look, proposal_text
from wuyefei.money.billing.public import Receivable

from ..estate import Firm, found, settle
from ..ground import analyse
from ..harness import Figure, Watch, measurement, note
from .publishing import Stages, bill

ACCOUNT = "33001600990000"
ROUNDS = 2


@measurement("bank_statement", "银行流水读入并匹配，对照解析同一文件并 COPY 结果", 100_000)
def bank_statement(count: int) -> Iterator[Figure]:
    firm = found()
    place = settle(firm, "甲0000", max(4, count // 2))
    bill(firm, place.pk, firm.month, Stages.fresh())
    analyse()
    data = _file(count)
    ours, bare, matched = Watch(), Watch(), 0
    for turn in range(ROUNDS):
        head = _statement(firm, place.pk, count, turn)
        with ours:
            lines = look(place.pk, ACCOUNT, "流水.csv", data, actor=firm.checker)
            copy_rows(BankLine, COLUMNS, (_row(head, one, turn) for one in lines))
        matched = sum(one.sure for one in lines)
        twin = _statement(firm, place.pk, count, turn)
        rows = [_row(twin, one, turn + ROUNDS) for one in lines]
        with bare:
            parsed = list(csv.reader(io.StringIO(data.decode("gb18030"))))
            copy_rows(BankLine, COLUMNS, rows)
        assert len(parsed) == count + 1
    note(f"{count} 笔，认准 {matched} 笔")
    yield Figure("bank_statement_times", count, ours.seconds, bare.seconds, 4)


def _file(count: int) -> bytes:
    """A CSV of a bank as it comes, each bill paid once."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("交易日期", "交易流水号", "贷方发生额", "对方户名", "对方账号", "摘要"))
    bills = Receivable.objects.order_by("pk").values_list("amount_fen", "payer__name", "property__code")[:count]
    today = clock.today().isoformat()
    for number, (fen, name, code) in enumerate(bills.iterator(chunk_size=5000)):
        payer = "某某科技有限公司" if number % 8 == 7 else name
        memo = "物业费" if number % 4 == 3 else f"{code}物业费"
        writer.writerow((today, f"B{number:08d}", f"{fen // 100}.{fen % 100:02d}", payer, f"6200{number % (count // 3 + 1):012d}", memo))
    return out.getvalue().encode("gb18030")


COLUMNS = (
    "organisation_id", "community_id", "statement_id", "key", "number", "value_date", "amount_fen", "payer_name", "payer_tail", "payer_mark",
    "memo", "ref", "proposal", "doubt", "state", "suspense_fen", "owner_id", "due_at", "note", "closed_at",
)  # fmt: skip


def _statement(firm: Firm, community_id: int, count: int, turn: int) -> BankStatement:
    today, now = clock.today(), clock.now()
    return BankStatement.objects.create(
        organisation=firm.organisation, community_id=community_id, account=ACCOUNT, name=f"流水 {turn}", kind="Excel/CSV", sha256="0" * 64,
        first_on=today, last_on=today, line_count=count, known_count=0, booked_count=0, in_fen=0, out_fen=0, booked_fen=0,
        suspense_fen=0, imported_at=now, imported_by_id=firm.checker.user_id,
    )  # fmt: skip


def _row(head: BankStatement, one: Fresh, turn: int) -> tuple[object, ...]:
    line = one.line
    return (
        head.organisation_id, head.community_id, head.pk, f"{turn}{one.key[1:]}", line.number, line.on, line.amount_fen, line.payer_name,
        line.payer_account[-4:], one.mark, line.memo, line.ref, proposal_text(one.verdict), str(one.verdict.doubt or ""), "waiting", line.amount_fen,
        head.imported_by_id, head.imported_at, "", None,
    )  # fmt: skip
