"""The ``wuyefei`` command. Scripts rely on its names, its ``--json`` and its exit codes: 0 only when it did what was
asked, 1 when it was refused, 2 when it was called wrongly."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import NoReturn

from wuyefei.foundation.kernel.errors import DomainError

from . import intake
from .boot import Outcome, say
from .speech import LANGUAGES, language, said, speaking

Command = Callable[[argparse.Namespace], Outcome]


class Parser(argparse.ArgumentParser):
    """Says in Chinese what is wrong with a call, and exits with 2."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(2, said("{prog}: 用法不对：{message}\n", prog=self.prog, message=message))


def _calc(args: argparse.Namespace) -> Outcome:
    from .calc import MAX_BYTES, calculate

    document = calculate(args.rule, sys.stdin.buffer.read(MAX_BYTES + 1))
    return Outcome(document, json.dumps(document, ensure_ascii=False))


def _later(module: str, name: str) -> Command:
    """A command of a sibling module that is imported only when it is called: ``--help`` and ``calc`` need no Django."""

    def run(args: argparse.Namespace) -> Outcome:
        outcome: Outcome = getattr(import_module(f"wuyefei.edges.cli.{module}"), name)(args)
        return outcome

    return run


def _add(commands: argparse._SubParsersAction[Parser], name: str, run: Command, about: str) -> Parser:
    parser = commands.add_parser(name, help=about, description=about)
    parser.add_argument("--json", action="store_true", help=said("在标准输出上给出一个 JSON 文档"))
    parser.add_argument("--lang", choices=LANGUAGES, help=said("说中文或英文（默认：环境变量 WUYEFEI_LANG 或中文）"))
    parser.set_defaults(run=run)
    return parser


def _place(parser: Parser, *, required: bool = True) -> None:
    parser.add_argument("--community", metavar="NAME", required=required, help=said("小区名称"))
    parser.add_argument("--organisation", metavar="NAME", help=said("企业名称，几家企业有同名小区时指明"))


def build() -> Parser:
    parser = Parser(prog="wuyefei", description=said("物业费：出账、收款、催缴与可证明的账簿"))
    commands = parser.add_subparsers(metavar=said("命令"), required=True, parser_class=Parser)
    _books(commands)
    _closing(commands)
    _watching(commands)
    _service(commands)
    _safety(commands)
    return parser


def _books(commands: argparse._SubParsersAction[Parser]) -> None:
    calc = _add(commands, "calc", _calc, said("用一条计费规则计算标准输入上的 JSON 文档"))
    calc.add_argument("rule", choices=["late-fee", "proration", "share", "tiers", "usage", "shared", "rent", "formula"], help=said("规则"))
    bill = _add(commands, "bill", _later("books", "bill"), said("为一个小区的一个账期出账"))
    _place(bill)
    bill.add_argument("--period", metavar="YYYY-MM", required=True, help=said("账期"))
    bill.add_argument("--publish", action="store_true", help=said("确认并发布"))
    bill.add_argument("--as", dest="as_user", metavar="USER", help=said("以这个用户的权限运行（默认：系统）"))
    bill.add_argument("--publish-as", metavar="USER", help=said("发布人，须与出账人不同（默认：本机操作员）"))
    importing = _add(commands, "import", _later("intake", "run"), said("把一个表格文件导入一个小区，小区还没有就新建"))
    _place(importing)
    intake.arguments(importing)
    verify = _add(commands, "verify", _later("books", "verify"), said("重算并核验全部账目，指出第一处不符"))
    verify.add_argument("--organisation", metavar="NAME", help=said("只核验这家企业"))
    report = _add(commands, "report", _later("reports", "report"), said("截至某一天的欠费、收缴率或账龄，两天之间的变动，一周或一月的报告，一季的审计包"))
    report.add_argument("report", choices=["arrears", "rates", "ageing", "movement", "migration", "trial-balance", "pack", "audit"],
                        help=said("欠费明细、收缴率、账龄、欠费变动、账龄迁徙、科目余额表、周报或月报、审计包"))  # fmt: skip
    report.add_argument("--as-of", metavar="YYYY-MM-DD", help=said("截止日（默认：今天），只看这天结束前已入账的"))
    report.add_argument("--period", metavar="YYYY-MM", help=said("收缴率的账期（默认：截止日所在月）；报告的周或月，如 2026-W47、2026-10；审计包的季度，如 2026-Q3"))
    report.add_argument("--from", dest="first", metavar="YYYY-MM-DD", help=said("变动和科目余额表从这天开始；迁徙从这天结束时的账龄起"))
    report.add_argument("--to", dest="last", metavar="YYYY-MM-DD", help=said("到这天结束（默认：今天）；用于 movement、migration 和 trial-balance"))
    report.add_argument("--output", metavar="FILE", help=said("报告写到这个 .pdf 或 .xlsx 文件，审计包写到 .zip 文件；写完整才替换旧文件"))
    report.add_argument("--inside", action="store_true", help=said("报告写明房号与姓名，只供内部使用"))
    _place(report, required=False)
    _as_user(report)
    export = _add(commands, "export", _later("reports", "export"), said("把账簿导出给别的程序"))
    export.add_argument("format", choices=["beancount", "kingdee", "yonyou"], help=said("格式"))
    export.add_argument("--from", dest="first", metavar="YYYY-MM-DD", help=said("凭证从这天起；用于 kingdee 和 yonyou，必填"))
    export.add_argument("--to", dest="last", metavar="YYYY-MM-DD", help=said("凭证到这天止（默认：今天）；用于 kingdee 和 yonyou"))
    export.add_argument("--each", action="store_true", help=said("逐张导出，不按日和来源汇总；用于 kingdee 和 yonyou"))
    export.add_argument("--again", action="store_true", help=said("这些天导出过也再导出；用于 kingdee 和 yonyou"))
    export.add_argument("--output", metavar="FILE", required=True, help=said("写到这个文件；写完整才替换旧文件"))
    _place(export, required=False)
    _as_user(export)


