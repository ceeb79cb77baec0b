"""A board and an evaluation as workbooks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from wuyefei.foundation.platform.exports import Cell, Fen, Sheet
from wuyefei.money.payments.public import Payment

from .models import Household
from .queries.evaluating import Evaluation, Stretch
from .queries.standing import Board, homes_on
from .rules import Tally
from .wording import aim_text, percent, share, way_name

Row = list[Cell | Fen]


def _heads() -> list[str]:
    return [
        _("参加人"), _("名单户数"), _("名单欠费（元）"), _("已联系"), _("已承诺"), _("承诺金额（元）"), _("当天收回（元）"), _("累计收回（元）"), _("目标（元）"), _("完成"),
        _("缴清户数"), _("还欠（元）"),
    ]  # fmt: skip


def _line(name: str, one: Tally, target_fen: int) -> Row:
    return [
        name, one.homes, Fen(one.owed_fen), one.contacted, one.promised, Fen(one.promised_fen), Fen(one.today_fen), Fen(one.so_far_fen), Fen(target_fen),
        percent(share(one.so_far_fen, target_fen)), one.settled, Fen(one.left_fen),
    ]  # fmt: skip


def _people(found: Board) -> Sheet:
    rows = [_line(line.member.user.name, line.tally, line.member.target_fen or 0) for line in found.lines]
    return Sheet(_("各人"), _heads(), rows, foot=lambda: _line(_("合计"), found.whole, found.drive.target_fen))


def board_sheets(found: Board) -> list[Sheet]:
    """By person, day by day, and the list."""
    drive = found.drive
    head: list[Row] = [
        [_("名称"), drive.title], [_("小区"), drive.community.name], [_("开始"), drive.starts_on], [_("结束"), drive.ends_on], [_("截止日"), found.day],
        [_("目标"), aim_text(drive)], [_("要收回（元）"), Fen(drive.target_fen)], [_("累计收回（元）"), Fen(found.whole.so_far_fen)],
        [_("完成"), percent(share(found.whole.so_far_fen, drive.target_fen))],
    ]  # fmt: skip
    days: list[Row] = [[on, Fen(fen)] for on, fen in found.daily]
    heads = [_("房屋编号"), _("缴费人"), _("负责人"), _("级别"), _("最早到期"), _("名单欠费（元）"), _("累计收回（元）"), _("还欠（元）"), _("已联系"), _("已承诺")]
    return [Sheet(_("概要"), [_("项"), _("内容")], head), _people(found), Sheet(_("每天"), [_("日期"), _("收回（元）")], days), Sheet(_("名单"), heads, _list(found))]


def _list(found: Board) -> Iterator[Row]:
    homes = homes_on(found.drive, found.day)
    rows = Household.objects.filter(drive=found.drive).select_related("property", "person", "user").order_by("user__name", "property__sort_key", "pk")
    for row in rows:
        home = homes[row.pk]
        yield [
            row.property.code, row.person.name, row.user.name, row.grade, row.oldest_due_on, Fen(row.owed_fen), Fen(sum(home.taken.values())),
            Fen(max(0, home.left_fen)), _("是") if home.contacted else "", _("是") if home.promised else "",
        ]  # fmt: skip


def evaluation_sheets(found: Evaluation, told: Mapping[str, Any]) -> list[Sheet]:
    """The comparisons, the people, the ways, and what was learned."""
    drive, whole = found.drive, found.end.whole
    head: list[Row] = [
        [_("名称"), drive.title], [_("小区"), drive.community.name], [_("目标"), aim_text(drive)], [_("要收回（元）"), Fen(drive.target_fen)],
        [_("名单收回（元）"), Fen(whole.so_far_fen)], [_("完成"), percent(share(whole.so_far_fen, drive.target_fen))],
        [_("名单户数"), whole.homes], [_("缴清户数"), whole.settled],
        [_("花费（元）"), Fen(drive.cost_fen) if drive.cost_fen is not None else _("没有记录")], [_("花在哪里"), drive.cost_note], [_("总结"), drive.lesson],
    ]  # fmt: skip
    against = [_stretch(_("本次行动"), found.here), _stretch(_("上季度同样的日子"), found.before), _stretch(_("本季度行动以前"), found.ahead)]
    ways: list[Row] = [[way_name(way.code, told), way.contacts, way.homes, Fen(way.fen)] for way in found.ways]
    names = dict(Payment.Kind.choices)
    paying: list[Row] = [[way_name(way.code, names), way.homes, Fen(way.fen)] for way in found.paying]
    return [
        Sheet(_("概要"), [_("项"), _("内容")], head),
        Sheet(_("对比"), [_("时段"), _("开始"), _("结束"), _("天数"), _("收回逾期（元）"), _("每天（元）")], against),
        _people(found.end),
        Sheet(_("联系方式"), [_("缴费前最后一次联系"), _("联系次数"), _("缴费户数"), _("收回（元）")], ways),
        Sheet(_("缴费渠道"), [_("缴费渠道"), _("缴费户数"), _("收回（元）")], paying),
    ]  # fmt: skip


def _stretch(name: str, one: Stretch) -> Row:
    if not one.days.count:
        return [name, None, None, 0, None, None]
    daily = one.daily_fen
    return [name, one.days.first, one.days.last, one.days.count, Fen(one.fen), None if daily is None else Fen(daily)]
