"""The installation by its commands: made, served, worked for, backed up and restored."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import stat
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from psycopg import OperationalError

from tests.edges.cli.conftest import Home, until

pytestmark = pytest.mark.wide

PASSWORD = "Ganlan-shu-2391"
ADMIN = ("createadmin", "--organisation", "桂语物业", "--username", "lushan", "--name", "鲁山甲")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_first_administrator(home: Home) -> None:
    assert home.run("migrate", "--json").document["applied"] > 20
    assert home.run("migrate", "--json").document == {"applied": 0}
    weak, unasked = home.batch([(*ADMIN, "--password-stdin"), ADMIN], stdin="12345678\n")
    assert (weak.code, weak.tidy, weak.out) == (1, True, "")
    assert home.sql("SELECT 1 FROM access_organisation") == [], "a refusal leaves no organisation"
    assert "--password-stdin" in unasked.err
    made = home.run(*ADMIN, "--password-stdin", "--json", stdin=f"{PASSWORD}\n")
    assert made.code == 0 and PASSWORD not in made.out + made.err
    assert made.document == {"organisation": "桂语物业", "organisation_made": True, "username": "lushan", "name": "鲁山甲"}
    again = home.run(*ADMIN, "--password-stdin", stdin=f"{PASSWORD}\n")
    assert again.code == 1 and again.tidy
    asked = "from wuyefei.foundation.access.models import User\nfrom wuyefei.foundation.access.actor import load_actor, second_factor_due\n"
    asked += "u = User.objects.get(username='lushan')\n"
    asked += f"print(u.check_password({PASSWORD!r}), load_actor(u).may('admin'), second_factor_due(u))"
    assert home.script(asked).split() == ["True", "True", "True"]


def fetch(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return answer.status, answer.url
    except urllib.error.HTTPError as error:
        return error.code, url


def answers(url: str) -> Any:
    try:
        return fetch(url)
    except OSError:
        return None


def test_serving(home: Home) -> None:
    port = free_port()
    process = home.start(["-m", "wuyefei.edges.cli.main", "serve", "--json", "--workers", "1"], PORT=str(port))
    status, landed = until(lambda: answers(f"http://127.0.0.1:{port}/"))
    assert status == 200 and "sign-in" in landed
    assert fetch(f"http://127.0.0.1:{port}/static/shell/tokens.css")[0] == 200
    assert fetch(f"http://127.0.0.1:{port}/nowhere-at-all/")[0] in (200, 404)
    busy = home.run("serve", "--json", PORT=str(port))
    assert busy.code == 1 and busy.document["error"]["code"] == "port_busy" and str(port) in busy.err
    os.kill(process.pid, signal.SIGTERM)
    assert process.wait(30) is not None
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def children(pid: int) -> dict[int, str]:
    """The live children of a process, each with its command line."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = path.read_text().rpartition(")")[2].split()[:2]
            if int(parent) == pid and state != "Z":
                found[int(path.parent.name)] = (path.parent / "cmdline").read_text().replace("\0", " ")
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def back(home: Home) -> bool:
    """Whether the database answers; starts nothing."""
    try:
        return home.sql("SELECT 1") == [(1,)]
    except OperationalError:
        return False


