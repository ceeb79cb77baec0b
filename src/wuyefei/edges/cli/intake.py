"""``import``: a workbook or CSV into a community, from the command line."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wuyefei.foundation.kernel.dates import parse_day
from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase
from wuyefei.foundation.kernel.money import parse_yuan

from . import boot
from .boot import Outcome
from .speech import said

if TYPE_CHECKING:
    from wuyefei.foundation.access.models import Organisation
    from wuyefei.money.intake.public import Choices

FIRST_ORGANISATION = "我的企业"
SHOWN = 30


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes beside the community."""
    parser.add_argument("file", metavar="FILE", help=said("xlsx、xls 或 CSV（UTF-8、GB18030）"))
    parser.add_argument("--preview", action="store_true", help=said("只看会新建、更新、忽略什么，不写入"))
    parser.add_argument("--valid-rows", action="store_true", help=said("有错的行跳过，只导入没有错的行（默认：有错就一行也不导入）"))
    parser.add_argument("--arrears-total", metavar="YUAN", help=said("期初欠费总数，与表内合计不等就不导入"))
    parser.add_argument("--prepayments-total", metavar="YUAN", help=said("期初预收总数，与表内合计不等就不导入"))
    parser.add_argument("--takeover", metavar="DATE", help=said("接管日：从这一天起在这里计费（默认：本月 1 日）"))
    parser.add_argument("--cycle", metavar="MONTHS", type=int, default=1, help=said("表里没写收费周期时的月数（默认 1）"))
    parser.add_argument("--due-day", metavar="DAY", type=int, default=15, help=said("缴费日（默认 15）"))
    parser.add_argument("--map", metavar="COLUMN=FIELD", action="append", default=[], help=said("手工指定列的含义，如 Garden=楼栋，可写多次；没写的列不读"))
    parser.add_argument("--sheet", metavar="NAME", help=said("只读这张工作表"))
    parser.add_argument("--header-row", metavar="ROW", type=int, help=said("表头所在的行"))
    parser.add_argument("--number-rows", action="store_true", help=said("没有房号列时按行号编房号"))
    parser.add_argument("--as", dest="as_user", metavar="USER", help=said("以这个用户的权限运行（默认：本机操作员）"))


def run(args: argparse.Namespace) -> Outcome:
    """Import a file; exit code 0 only when it was applied (or previewed, where that was asked)."""
    name, data = _file(args.file)
    boot.ready()
    from django.db import transaction

    from wuyefei.money.intake.public import run_import

    with transaction.atomic():
        organisation, founded = _organisation(args)
        actor = boot.acting(args.as_user, organisation.pk)
        choices = _choices(args, name, data)
        result = run_import(name, data, community=args.community, actor=actor, choices=choices, preview_only=args.preview)
        if founded and not result.applied:
            transaction.set_rollback(True)
    document = {"organisation": organisation.name, "organisation_created": founded and result.applied} | result.document
    return Outcome(document, _text(document), done=result.applied or args.preview)


def _file(path: str) -> tuple[str, bytes]:
    file = Path(path)
    try:
        if file.stat().st_size > 200 * 2**20:
            raise DomainError("too_large", "文件超过 200 MB，请拆开导入。")
        return file.name, file.read_bytes()
    except OSError as error:
        raise DomainError("no_file", "打不开文件 {path}：{why}", path=path, why=error.strerror or str(error)) from error


def _organisation(args: argparse.Namespace) -> tuple[Organisation, bool]:
    """The organisation of the community, the one named, the only one; in an empty installation a new one."""
    from wuyefei.foundation.access.actions import create_organisation
    from wuyefei.foundation.access.models import Community, Organisation

    if not Organisation.objects.exists():
        return create_organisation(args.organisation or FIRST_ORGANISATION), True
    if args.organisation is None:
        there = list(Community.objects.select_related("organisation").filter(name=args.community)[:2])
        if len(there) == 1:
            return there[0].organisation, False
    return Organisation.objects.get(pk=boot.organisation_id_of(args.organisation)), False


def _choices(args: argparse.Namespace, name: str, data: bytes) -> Choices:
    from wuyefei.money.intake.public import mapping_of, this_month

    chosen: dict[str, str] = {}
    for pair in args.map:
        column, equals, field = pair.partition("=")
        if not (column and equals and field):
            raise Invalid(field="--map", reason=Phrase("「{pair}」应写作 列名=含义，如 Garden=楼栋", pair=pair))
        chosen[column.strip()] = field.strip()
    facts: dict[str, Any] = {
        "sheet": args.sheet, "header_row": args.header_row, "number_rows": args.number_rows, "cycle_months": args.cycle,
        "due_day": args.due_day, "only_valid": args.valid_rows,
    }  # fmt: skip
    if chosen:
        facts["mapping"] = mapping_of(name, data, chosen, args.sheet)
    if args.takeover:
        facts["takeover_on"] = parse_day(args.takeover, "--takeover")
    for option, value in (("arrears_total", args.arrears_total), ("prepayments_total", args.prepayments_total)):
        if value is not None:
            facts[f"{option}_fen"] = parse_yuan(value, f"--{option.replace('_', '-')}")
    return dataclasses.replace(this_month(), **facts)


def _text(document: dict[str, Any]) -> str:
    from wuyefei.money.intake.public import summary

    states = {"preview": said("预览，没有写入"), "refused": said("没有导入"), "applied": said("已导入"), "unchanged": said("没有变化")}
    lines = [said("{community}：{status}", community=document['community'], status=states[document['state']])]
    if document["organisation_created"]:
        lines.insert(0, said("还没有企业，已建立「{organisation}」。", organisation=document['organisation']))
    for what, title in (("created", said("新建")), ("changed", said("更新")), ("ignored", said("已有、不变")), ("left_out", said("未导入"))):
        if any(document[what].values()):
            lines.append(said("  {title}：{counts}", title=title, counts=summary(document, what)))
    totals = document["totals"]
    if any(total != "0.00" for total in totals.values()):
        lines.append(said("  期初欠费合计 {opening_arrears} 元，期初预收合计 {opening_prepayments} 元", opening_arrears=totals['opening_arrears'], opening_prepayments=totals['opening_prepayments']))
    marks = {"error": "✗", "warning": "!", "info": "·"}
    for issue in document["issues"][:SHOWN]:
        lines.append(f"  {marks[issue['severity']]} {_place(issue)}{issue['message']}" + (said("（{hint}）", hint=issue["expected"]) if issue["expected"] else ""))
    if len(document["issues"]) > SHOWN:
        lines.append(said("  还有 {more} 类问题，用 --json 看全部", more=len(document['issues']) - SHOWN))
    if document.get("reason"):
        lines.append(document["reason"])
        if document["errors"]:
            lines.append(said("改好后再导入，或加 --valid-rows 只导入没有错的行。"))
    return "\n".join(lines)


def _place(issue: dict[str, Any]) -> str:
    rows = issue["rows"]
    where = said("「{sheet}」", sheet=issue["sheet"]) if issue["sheet"] else ""
    if rows:
        where += said("第 {rows}{more} 行 ", rows='、'.join(str(row) for row in rows[:5]), more='…' if issue['count'] > 5 else '')
    if issue["column"]:
        where += said("{column} 列「{value}」", column=issue['column'], value=issue['value'])
    return said("{where}：", where=where) if where else ""
