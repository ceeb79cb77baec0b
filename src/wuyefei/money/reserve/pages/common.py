"""What the pages share: the quarter asked for, rates in words, the columns of a workbook."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from wuyefei.foundation.access.gate import StaffRequest
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.exports import Cell, Fen, Sheet

from ..models import Line, Run
from ..rules import BUCKET_NAMES, Bucket, Quarter

STATES = {Run.State.DRAFT: "due", Run.State.ASKED: "plan", Run.State.APPROVED: "paid", Run.State.DISCARDED: "void"}


def latest_quarter() -> Quarter:
    """The latest quarter that is over."""
    return Quarter.of(clock.today()).plus(-1)


def asked_quarter(request: StaffRequest) -> Quarter:
    """The quarter of the query; what cannot be read, or is not over, is the latest."""
    latest = latest_quarter()
    try:
        found = Quarter.parse(request.GET.get("quarter", ""))
    except Invalid:
        return latest
    return min(found, latest)


def percent(rate: Decimal | None) -> str:
    """``0.1500`` → ``15``."""
    if rate is None:
        return "—"
    text = f"{rate * 100:.2f}"
    return text.rstrip("0").rstrip(".")


def names() -> dict[Bucket, str]:
    return {bucket: _(name) for bucket, name in BUCKET_NAMES.items()}


def line_sheet(rows: Iterator[Line]) -> Sheet:
    """Every line of runs, as a table."""
    said = names()
    head = [_("小区"), _("房号"), _("缴费人"), _("收费项目"), _("到期日"), _("账龄"), _("欠费（元）"), _("按账龄计提（元）"), _("单项评估")]

    def cells() -> Iterator[list[Cell | Fen]]:
        for line in rows:
            bill = line.receivable
            yield [
                line.community.name, bill.property.code, line.payer.name, bill.item.name, bill.due_on, said[Bucket(line.bucket)],
                Fen(line.outstanding_fen), Fen(line.reserve_fen), _("是") if line.single else "",
            ]  # fmt: skip

    return Sheet(_("明细"), head, cells())