def test_serving_through_kills(home: Home) -> None:
    """The worker beside the pages is begun again, and with it a database that died. A server killed outright leaves
    nobody behind who holds its address."""
    port = free_port()
    process = home.start(["-m", "wuyefei.edges.cli.main", "serve", "--workers", "1"], PORT=str(port))
    address = f"http://127.0.0.1:{port}/"
    until(lambda: answers(address), 180)
    worker = lambda: next((pid for pid, line in children(process.pid).items() if " worker " in line), 0)  # noqa: E731
    first = until(worker)
    os.kill(first, signal.SIGKILL)
    second = until(lambda: worker() not in (0, first) and worker())
    os.kill(int((home.path / "pgdata" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(second, signal.SIGKILL)  # it would end by itself, once it has waited for its database
    until(lambda: back(home), 120)
    assert answers(address)[0] == 200
    left = children(process.pid)
    os.kill(process.pid, signal.SIGKILL)
    until(lambda: not any(map(alive, left)))
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.parametrize(("value", "word"), [("http", "PORT"), ("99999", "端口"), ("0", "端口"), ("-1", "PORT")])
def test_a_port_that_is_none(home: Home, value: str, word: str) -> None:
    done = home.run("serve", PORT=value)
    assert done.code == 1 and done.tidy and word in done.err


def test_a_host_that_is_not_here(home: Home) -> None:
    hosts = ("203.0.113.9", "no-such-host.invalid")
    for done in home.batch([("serve", "--host", host, "--port", str(free_port())) for host in hosts]):
        assert done.code == 1 and done.tidy


def test_a_killed_worker_is_taken_over_where_it_left_off(home: Home) -> None:
    started = home.start(["-m", "tests.edges.cli.slow_work", "start"])
    job_id = int((started.communicate(timeout=60)[0]).split()[-1])
    look = f"SELECT state, done, attempts FROM platform_job WHERE id = {job_id}"
    first = home.start(["-m", "tests.edges.cli.slow_work", "worker"])
    until(lambda: home.sql(look)[0][1] >= 5)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    ((state, done, _),) = home.sql(look)
    assert state == "running" and 5 <= done < 60
    time.sleep(1.5)
    second = home.start(["-m", "tests.edges.cli.slow_work", "worker", "--once", "--stalled-after", "1"])
    said = second.communicate(timeout=120)[0]
    assert second.returncode == 0, said
    assert home.sql(look) == [("done", 60, 2)]
    steps = home.sql("SELECT organisation_id FROM platform_subjectkey WHERE wrapped = '' ORDER BY organisation_id")
    assert [step for (step,) in steps] == list(range(60)), "every step once, none twice"


SEALED = """
from wuyefei.foundation.platform import vault
from wuyefei.foundation.platform.models import SubjectKey
SubjectKey.objects.filter(wrapped=b'').delete()
((key_id, key),) = vault.new_keys(1, 1)
print(key_id, vault.lock(key, '13800002046').hex())
"""


def unsealed(home: Home, key_id: str, sealed: str) -> str:
    return home.script(f"from wuyefei.foundation.platform import vault\nprint(vault.unlock(vault.subject_key({key_id}), bytes.fromhex({sealed!r})))").strip()


def test_backup_and_restore(home: Home, new_home: Any, tmp_path: Path) -> None:
    key_id, sealed = home.script(SEALED).split()
    data, keys = tmp_path / "data.dump", tmp_path / "keys.tar"
    made = home.run("backup", str(data), "--keys", str(keys), "--json")
    assert made.code == 0 and made.document["bytes"] == data.stat().st_size > 10_000
    assert stat.S_IMODE(data.stat().st_mode) == stat.S_IMODE(keys.stat().st_mode) == 0o600
    twice, nowhere = home.batch([("backup", str(data)), ("backup", str(tmp_path / "no" / "where"))])
    assert twice.code == 1 and "已经存在" in twice.err
    assert nowhere.code == 1 and nowhere.tidy

    other = new_home()
    without = other.run("restore", str(data))
    assert without.code == 1 and "--keys" in without.err and without.tidy
    assert other.sql("SELECT 1 FROM pg_tables WHERE schemaname = 'public'") == [], "a refused restore leaves the former data"
    done = other.run("restore", str(data), "--keys", str(keys), "--json")
    assert done.code == 0, done.err
    assert done.document["verify"]["holds"] and [o["organisation"] for o in done.document["verify"]["organisations"]] == ["桂语物业"]
    assert unsealed(other, key_id, sealed) == "13800002046"

    refused = other.run("restore", str(data), "--keys", str(keys))
    assert refused.code == 1 and "--replace" in refused.err
    broken = tmp_path / "broken.dump"
    broken.write_bytes(data.read_bytes()[: data.stat().st_size // 2])
    bad = (broken, keys, tmp_path, tmp_path / "absent")
    failed = other.batch([*(("restore", str(one), "--replace") for one in bad), ("restore", str(data), "--keys", str(data), "--replace")], prepare=False)
    assert [(done.code, done.tidy) for done in failed] == [(1, True)] * 5 and "--keys" in failed[-1].err
    assert other.sql("SELECT name FROM access_organisation") == [("桂语物业",)], "a failed restore leaves the former data"
    changed = other.run("rotate-key", "--json")
    assert changed.code == 0 and changed.document["keys"] == 1, changed.err
    assert unsealed(other, key_id, sealed) == "13800002046"
    forgotten = other.run("rotate-key", "--forget-previous", "--json")
    assert (forgotten.code, forgotten.document) == (0, {"stragglers": 0})
    assert unsealed(other, key_id, sealed) == "13800002046", "the person's own key is under the new master key"
    assert other.run("restore", str(data), "--keys", str(keys), "--replace").code == 0
    assert unsealed(other, key_id, sealed) == "13800002046"


def test_stopping(home: Home) -> None:
    assert home.run("stop", "--json").document == {"stopped": True}
    assert home.run("stop", "--json").document == {"stopped": False}
    assert home.run("verify").code == 0, "started again with everything in it"


def test_a_database_that_is_not_there(home: Home) -> None:
    done = home.run("verify", "--json", DATABASE_URL=f"postgresql://nobody:secret-word@127.0.0.1:{free_port()}/none")
    assert done.code == 1 and done.tidy and done.document["error"]["code"] == "external_unreachable"
    assert "secret-word" not in done.out + done.err


def test_bench_lists_and_names_what_is_unknown(home: Home) -> None:
    assert "benches" in home.run("bench", "--json").document
    done = home.run("bench", "no-such")
    assert done.code == 1 and "no-such" in done.err
