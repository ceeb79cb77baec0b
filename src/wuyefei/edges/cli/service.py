"""What runs the installation: ``migrate``, ``serve``, ``stop``, ``createadmin`` and ``demo``."""

from __future__ import annotations

import argparse
import fcntl
import getpass
import ipaddress
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from wuyefei.foundation import environment
from wuyefei.foundation.embedded.public import stop_database
from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase, spoken
from wuyefei.foundation.platform.lifeline import SERVER

from . import boot
from .beside import worker_beside
from .boot import Outcome
from .speech import said


def migrate(args: argparse.Namespace) -> Outcome:
    """Apply the migrations that are missing, as the owner of the tables."""
    found = boot.database()
    boot.setup(found.owner_url)
    from django.core.management import call_command

    from wuyefei.foundation.platform.migrating import quick_states

    with boot.migrating():
        missing = boot.pending_migrations()
        with quick_states():
            call_command("migrate", verbosity=0, interactive=False)
    return Outcome({"applied": missing}, said("已应用 {missing} 项更新。", missing=missing), said=args.quiet)


def stop(args: argparse.Namespace) -> Outcome:
    """Stop the embedded database of the data folder; every commit stays."""
    if os.environ.get("DATABASE_URL"):
        raise DomainError("external_database", "使用的是 DATABASE_URL 所指的数据库，不由本程序启停。")
    stopped = stop_database(environment.home())
    return Outcome({"stopped": stopped}, said("数据库已停止。") if stopped else said("数据库没有在运行。"))


def serve(args: argparse.Namespace) -> Outcome:
    """Serve the pages until stopped."""
    host, port = _address(args)
    boot.ready()
    _serve(host, port, args)
    return Outcome({}, "", said=True)


def _address(args: argparse.Namespace) -> tuple[str, int]:
    """The host and port asked for, found free. Raises before anything is started."""
    host, port = args.host or "127.0.0.1", args.port if args.port is not None else _port()
    if not 0 < port < 65536:
        raise Invalid(field="端口", reason="应在 1 到 65535 之间")
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror as error:
        raise Invalid(field="--host", reason=Phrase("「{host}」不是本机的地址", host=host)) from error
    except PermissionError as error:
        raise DomainError("port_refused", "没有权限使用端口 {port}，请用 1024 以上的端口。", port=port) from error
    except OSError as error:
        message = "{host}:{port} 已被别的程序占用，或不是本机的地址。请用环境变量 PORT 或 --port 换一个端口。"
        raise DomainError("port_busy", message, host=host, port=port) from error
    if not ipaddress.ip_address(address[0]).is_loopback:
        boot.tell(said("注意：{host} 可以从别的机器访问。请在前面放置 HTTPS，并设置 WUYEFEI_HOSTS 与 WUYEFEI_HTTPS=1。", host=host))
    return host, port


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isascii() or not text.isdigit():
        raise Invalid(field="PORT", reason=Phrase("「{text}」不是端口", text=text[:20]))
    return int(text)


def _serve(host: str, port: int, args: argparse.Namespace, document: dict[str, object] | None = None) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    url = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    boot.say({"url": url, **(document or {})}, said("网址 {url}\n按 Ctrl+C 停止服务。", url=url), as_json=args.json)
    (environment.home() / "static").mkdir(parents=True, exist_ok=True)
    os.environ[SERVER] = str(os.getpid())
    server = Granian(
        "wuyefei.config.wsgi:application", address=host, port=port, interface=Interfaces.WSGI, workers=args.workers,
        blocking_threads=8, log_enabled=True, log_level=LogLevels.error, websockets=False, respawn_failed_workers=True,
    )  # fmt: skip
    with _sandbox_beside(url), worker_beside(not args.no_worker):
        server.serve()


