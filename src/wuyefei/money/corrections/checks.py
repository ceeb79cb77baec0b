"""What ``verify`` proves of corrections."""

from __future__ import annotations

from collections.abc import Iterator

from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.kernel.money import yuan
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded, register_check

from .models import Correction, Line
from .rules import digest

TABLE = "corrections_correction"
BOOKED = (Correction.State.DONE, Correction.State.UNDONE)


def booked(organisation_id: int) -> Iterator[Yielded]:
    """A correction that was done booked what was approved, line by line, by two people; its price stands; one that was not
    done booked nothing."""
    rows = Correction.objects.filter(organisation_id=organisation_id).select_related("version").order_by("pk")
    for row in rows:
        lines = list(Line.objects.filter(correction=row).select_related("adjustment"))
        yield Examined(len(lines))
        wanted = [line for line in lines if not line.hindrance]
        if row.digest != digest((line.receivable_id, line.billed_fen, line.should_fen) for line in wanted):
            yield Finding("corrections.booked", TABLE, row.pk, "明细和看过的不一致")
        has = sum(line.adjustment.amount_fen for line in lines if line.adjustment)
        should = row.net_fen if row.state in BOOKED else 0
        if has != should:
            yield Finding("corrections.booked", TABLE, row.pk, Phrase("更正 {has}，应为 {should}", has=yuan(has), should=yuan(should)))
        if row.state in BOOKED:
            yield from _done(row, wanted)


def _done(row: Correction, lines: list[Line]) -> Iterator[Finding]:
    for line in lines:
        made = line.adjustment
        if made is None or (made.receivable_id, made.amount_fen, made.approval_id) != (line.receivable_id, line.difference_fen, row.request_id):
            yield Finding("corrections.booked", "corrections_line", line.pk, "账上的调整不是这一行的差额")
    version = row.version
    assert version is not None
    if (version.tariff_id, version.effective_from, version.per_unit, version.fixed) != (row.tariff_id, row.effective_from, row.per_unit, row.fixed):
        yield Finding("corrections.booked", TABLE, row.pk, "补录的价格不是更正所按的价格")
    gone = row.undoes_id is not None or row.state == Correction.State.UNDONE
    if gone != (version.withdrawn_at is not None):
        yield Finding("corrections.booked", TABLE, row.pk, "撤销了的更正，价格也要收回；没有撤销的，价格应还在")


def put_back(organisation_id: int) -> Iterator[Yielded]:
    """Where a correction was taken back, every bill it had changed got its own difference back, unless it was reversed since."""
    rows = Correction.objects.filter(organisation_id=organisation_id, state=Correction.State.DONE, undoes__isnull=False).order_by("pk")
    for row in rows:
        back = dict(Line.objects.filter(correction=row).values_list("receivable_id", "difference_fen"))
        taken = Line.objects.filter(correction__version_id=row.version_id, correction__state=Correction.State.UNDONE, adjustment__isnull=False)
        for pk, receivable_id, fen in taken.order_by("pk").values_list("pk", "receivable_id", "difference_fen"):
            yield Examined(1)
            if back.get(receivable_id) != -fen:
                what = Phrase("撤销退回 {has}，应为 {should}", has=yuan(back.get(receivable_id, 0)), should=yuan(-fen))
                yield Finding("corrections.undone", "corrections_line", pk, what)


def register() -> None:
    register_check("corrections.booked", "差价更正正是复核通过的，逐笔在账上", booked)
    register_check("corrections.undone", "撤销的差价更正逐笔退回，价格已收回", put_back)
