"""Direct debit at the old estate: some have signed at the desk, two files went to the bank and came back with a part refused, and a
third has just been made."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from contextlib import suppress
from functools import partial

from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.kernel.dates import DAY, Month
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock
from wuyefei.money.bank.public import BankLine
from wuyefei.money.billing.public import Receivable
from wuyefei.money.debits.public import (
    CSV_COLUMNS,
    DebitBatch,
    DebitItem,
    Mandate,
    MandateDraft,
    NothingToDebit,
    TermsDraft,
    import_answer,
    make_batch,
    save_terms,
    send,
    settle,
    sign,
)

from ..habits import Fate, Payer, Visit
from ..scene import Act, Scene
from .files import at_desk, in_parts

BANK = "桂语银行溪口支行"
SIGNED, LIMITED, LIMIT_FEN = (9, 6, 4), 3, 200_000
"""So many sign before each file, and one in so many agrees on a limit."""
LEAST_DAYS = 2
"""The second file went out on the latest Monday so many days ago or more, the first a week before: by then what came in up to
Sunday is booked."""
OWED, SHORT, GONE = ("E4", "余额不足"), ("P", "余额不足，已扣可用部分"), ("E7", "账户已销户")
ANSWERS = ({1: OWED, 3: SHORT, 5: GONE}, {0: OWED, 4: OWED})
"""Of each file, which items the bank did not take whole, by their place in it."""
HEAD = ("商户明细号", "扣款金额", "实扣金额", "扣款结果", "失败原因", "扣款日期")


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    at, today = scene.calendar.at, scene.calendar.today
    if scene.place.age != "old" or scene.started == scene.calendar.month or Role.CASHIER not in scene.crew:
        return
    second = today - DAY * LEAST_DAYS
    second -= DAY * second.weekday()
    for number, day in enumerate((second - DAY * 7, second)):
        if Month.of(day) != month:
            continue
        yield Act(at(day, 10, 5), partial(_sign, scene, SIGNED[number]))
        yield Act(at(day, 10, 35), partial(_send, scene))
        yield Act(at(day, 16, 45), partial(_answer, scene, number))
    if month == scene.calendar.month:
        yield Act(at(today, 9, 25), partial(_settle, scene))
        yield Act(at(today, 10, 45), partial(_sign, scene, SIGNED[-1]))
        yield Act(at(today, 10, 50), partial(_draft, scene))


def _owing(scene: Scene, most: int) -> list[Payer]:
    """Some who owe, have not signed and do not come to the desk today."""
    day, signed = clock.today(), Mandate.objects.filter(community=scene.community).values("payer_id")
    payers = {one.person_id: one for one in scene.payers() if one.habit in "ABC" and not at_desk(scene, Visit(one, day, Fate.ALL))}
    rows = Receivable.objects.filter(community_id=scene.community.pk, reversed_at__isnull=True, outstanding_fen__gt=0, due_on__lt=day).exclude(payer_id__in=signed)
    ids = rows.exclude(pk__in=in_parts(scene)).order_by("property__sort_key", "due_on").values_list("payer_id", flat=True)
    found = [payers[pk] for pk in dict.fromkeys(ids) if pk in payers]
    return found[:: max(1, len(found) // most)][:most]


def _sign(scene: Scene, most: int) -> None:
    known = Mandate.objects.filter(community=scene.community).count()
    terms = TermsDraft("QY20260018", "物业服务费", "csv", CSV_COLUMNS, "csv", "",
                       "E4=余额不足\nE7=账户已销户", 3, 7)  # fmt: skip
    if not known:
        save_terms(scene.community.pk, terms, actor=scene[Role.FINANCE_LEAD])
    names = dict(Receivable.objects.filter(community_id=scene.community.pk).values_list("payer_id", "payer__name").order_by().distinct())
    for number, payer in enumerate(_owing(scene, most), start=known):
        account = f"6200000099{scene.community.pk % 100:02d}{number:04d}"
        draft = MandateDraft(bank=BANK, holder=names[payer.person_id], account=account, signed_on=clock.today(),
                             limit_fen=None if number % LIMITED else LIMIT_FEN)  # fmt: skip
        sign(payer.person_id, draft, actor=scene[Role.CASHIER])


def _send(scene: Scene) -> None:
    with suppress(NothingToDebit):
        batch = make_batch(scene.community.pk, clock.today(), actor=scene[Role.FINANCE])
        send(batch.pk, actor=scene[Role.FINANCE])


def _draft(scene: Scene) -> None:
    """This morning's file still lies here."""
    if DebitBatch.objects.filter(community=scene.community).exists():
        with suppress(NothingToDebit):
            make_batch(scene.community.pk, clock.today(), actor=scene[Role.FINANCE])


def _answer(scene: Scene, number: int) -> None:
    """The bank's file of the same evening."""
    batch = DebitBatch.objects.filter(community=scene.community, debit_on=clock.today()).first()
    if batch is None:
        return
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    for place, item in enumerate(batch.items.order_by("place")):
        writer.writerow(_row(item, ANSWERS[number].get(place), batch.debit_on))
    import_answer(batch.pk, f"{batch.number}_回盘.csv", out.getvalue().encode("gb18030"), batch.debit_on, actor=scene[Role.FINANCE])


def _row(item: DebitItem, refused: tuple[str, str] | None, on: dt.date) -> tuple[str, ...]:
    asked = _yuan(item.amount_fen)
    if refused is None:
        return item.number, asked, asked, "成功", "", f"{on}"
    if refused == SHORT:
        return item.number, asked, _yuan(max(100, item.amount_fen // 2 // 100 * 100)), *refused, f"{on}"
    return item.number, asked, "0.00", *refused, f"{on}"


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def paid_out(scene: Scene, last: dt.date) -> list[tuple[dt.date, str, str, str, str, int]]:
    """The lines of the statement by which the bank paid out what it had debited this month, a day later each."""
    found = []
    for batch in DebitBatch.objects.filter(community=scene.community, state=DebitBatch.State.SENT, debit_on__lt=last).order_by("pk"):
        fen = sum(batch.items.values_list("got_fen", flat=True))
        if fen and Month.of(batch.debit_on + DAY) == scene.calendar.month:
            found.append((batch.debit_on + DAY, BANK, "3300160000000188", "批量代扣", f"代扣款 {batch.number}", fen))
    return found


def _settle(scene: Scene) -> None:
    """The money of the first file is matched; that of the second waits for somebody to do it."""
    batch = DebitBatch.objects.filter(community=scene.community).order_by("pk").first()
    line = BankLine.objects.filter(community=scene.community, state=BankLine.State.WAITING, memo__contains="批量代扣").order_by("value_date", "pk").first()
    if batch is not None and line is not None and line.value_date == batch.debit_on + DAY:
        with suppress(DomainError):
            settle(batch.pk, line.pk, actor=scene[Role.FINANCE])
