"""This month's statement of the bank, taken in this morning: a few payers are certain, a handful of lines wait to be claimed."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from functools import partial

from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.kernel.dates import DAY, Month
from wuyefei.foundation.platform import clock
from wuyefei.money.bank.public import import_statement
from wuyefei.money.billing.public import OpenBill, open_bills_each
from wuyefei.money.cashdesk.public import open_slips
from wuyefei.money.reconciliation.public import ChannelDay

from .. import cast
from ..scene import Act, Scene
from .cards import cards_paid_out
from .corrections import overdue
from .debits import paid_out
from .files import in_parts

HEAD = ("交易日期", "交易流水号", "借方发生额", "贷方发生额", "对方户名", "对方账号", "摘要", "附言")
CERTAIN = 3
WANTED = 8
"""Payers in arrears that the file is made of; where there are fewer, it has only what is our own and what providers paid out."""


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    if month == scene.calendar.month:
        yield Act(scene.calendar.at(scene.calendar.today, 9, 20), partial(_take_in, scene))


def _take_in(scene: Scene) -> None:
    day = clock.today() - DAY
    finance = scene[Role.FINANCE]
    rows = list(dict.fromkeys(overdue(scene).values_list("payer_id", flat=True)[:400]))[-WANTED:]
    bills, apart = open_bills_each(finance, dict.fromkeys(rows, day)), in_parts(scene)
    owing = [found for payer_id in rows if (found := [bill for bill in bills.get(payer_id, []) if bill.id not in apart])]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([f"账号：330016009900{scene.community.pk:06d}"])
    writer.writerow(HEAD)
    own: list[tuple[str, str, str, str, int]] = [("", "", "现金缴存", slip.number, slip.amount_fen) for slip in open_slips(scene.community.pk).filter(bank_on__lte=day - DAY)]
    lines = [*_payouts(scene, day), *paid_out(scene, day), *((day, *line) for line in (*(_lines(owing) if len(owing) == WANTED else ()), *own))]
    if not lines:
        return
    for number, (on, name, account, memo, note, fen) in enumerate(lines):
        into, gone = (_yuan(fen), "") if fen > 0 else ("", _yuan(-fen))
        writer.writerow((on.isoformat(), f"{scene.place.prefix}{day:%m%d}{number:04d}", gone, into, name, account, memo, note))
    name = f"{scene.place.name} 网银流水 {day:%Y%m}.csv"
    import_statement(scene.community.pk, "", name, out.getvalue().encode("gb18030"), actor=finance)


def _payouts(scene: Scene, last: dt.date) -> list[tuple[dt.date, str, str, str, str, int]]:
    """What the provider paid out for the days of the phone till, a day later each, and the acquirer for the cards of the desk."""
    waiting = ChannelDay.objects.filter(organisation_id=scene.community.organisation_id, settled_line__isnull=True, day__lt=last).order_by("day")
    cards = cards_paid_out(waiting.filter(community_id=scene.community.pk, merchant__isnull=False))
    if scene.place.prefix != cast.GROUP.places[0].prefix:
        return cards
    rows = waiting.filter(setup__isnull=False)
    return cards + [(row.day + DAY, "财付通支付科技有限公司", "3300000000000108", "商户结算", f"微信支付 {row.day:%m%d}", row.net_fen) for row in rows if row.net_fen > 0]


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _lines(owing: list[list[OpenBill]]) -> Iterator[tuple[str, str, str, str, int]]:
    """Certain ones; a name without a room; a relative with the room and another sum; one who pays too much; a firm that
    pays for two; somebody nobody knows; and the bank's own fee."""
    for number, bills in enumerate(owing[:CERTAIN]):
        yield bills[0].payer_name, f"6222000000{number:06d}", "转账", f"{bills[0].property_code} 物业费", sum(bill.total_fen for bill in bills)
    quiet, relative, ahead, one, two, *_rest = owing[CERTAIN:]
    yield quiet[0].payer_name, "6222000000000104", "转账", "物业费", quiet[0].total_fen
    yield "林某", "6222000000000105", "转账", f"{relative[0].property_code}", max(100, relative[0].total_fen // 100 * 100)
    yield ahead[0].payer_name, "6222000000000106", "转账", f"{ahead[0].property_code}", sum(bill.total_fen for bill in ahead) + 50000
    yield "云岫（示例）商贸有限公司", "3301000000000107", "对公转账", "两处物业费", one[0].total_fen + two[0].total_fen
    yield "何某", "6222000000000108", "转账", "", 36000
    yield "", "", "手续费", "", -1500