def _closing(commands: argparse._SubParsersAction[Parser]) -> None:
    close = _add(commands, "close", _later("closing", "close"), said("看一个小区一个月的结账清单，申请结账或反结账"))
    _place(close)
    close.add_argument("--month", metavar="YYYY-MM", required=True, help=said("月份"))
    close.add_argument("--check", action="store_true", help=said("只看清单，不提交"))
    close.add_argument("--reopen", action="store_true", help=said("申请反结账"))
    close.add_argument("--reason", metavar="TEXT", help=said("原因；有带着结转的项，或反结账时，必填"))
    _as_user(close)
    close.add_argument("--approve-as", metavar="USER", help=said("由这个用户当场复核，须与申请人不同（不写就留在待复核）"))
    reserve = _add(commands, "reserve", _later("reserve", "reserve"), said("按账龄算一个小区一个季度的坏账准备，提交复核"))
    _place(reserve)
    reserve.add_argument("--quarter", metavar="YYYY-QN", required=True, help=said("季度"))
    reserve.add_argument("--submit", action="store_true", help=said("算好就提交；有大额欠费没有单项评估的不能提交，先在页面上评估"))
    _as_user(reserve)
    reserve.add_argument("--approve-as", metavar="USER", help=said("由这个用户当场复核，须与申请人不同（不写就留在待复核）"))


def _watching(commands: argparse._SubParsersAction[Parser]) -> None:
    watch = _add(commands, "watch", _later("watching", "watch"), said("列出异常交易的警报，可以导出"))
    watch.add_argument("--organisation", metavar="NAME", help=said("企业名称"))
    watch.add_argument("--look", action="store_true", help=said("先查看上周"))
    watch.add_argument("--all", action="store_true", help=said("关闭了的也列出"))
    watch.add_argument("--output", metavar="FILE", help=said("写到这个 .xlsx 文件：警报和依据；写完整才替换旧文件"))
    _as_user(watch)


def _service(commands: argparse._SubParsersAction[Parser]) -> None:
    demo = _add(commands, "demo", _later("service", "demo"), said("建立演示公司（没有才建）并提供服务"))
    demo.add_argument("--no-serve", action="store_true", help=said("只建立，不提供服务"))
    demo.add_argument("--size", choices=["small", "full"], default="full", help=said("小：240 户、8 个月；全：约 4,800 户、3 年（默认）"))
    demo.add_argument("--properties", type=_whole(1, 1_000_000), metavar="N", help=said("房屋数，取代 --size 的"))
    demo.add_argument("--months", type=_whole(1, 36), metavar="N", help=said("历史的月数，取代 --size 的"))
    _server(demo)
    serve = _add(commands, "serve", _later("service", "serve"), said("提供网页服务"))
    _server(serve)
    worker = _add(commands, "worker", _later("worker", "worker"), said("处理后台任务"))
    worker.add_argument("--once", action="store_true", help=said("处理完等待中的任务就结束"))
    worker.add_argument("--concurrency", type=_whole(1, 64), metavar="N", default=1, help=said("同时处理几项（默认：1）"))
    worker.add_argument("--stalled-after", type=_whole(1, 86400), metavar="SECONDS", default=30,
                        help=said("启动时接手多少秒没有音讯的任务（默认：30）"))  # fmt: skip
    worker.add_argument("--attached", type=_whole(1, 99_999_999), help=argparse.SUPPRESS)
    _add(commands, "stop", _later("service", "stop"), said("停止自带的数据库"))
    admin = _add(commands, "createadmin", _later("service", "createadmin"), said("建立企业（没有才建）的系统管理员"))
    admin.add_argument("--organisation", metavar="NAME", required=True, help=said("企业名称"))
    admin.add_argument("--username", metavar="USER", required=True, help=said("用户名"))
    admin.add_argument("--name", metavar="NAME", help=said("姓名（默认：同用户名）"))
    admin.add_argument("--password-stdin", action="store_true", help=said("从标准输入的第一行读密码，不提示"))
    bench = _add(commands, "bench", _later("bench", "bench"), said("列出或运行测量程序"))
    bench.add_argument("name", nargs="?", help=said("测量的名称，all 为全部；不给则列出"))
    bench.add_argument("--size", type=_whole(1, 5_000_000), metavar="N", help=said("规模（默认：见列表）"))
    bench.add_argument("--output", metavar="FILE", help=said("结果写到这个文件（默认：bench/results.json）"))