@contextmanager
def _sandbox_beside(url: str) -> Iterator[None]:
    """In demo mode the payment providers' counterparts, for as long as the pages are served."""
    if not environment.demo_mode():
        yield
        return
    from wuyefei.edges.sandbox.public import Sandbox, install_everywhere, keep

    home = environment.home()
    keys = keep(home / "secrets")
    sandbox = Sandbox(keys, site_url=url.rstrip("/"), folder=home).start()
    os.environ["WUYEFEI_SANDBOX"], os.environ["WUYEFEI_SITE"] = sandbox.url, url.rstrip("/")
    install_everywhere(keys)
    try:
        yield
    finally:
        sandbox.stop()


def createadmin(args: argparse.Namespace) -> Outcome:
    """An administrator of an organisation, which is made if there is none of that name."""
    password = _password(from_stdin=args.password_stdin)
    boot.ready()
    from django.db import transaction

    from wuyefei.foundation.access.actions.places import create_organisation
    from wuyefei.foundation.access.actions.roles import grant_role
    from wuyefei.foundation.access.actions.users import create_user
    from wuyefei.foundation.access.actor import OPERATOR, service_actor
    from wuyefei.foundation.access.models import Organisation
    from wuyefei.foundation.access.rules import Role

    with transaction.atomic():
        organisation = Organisation.objects.filter(name=args.organisation.strip()).first()
        fresh = organisation is None
        if organisation is None:
            organisation = create_organisation(args.organisation)
        actor = service_actor(organisation.pk, OPERATOR)
        user, _ = create_user(
            username=args.username, name=args.name or args.username, actor=actor, password=password, must_change=False
        )
        grant_role(user.pk, Role.ADMINISTRATOR, actor=actor)
    document = {"organisation": organisation.name, "organisation_made": fresh, "username": user.username, "name": user.name}
    made = said("（新建）") if fresh else ""
    return Outcome(document, said("{name}{made} 的系统管理员 {username} 已建立；首次登录时设置第二因子。", name=organisation.name, made=made, username=user.username))


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        password = getpass.getpass(said("密码："))
        if getpass.getpass(said("再输一次：")) != password:
            raise Invalid(field="密码", reason="两次输入不一致")
    else:
        raise Invalid(field="密码", reason="没有终端可以输入，请用 --password-stdin 从标准输入给出")
    if not password:
        raise Invalid(field="密码", reason="不能为空")
    return password


def demo(args: argparse.Namespace) -> Outcome:
    """Make the demo company if the data folder has none, and serve it."""
    host, port = ("", 0) if args.no_serve else _address(args)
    os.environ["WUYEFEI_DEMO"] = "1"
    with _one_at_a_time():
        boot.ready()
        made = _made(args)
        boot.demo_marker().write_text("演示公司。serve 会以演示模式运行这个数据文件夹。\n", "utf-8")
    from wuyefei.edges.portal.demo import lines as owner_lines
    from wuyefei.foundation.access.demo import people

    signs: list[dict[str, Any]] = [
        {"organisation": p.organisation, "name": p.name, "roles": list(p.roles), "username": p.username, "password": p.password}
        for p in people()
    ]
    document: dict[str, object] = {"made": made, "home": str(environment.home()), "people": signs}
    lines = [said("演示公司已建立。") if made else said("演示公司已经在了。"), "", said("登录：密码都是 {password}", password=signs[0]['password'] if signs else '')]
    lines += [f"  {sign['username']:<16} {sign['organisation']} · {sign['name']} · {'、'.join(map(spoken, sign['roles']))}" for sign in signs]
    lines += owner_lines()
    if args.no_serve:
        return Outcome(document, "\n".join(lines))
    boot.tell("\n".join(lines))
    _serve(host, port, args, document)
    return Outcome(document, "", said=True)


def _made(args: argparse.Namespace) -> bool:
    """Make the company in the size asked for, or go on with one that was broken off; whether there was anything to do."""
    from wuyefei.edges.demo import make

    if make.exists():
        return False
    properties, months = make.SIZES[args.size]
    going_on = make.begun()
    boot.tell(said("上一次没有建完，从中断处继续…") if going_on else said("正在建立演示公司，约需两三分钟…"))
    make.make_demo(boot.progress, properties=args.properties or properties, months=args.months or months)
    return True


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two ``make demo`` at once make one company."""
    home = environment.home()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (home / "demo.lock").open("ab") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
