"""Billing, proof, reports and export by command, in a data folder of its own."""

from __future__ import annotations

import datetime as dt
import hashlib
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from beancount import loader

from tests.edges.cli.conftest import Done, Home

PLACE = ("--community", "桂语花园")


CALL = ("bill", *PLACE, "--period", "2026-01")


@pytest.fixture(scope="module", autouse=True)
def billed(home: Home) -> Done:
    """The world of the tests, with January billed by command, after two calls that must not publish it."""
    home.script("from tests.world import make_world\nmake_world()")
    alone, same = home.batch(
        [(*CALL, "--as", "finance", "--publish"), (*CALL, "--as", "finance", "--publish", "--publish-as", "finance")]
    )
    assert alone.code == 1 and "--publish-as" in alone.err
    assert same.code == 1 and same.tidy
    assert home.sql("SELECT state FROM billing_run") == [("draft",)]
    return home.run(*CALL, "--publish", "--json")


def today() -> dt.date:
    return dt.datetime.now(ZoneInfo("Asia/Shanghai")).date()


def test_a_month_is_drafted_published_and_not_billed_twice(home: Home, billed: Done) -> None:
    done = billed
    assert done.code == 0, done.err
    assert {key: done.document[key] for key in ("state", "lines", "amount", "gaps")} == {
        "state": "published", "lines": 4, "amount": "924.78", "gaps": [],
    }  # fmt: skip
    again = home.run(*CALL, "--publish", "--json")
    assert (again.code, again.document["state"], again.document["lines"]) == (0, "nothing_to_bill", 0)


REFUSED = [
    ("bill", "--community", "没有这里", "--period", "2026-01"),
    ("bill", *PLACE, "--organisation", "青禾物业", "--period", "2026-01"),
    ("bill", *PLACE, "--period", "2026-13"),
    ("bill", *PLACE, "--period", "二月"),
    ("bill", *PLACE, "--period", "2026-02", "--as", "nobody"),
    ("bill", *PLACE, "--period", "2026-02", "--as", "outsider"),
    ("bill", *PLACE, "--period", "2026-02", "--as", "cashier"),
    ("verify", "--organisation", "没有这家"),

    ("report", "rates", *PLACE, "--as-of", "2099-01-01"),
    ("report", "rates", *PLACE, "--as-of", "昨天"),
    ("report", "rates", *PLACE, "--as-of", "2026-01-31", "--period", "2026-02"),
    ("report", "arrears", *PLACE, "--period", "2026-01"),
    ("report", "ageing", *PLACE, "--as", "cashier"),
    ("report", "ageing", *PLACE, "--from", "2026-01-01"),
    ("report", "movement", *PLACE),
    ("report", "movement", *PLACE, "--from", "2026-01-01", "--as-of", "2026-02-01"),
    ("report", "migration", *PLACE, "--from", "2026-03-01", "--to", "2026-02-01"),
    ("report", "trial-balance", *PLACE),
    ("report", "trial-balance", *PLACE, "--from", "2026-03-01", "--to", "2026-02-01"),
    ("report", "trial-balance", *PLACE, "--from", "2026-01-01", "--as", "cashier"),
    ("report", "audit", *PLACE, "--output", "x.zip"),
    ("report", "audit", *PLACE, "--period", "2026-01", "--output", "x.zip"),
    ("report", "audit", *PLACE, "--period", "2026-Q1", "--output", "x.pdf"),
    ("report", "audit", *PLACE, "--period", "2026-Q1", "--output", "x.zip", "--as", "finance"),
    ("export", "kingdee", *PLACE, "--output", "x.beancount"),
    ("export", "yonyou", *PLACE, "--from", "2020-01-01", "--to", "2020-01-31", "--output", "x.beancount"),
    ("export", "beancount", *PLACE, "--from", "2026-01-01", "--output", "x.beancount"),
    ("report", "migration", *PLACE, "--from", "2026-01-01", "--as", "cashier"),
    ("export", "beancount", "--organisation", "桂语物业", "--output", "."),
    ("export", "beancount", "--organisation", "桂语物业", "--output", "no/where.beancount"),
    ("export", "beancount", "--organisation", "桂语物业", "--output", "x.beancount", "--as", "cashier"),
]


