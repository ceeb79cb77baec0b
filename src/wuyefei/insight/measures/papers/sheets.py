"""The dashboard as a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from wuyefei.foundation.platform.exports import Cell, Fen, Sheet

from ..queries.dashboard import Dashboard
from ..queries.groups import Group
from ..rules import BUCKET_NAMES, DEFINED, MEASURES

CENT = Decimal("0.01")


def _percent(value: Decimal | None) -> Decimal | None:
    return None if value is None else (value * 100).quantize(CENT, rounding=ROUND_HALF_UP)


def dashboard_sheets(board: Dashboard, dimension: str, period: str) -> list[Sheet]:
    """Figures with definitions, every group, months, ages, channels. Rates are in per cent, money in yuan."""
    now = board.figures
    facts = [("due", Fen(now.due_fen)), ("paid", Fen(now.paid_fen)), ("current", _percent(now.current)), ("household", _percent(now.household)),
             ("clearance", _percent(now.clearance)), ("overall", _percent(now.overall)), ("dso", now.dso),
             ("received", Fen(board.received_fen)), ("online", _percent(board.online))]  # fmt: skip
    head: list[Sequence[Cell | Fen]] = [[_("账期"), period, ""], [_("截止日"), board.scope.as_of, ""], [_("目标"), _percent(board.target), ""],
            [_("行业均值"), _percent(board.mean), ""]]  # fmt: skip
    figures = [[_(DEFINED[key].label), value, f"v{DEFINED[key].version} {_(DEFINED[key].definition)}"] for key, value in facts]
    return [
        Sheet(_("指标"), [_("指标"), _("数值"), _("口径")], [*head, *figures]),
        Sheet(dimension, [dimension, *_heads()], [_group(group) for group in board.groups]),
        Sheet(_("走势"), [_("月份"), _("今年"), _("去年"), _("目标")],
              [[str(step.month), _percent(step.rate), _percent(step.year_before), _percent(step.target)] for step in board.steps]),
        Sheet(_("账龄"), [_("账龄"), _("户数"), _("笔数"), _("欠费（元）")],
              [[_(BUCKET_NAMES[bucket]), age.households, age.receivables, Fen(age.fen)] for bucket, age in board.ages]),
        Sheet(_("缴费渠道"), [_("收款方式"), _("笔数"), _("金额（元）")], [[row.label, row.payments, Fen(row.fen)] for row in board.channels]),
        Sheet(_("口径"), [_("指标"), _("版本"), _("口径")], [[_(one.label), one.version, _(one.definition)] for one in MEASURES]),
    ]  # fmt: skip


def _heads() -> list[str]:
    return [_("应收（元）"), _("已收（元）"), _("当期收缴率（%）"), _("目标（%）"), _("应收户数"), _("缴清户数"), _("户数收缴率（%）"),
            _("期初欠费（元）"), _("清欠（元）"), _("清欠率（%）"), _("综合收缴率（%）"), _("欠费（元）")]  # fmt: skip


def _group(group: Group) -> list[str | int | Decimal | Fen | None]:
    now = group.figures
    return [group.label, Fen(now.due_fen), Fen(now.paid_fen), _percent(now.current), _percent(group.target), now.households,
            now.households_paid, _percent(now.household), Fen(now.opening_fen), Fen(now.cleared_fen), _percent(now.clearance),
            _percent(now.overall), Fen(now.arrears_fen)]  # fmt: skip

