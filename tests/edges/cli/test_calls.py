"""What scripts rely on: the names, ``--help`` everywhere, and exit code 2 for a wrong call."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

import pytest

from tests.edges.cli.conftest import ROOT
from wuyefei.edges.cli.main import build, main

COMMANDS = [
    "calc", "bill", "verify", "report", "export", "demo", "serve", "worker", "stop", "createadmin", "bench", "migrate",
    "backup", "restore",
]  # fmt: skip


def known() -> dict[str, argparse.ArgumentParser]:
    action = next(a for a in build()._actions if isinstance(a, argparse._SubParsersAction))
    return dict(action.choices)


def test_every_promised_command_is_there() -> None:
    assert set(COMMANDS) <= set(known())


@pytest.mark.parametrize("name", sorted(known()))
def test_help_and_json(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([name, "--help"])
    said = capsys.readouterr().out
    assert left.value.code == 0 and f"wuyefei {name}" in said and "--json" in said


@pytest.mark.parametrize(
    "call",
    [
        [], ["fly"], ["bill"], ["bill", "--community", "桂语花园"], ["calc"], ["calc", "magic"], ["report"], ["report", "debts"],
        ["export", "beancount"], ["export", "excel", "--output", "x"], ["backup"], ["restore"], ["createadmin"],
        ["serve", "--port", "0"], ["serve", "--port", "http"], ["serve", "--port", "70000"], ["worker", "--concurrency", "-1"],
        ["verify", "--jsonl"], ["demo", "--workers", "９"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_wrong_call_is_two_and_one_usage(call: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(call)
    said = capsys.readouterr()
    assert left.value.code == 2 and said.out == "" and "用法不对" in said.err


def test_help_and_calc_load_no_django() -> None:
    code = (
        "import sys, io\nfrom wuyefei.edges.cli.main import main\n"
        "class Pipe: buffer = io.BytesIO(b'{\"total\": \"1.00\", \"weights\": [1, 2]}')\n"
        "sys.stdin = Pipe\nassert main(['calc', 'share']) == 0\nassert 'django' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(ROOT / "src")}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 and done.stdout == '{"parts": ["0.33", "0.67"]}\n', done.stderr