def test_refused_in_one_line(home: Home) -> None:
    count = "SELECT count(*), (SELECT count(*) FROM platform_auditentry) FROM billing_run"
    before = home.sql(count)
    for call, done in zip(REFUSED, home.batch([(*call, "--json") for call in REFUSED]), strict=True):
        assert done.code == 1 and done.tidy, (call, done)
        assert set(done.document) == {"error"} and done.document["error"]["message"] in done.err, call
        assert len(done.err.splitlines()) == 1, call
    assert home.sql(count) == before and not (home.path / "x.beancount").exists()


def test_every_organisation_where_none_is_named(home: Home, tmp_path: Path) -> None:
    books = tmp_path / "all.beancount"
    calls = [("report", "ageing", "--json"), ("report", "ageing"), ("export", "beancount", "--output", str(books), "--json")]
    ageing, told, exported = home.batch(calls)
    assert [done.code for done in (ageing, told, exported)] == [0, 0, 0]
    found = {one["organisation"]: one["totals"]["outstanding"] for one in ageing.document["organisations"]}
    assert found == {"桂语物业": "924.78", "青禾物业": "0.00"} and "青禾物业" in told.out
    assert exported.document["communities"] == len({"桂语花园", "青禾里"})
    _, errors, _ = loader.load_file(str(books))
    assert errors == []


def test_vouchers_leave_once_with_the_sums_of_the_trial_balance(home: Home, tmp_path: Path) -> None:
    day, file = str(today()), tmp_path / "vouchers.txt"
    out = ("export", "yonyou", *PLACE, "--from", day, "--output", str(file), "--json")
    calls = [("report", "trial-balance", *PLACE, "--from", day, "--json"), ("report", "trial-balance", *PLACE, "--from", day), out, out, (*out, "--again")]
    balance, told, made, refused, again = home.batch(calls)
    assert [done.code for done in (balance, told, made, refused, again)] == [0, 0, 0, 1, 0]
    assert [tie for tie in balance.document["ties"] if tie["gap"] != "0.00"] == [] and "924.78" in told.out
    assert made.document["debit"] == balance.document["total"]["debit"] == balance.document["total"]["credit"] == "924.78"
    assert refused.document["error"]["code"] == "exported_before"
    assert file.read_bytes().decode("gb18030").startswith("填制凭证,V800\r\n") and again.document["vouchers"] == made.document["vouchers"]


def test_the_audit_pack_is_the_same_again(home: Home, tmp_path: Path) -> None:
    now = today()
    call = ("report", "audit", *PLACE, "--period", f"{now.year}-Q{(now.month + 2) // 3}", "--as", "auditor", "--json", "--output")
    one, two = home.batch([(*call, str(tmp_path / "one.zip")), (*call, str(tmp_path / "two.zip"))])
    assert (one.code, two.code) == (0, 0), one.err
    content = (tmp_path / "one.zip").read_bytes()
    assert content == (tmp_path / "two.zip").read_bytes() and one.document["sha256"] == two.document["sha256"] == hashlib.sha256(content).hexdigest()
    parts = {part["file"]: part["rows"] for part in one.document["parts"]}
    assert len(parts) == 11 and parts["entries.csv"] > 0 and parts["approvals.csv"] > 0


