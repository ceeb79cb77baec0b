"""A process that has everything imported and forks others from itself: each a real process that can be killed, born in
milliseconds. It is told what to run by lines of JSON on its standard input and answers each with one.

``{"run": [..]}`` the ``wuyefei`` command, ``"large"`` from how large a demo company on two processes build it · ``{"call": name, "with": {..}}`` an act of ``company`` or ``money`` · ``{"wait": pid}``. ``"env"`` is added to the environment; ``"first"`` names an act that the same
process carries out before its command.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from contextlib import nullcontext
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from .doom import Counter

PROVIDERS = "WUYEFEI_SANDBOX"
"""Where the payment providers answer who outlive every process here; without it the pages bring their own."""


def prepare(home: Path) -> None:
    """Import all, open no connection, set the clock of every thread to the day of the tests."""
    from wuyefei.edges.cli import boot
    from wuyefei.foundation.embedded.public import ensure_database

    boot.setup(ensure_database(home).url)
    from django.conf import settings
    from django.db.backends.signals import connection_created

    from wuyefei.edges.cli import main, service, worker  # noqa: F401
    from wuyefei.foundation.platform import clock

    from . import company, money  # noqa: F401

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    clock._set = ContextVar("clock", default=company.MOMENT)
    counter = Counter(home)
    connection_created.connect(counter.connected, weak=False)
    company.watch(counter, setattr)
    beside = service._sandbox_beside
    service._sandbox_beside = lambda url: nullcontext() if PROVIDERS in os.environ else beside(url)
    for name in ("DATABASE_URL", "WUYEFEI_DATABASE"):
        os.environ.pop(name, None)


def child(order: dict[str, Any]) -> int:
    """What a fork does: its exit code."""
    from wuyefei.edges.cli.main import main

    if "large" in order:
        from wuyefei.edges.demo import make

        make.LARGE = order["large"]
    os.environ.update(order["env"])
    if "first" in order:
        acted(order["first"], {})
    if "run" in order:
        return main(order["run"])
    Path(order["answer"]).write_text(json.dumps(acted(order["call"], order["with"])))
    return 0


def acted(name: str, given: dict[str, Any]) -> Any:
    """An act of ``company`` or ``money``, carried out here."""
    from wuyefei.edges.cli import boot

    boot.ready()
    from . import company, money

    return getattr(money if hasattr(money, name) else company, name)(**given)


def fork(order: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    os.setsid()
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    code = 99
    try:
        code = child(order)
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def serve() -> None:
    prepare(Path(os.environ["WUYEFEI_HOME"]))
    print(json.dumps({"ready": os.getpid()}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        if "wait" in order:
            answer = {"code": os.waitstatus_to_exitcode(os.waitpid(order["wait"], 0)[1])}
        else:
            answer = {"pid": fork(order)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    serve()