def _safety(commands: argparse._SubParsersAction[Parser]) -> None:
    migrate = _add(commands, "migrate", _later("service", "migrate"), said("把数据库的表结构更新到当前版本"))
    migrate.add_argument("--quiet", action="store_true", help=argparse.SUPPRESS)
    backup = _add(commands, "backup", _later("backup", "backup"), said("把数据备份到一个文件，密钥另存"))
    backup.add_argument("file", metavar="FILE", help=said("备份文件，不能已经存在"))
    backup.add_argument("--keys", metavar="FILE", help=said("把密钥另存到这个文件，与数据分开保管"))
    restore = _add(commands, "restore", _later("backup", "restore"), said("从备份恢复并核验"))
    restore.add_argument("file", metavar="FILE", help=said("备份文件"))
    restore.add_argument("--keys", metavar="FILE", help=said("备份时另存的密钥文件"))
    restore.add_argument("--replace", action="store_true", help=said("取代现有的数据；失败时现有的数据不变"))
    rotate = _add(commands, "rotate-key", _later("keys", "rotate"), said("更换保护个人信息的主密钥"))
    rotate.add_argument("--forget-previous", action="store_true", help=said("更换之后：删去旧密钥，先确认没有数据还用着它"))


def _as_user(parser: Parser) -> None:
    parser.add_argument("--as", dest="as_user", metavar="USER", help=said("以这个用户的权限运行（默认：本机操作员）"))


def _server(parser: Parser) -> None:
    parser.add_argument("--host", metavar="HOST", help=said("监听的地址（默认：127.0.0.1，只有本机能访问）"))
    parser.add_argument("--port", type=_whole(1, 65535), metavar="PORT", help=said("端口（默认：环境变量 PORT 或 8000）"))
    parser.add_argument("--workers", type=_whole(1, 64), metavar="N", default=2, help=said("进程数（默认：2）"))
    parser.add_argument("--no-worker", action="store_true", help=said("不同时启动处理后台任务的进程（另行运行 wuyefei worker）"))


def _whole(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 9 and least <= int(text) <= most):
            raise argparse.ArgumentTypeError(said("应为 {least} 到 {most} 的整数，而不是「{text}」", least=least, most=most, text=text[:20]))
        return int(text)

    return parse


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    _print_anything()
    with speaking(language(sys.argv[1:] if argv is None else argv)):
        return _run(build().parse_args(argv))


def _run(args: argparse.Namespace) -> int:
    as_json = bool(args.json)
    try:
        outcome: Outcome = args.run(args)
        if not outcome.said:
            say(outcome.document, outcome.text, as_json=as_json)
    except DomainError as error:
        return _refused(error, as_json)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return _refused(DomainError("interrupted", "已中断。"), as_json)
    except Exception as error:
        if not _database_gone(error):
            raise
        return _refused(DomainError("database_gone", "与数据库的连接断了，没有做完的都没有保存。请稍后重试。"), as_json)
    return 0 if outcome.done else 1


def _database_gone(error: BaseException) -> bool:
    from psycopg import OperationalError

    return isinstance(error, OperationalError) or isinstance(error.__cause__, OperationalError)


def _print_anything() -> None:
    """A character that the terminal cannot show is replaced, never a reason to break off."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _refused(error: DomainError, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"error": {"code": error.code, "message": error.text}}, ensure_ascii=False))
    print(f"wuyefei: {error.text}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