def test_reports_agree_with_each_other(home: Home) -> None:
    day = str(today())
    eve = str(today() - dt.timedelta(days=1))
    calls = [
        ("report", "arrears", *PLACE, "--as-of", day, "--json"), ("report", "ageing", "--organisation", "桂语物业", "--json"),
        ("report", "rates", *PLACE, "--period", "2026-01", "--json"), ("report", "arrears", *PLACE, "--as-of", eve, "--json"),
        ("report", "arrears", *PLACE), ("report", "rates", *PLACE), ("report", "ageing", *PLACE),
        ("report", "movement", *PLACE, "--from", day, "--json"), ("report", "migration", *PLACE, "--from", eve, "--json"),
        ("report", "movement", *PLACE, "--from", day), ("report", "migration", "--from", eve),
    ]  # fmt: skip
    answers = home.batch(calls)
    assert [done.code for done in answers] == [0] * len(calls)
    arrears, ageing, rates, before = (done.document for done in answers[:4])
    assert arrears["totals"]["rows"] == 4 and arrears["totals"]["outstanding"] == "924.78"
    assert {row["property"] for row in arrears["rows"]} == {"1-1-101", "1-1-102", "1-1-201", "B1-001"}
    assert {row["days"] for row in arrears["rows"]} == {(today() - dt.date(2026, 1, 15)).days}
    assert ageing["totals"]["outstanding"] == "924.78" and len(ageing["buckets"]) == 7 and ageing["as_of"] == day
    assert rates["total"]["due"] == "924.78" and rates["total"]["current"] == "0.0000" and rates["total"]["clearance"] is None
    assert before["totals"] == {"rows": 0, "outstanding": "0.00", "due": "0.00", "not_due": "0.00", "late_fee": "0.00"}
    assert "924.78" in answers[4].out and "合计" in answers[5].out and "2 年以上" in answers[6].out
    # billed today for a month long past: new today
    movement, migration = answers[7].document, answers[8].document
    assert movement["total"] == {"opening": "0.00", "new": "924.78", "cleared": "0.00", "adjusted": "0.00", "closing": "924.78"}
    assert [place["closing"] for place in movement["communities"]] == ["924.78"] == [month["closing"] for month in movement["months"]]
    assert {key: value["outstanding"] for key, value in migration["total"]["to"].items()} == {
        line["bucket"]: line["outstanding"] for line in ageing["buckets"]
    }
    assert "0.00 + 924.78 − 0.00 − 0.00 = 924.78" in answers[9].out and "仍欠 924.78" in answers[10].out


def test_the_export_passes_bean_check(home: Home, tmp_path: Path) -> None:
    target = tmp_path / "books.beancount"
    target.write_text("old", "utf-8")
    done = home.run("export", "beancount", "--organisation", "桂语物业", "--output", str(target), "--json")
    assert done.code == 0 and done.document["communities"] == 1
    text = target.read_text("utf-8")
    assert done.document["lines"] == text.count("\n") and "Assets:Receivable:GuiYuHuaYuan  924.78 CNY" in text
    checker = [sys.executable, "-c", "from beancount.scripts.check import main; main()", str(target)]
    checked = subprocess.run(checker, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".books.beancount.picklecache")] == ["books.beancount"]


def test_verify_names_the_row_tampered_with(home: Home) -> None:
    ((row,),) = home.sql("UPDATE billing_receivable SET outstanding_fen = outstanding_fen - 1 WHERE amount_fen = 25000 RETURNING id")
    done, own, other = home.batch([("verify", "--json"), ("verify", "--organisation", "桂语物业"), ("verify", "--organisation", "青禾物业")])
    assert done.code == 1
    findings = [f for o in done.document["organisations"] for check in o["checks"] for f in check["findings"]]
    assert ("billing_receivable", row) in {(f["table"], f["row"]) for f in findings}
    assert (own.code, other.code) == (1, 0) and f"billing_receivable #{row}" in own.out
    home.sql(f"UPDATE billing_receivable SET outstanding_fen = outstanding_fen + 1 WHERE id = {row} RETURNING id")
    assert home.run("verify", "--json").document["holds"] is True


def test_a_month_is_closed_by_two_people(home: Home, billed: Done) -> None:
    call = ("close", *PLACE, "--month", "2026-01", "--json")
    looked, alone, closed, again = home.batch([
        (*call, "--check"), (*call, "--as", "finance", "--reason", "未核验", "--approve-as", "finance"),
        (*call, "--as", "finance", "--reason", "未核验", "--approve-as", "lead"), (*call, "--as", "finance", "--reason", "未核验"),
    ])  # fmt: skip
    assert (looked.code, looked.document["state"], looked.document["closed_through"]) == (0, "open", None)
    assert {one["item"] for one in looked.document["list"] if one["count"]} == {"proof"}
    assert alone.code == 1 and alone.tidy
    assert (closed.code, closed.document["state"], closed.document["closed_through"]) == (0, "closed", "2026-01-31")
    assert again.code == 1 and again.tidy
    assert home.sql("SELECT count(*) FROM ledger_periodclose") == [(1,)]
