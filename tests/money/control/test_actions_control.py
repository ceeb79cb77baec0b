"""A week's sample, a month's stubs, control points and a quarter's pack: who may, what is kept, and what nobody can change."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from tests.money.books.company import make_company
from tests.money.cashdesk.test_pages import client_of
from tests.scenarios.month import first_finding
from tests.world import World
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.money.control.actions import make_rounds
from wuyefei.money.control.public import (
    Already,
    Check,
    ControlPoint,
    Draw,
    Item,
    Made,
    Mismatch,
    NotOver,
    Pack,
    PointDraft,
    Quarter,
    SameHand,
    StubCheck,
    check,
    draw,
    end_control,
    make_pack,
    month_stubs,
    note_test,
    point_of,
    register_control,
    settle,
    tick,
)
from wuyefei.money.control.queries import get_control
from wuyefei.money.payments.public import Payment

WEEK = dt.date(2026, 1, 10)
LATER = dt.date(2026, 2, 23)
JANUARY, FIRST = Month(2026, 1), Quarter(2026, 1)
STANDARD = "收银员离岗即停用收款权限"


@pytest.fixture(scope="class")
def company(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Made once for the class; every test works in a transaction that is undone."""
    with django_db_blocker.unblock():
        point = transaction.atomic()
        point.__enter__()
        try:
            yield make_company()
        finally:
            transaction.set_rollback(True)
            point.__exit__(None, None, None)


def drawn(world: World) -> Item:
    return draw(world.community.pk, WEEK, actor=world["finance"]).items.get()


def access(world: World) -> ControlPoint:
    draft = PointDraft("rights", "收款权限清理", STANDARD, "quarter", world["finance"].user_id)
    return register_control(draft, actor=world["lead"])


def read(made: Made) -> dict[str, bytes]:
    with zipfile.ZipFile(made.file) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        return {name: archive.read(name) for name in archive.namelist()}


def rows_of(part: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(part.decode("utf-8-sig"))))


@pytest.mark.django_db
class TestControl:
    def test_a_week_is_drawn_once_and_again_the_same(self, company: World) -> None:
        with clock.at(dt.date(2026, 1, 11)), pytest.raises(NotOver):
            draw(company.community.pk, WEEK, actor=company["finance"])
        with clock.at(LATER):
            item = drawn(company)
            row = item.draw
            assert (row.week, row.population, item.payment.amount_fen, item.taken_by_id) == (dt.date(2026, 1, 5), 1, 100000, company["cashier"].user_id)
            assert draw(company.community.pk, dt.date(2026, 1, 5), actor=company["lead"]).pk == row.pk
            assert make_rounds(company.organisation.pk) == 1 and Draw.objects.latest("pk").week == dt.date(2026, 2, 16)
            assert make_rounds(company.organisation.pk) == 1 and Draw.objects.count() == 2
            assert first_finding(company) == ""
            for name, error in (("cashier", Forbidden), ("auditor", Forbidden), ("outsider", NotFound)):
                with pytest.raises(error):
                    draw(company.community.pk, WEEK, actor=company[name])

    def test_agreeing_needs_the_slip_and_differing_a_reason(self, company: World) -> None:
        with clock.at(LATER):
            item = drawn(company)
            for result, slip, reason in (("agrees", None, ""), ("agrees", 99999, ""), ("differs", 99999, " "), ("maybe", 100000, ""), ("differs", -90000, "写错了")):
                with pytest.raises(Invalid):
                    check(item.pk, result, actor=company["finance"], slip_fen=slip, reason=reason)
            assert not Check.objects.exists() and not Mismatch.objects.exists()
            check(item.pk, "agrees", actor=company["finance"], slip_fen=100000)
            with pytest.raises(Already):
                check(item.pk, "differs", actor=company["lead"], reason="看错")
            assert not Mismatch.objects.exists() and first_finding(company) == ""

    def test_what_differs_is_worked_to_closure_by_another(self, company: World) -> None:
        with clock.at(LATER):
            item = drawn(company)
            check(item.pk, "differs", actor=company["finance"], slip_fen=90000, reason="底单写 900 元")
            one = Mismatch.objects.get()
            assert (one.kind, one.detail, one.concerns_id) == ("sample", "底单写 900 元", company["cashier"].user_id)
            with pytest.raises(SameHand):
                settle(one.pk, "查清", actor=company["finance"])
            with pytest.raises(Invalid):
                settle(one.pk, " ", actor=company["lead"])
            with pytest.raises(Forbidden):
                settle(one.pk, "查清", actor=company["auditor"])
            one.refresh_from_db()
            assert one.closed_at is None
            assert settle(one.pk, "底单补签，金额无误", actor=company["lead"]).closed_by_id == company["lead"].user_id
            with pytest.raises(Already):
                settle(one.pk, "再关", actor=company["lead"])
            assert first_finding(company) == ""

    def test_the_database_refuses_one_hand(self, company: World) -> None:
        with clock.at(LATER):
            item = drawn(company)
            cashier, finance, now = company["cashier"].user_id, company["finance"].user_id, clock.now()
            facts = {"organisation_id": item.organisation_id, "community_id": item.community_id, "item": item, "result": "agrees", "slip_fen": 1, "checked_at": now}
            for taken, by in ((cashier, cashier), (finance, cashier)):
                with pytest.raises(IntegrityError), transaction.atomic():
                    Check.objects.create(taken_by_id=taken, checked_by_id=by, **facts)
            with pytest.raises(SameHand):
                check(item.pk, "agrees", actor=_works(company, "cashier"), slip_fen=100000)
            for sql in ("DELETE FROM control_draw", "UPDATE control_item SET rank = 9", "UPDATE control_draw SET seed = ''"):
                with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(sql)

    def test_verify_draws_again(self, company: World) -> None:
        with clock.at(LATER):
            item = drawn(company)
            other = Payment.objects.exclude(pk=item.payment_id).latest("pk")
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET LOCAL session_replication_role = replica")
                cursor.execute("UPDATE control_item SET payment_id = %s", [other.pk])
                cursor.execute("SET LOCAL session_replication_role = origin")
            assert first_finding(company) == f"control.samples control_draw {item.draw_id}"

    def test_stubs_are_ticked_once_a_month_is_over(self, company: World) -> None:
        place = company.community.pk
        with clock.at(dt.date(2026, 1, 31)), pytest.raises(NotOver):
            tick(place, JANUARY, 1, actor=company["finance"])
        with clock.at(LATER):
            found = month_stubs(company["auditor"], place, JANUARY)
            assert (found.facts.receipts, found.facts.total_fen, found.facts.gaps, found.reprints) == (1, 100000, (), [])
            with pytest.raises(Invalid):
                tick(place, JANUARY, 2, actor=company["finance"])
            with pytest.raises(Forbidden):
                tick(place, JANUARY, 1, actor=company["auditor"])
            assert not StubCheck.objects.exists()
            tick(place, JANUARY, 0, actor=company["finance"], note="存根还在收银台")
            assert Mismatch.objects.values_list("kind", "detail").get() == ("count", "0 / 1")
            with pytest.raises(Already):
                tick(place, JANUARY, 1, actor=company["lead"])

    def test_a_missing_number_and_a_void_without_reason_are_found(self, company: World) -> None:
        with clock.at(LATER), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("UPDATE receipts_receipt SET serial = serial + 2, voided_at = issued_at WHERE issued_at < '2026-02-01'")
            cursor.execute("SET LOCAL session_replication_role = origin")
            row = tick(company.community.pk, JANUARY, 1, actor=company["finance"])
            # serial 3 stands in January, 2 is February's: only 1 is missing
            assert (row.gaps, len(row.unexplained), row.voided) == (["2026 000001"], 1, 1)
            assert set(Mismatch.objects.values_list("kind", flat=True)) == {"gap", "void"}

    def test_a_control_point_is_tested_by_another(self, company: World) -> None:
        with clock.at(dt.date(2026, 1, 3)):
            row = access(company)
            with pytest.raises(Forbidden):
                register_control(PointDraft("rights", "甲", "乙", "week", 1), actor=company["finance"])
            for draft in (PointDraft("x", "甲", "乙", "week", company["lead"].user_id), PointDraft("rights", "", "乙", "week", company["lead"].user_id),
                          PointDraft("rights", "甲", "乙", "week", company["outsider"].user_id)):  # fmt: skip
                with pytest.raises(Invalid):
                    register_control(draft, actor=company["lead"])
            assert ControlPoint.objects.count() == 1
        with clock.at(LATER):
            with pytest.raises(Invalid):
                note_test(row.pk, dt.date(2026, 3, 1), True, "看了名单", actor=company["auditor"])
            note_test(row.pk, dt.date(2026, 2, 20), True, "抽 5 人，权限已停", actor=company["auditor"])
            assert point_of(get_control(company["auditor"], row.pk)).due == dt.date(2026, 5, 20)
            note_test(row.pk, LATER, False, "一人离岗未停", actor=company["lead"])
            one = Mismatch.objects.get()
            assert (one.kind, one.detail, one.concerns_id) == ("test", "收款权限清理", company["finance"].user_id)
            assert point_of(get_control(company["lead"], row.pk)).standing == "failed"
            with pytest.raises(IntegrityError), transaction.atomic():
                row.tests.create(organisation_id=row.organisation_id, owner_id=row.owner_id, tested_by_id=row.owner_id, tested_on=LATER,
                                 passed=True, evidence="自测", made_at=clock.now())  # fmt: skip
            end_control(row.pk, actor=company["lead"])
            with pytest.raises(Already):
                note_test(row.pk, LATER, True, "再测", actor=company["lead"])
            with pytest.raises(NotFound):
                get_control(company["outsider"], row.pk)
            assert row.tests.count() == 2

    def test_whoever_owns_it_does_not_test_it(self, company: World) -> None:
        with clock.at(LATER):
            row = register_control(PointDraft("handover", "交款", "次日缴存", "week", company["lead"].user_id), actor=company["lead"])
            with pytest.raises(SameHand):
                note_test(row.pk, LATER, True, "看了", actor=company["lead"])

    def test_a_pack_is_the_same_for_the_same_facts(self, company: World) -> None:
        with clock.at(LATER):
            check(drawn(company).pk, "differs", actor=company["finance"], slip_fen=90000, reason="=底单写 900 元")
            tick(company.community.pk, JANUARY, 1, actor=company["finance"])
            note_test(access(company).pk, LATER, True, "抽 5 人", actor=company["lead"])
            one = make_pack(FIRST, None, actor=company["auditor"])
        with clock.at(dt.date(2026, 5, 1)), translation.override("en"):
            two = make_pack(FIRST, None, actor=company["lead"])
            assert one.file.read() == two.file.read() and one.sha256 == two.sha256
            assert list(Pack.objects.values_list("quarter", "sha256")) == [("2026-Q1", one.sha256)] * 2
            parts = read(two)
            listed = {row[0]: row for row in rows_of(parts["MANIFEST.csv"])[1:]}
            assert set(listed) == set(parts) - {"MANIFEST.csv"} and len(listed) == 11
            assert all(listed[name][4] == hashlib.sha256(parts[name]).hexdigest() and listed[name][3] == str(len(parts[name])) for name in listed)
            entries = rows_of(parts["entries.csv"])[1:]
            assert sum(Decimal(row[7] or 0) for row in entries) == sum(Decimal(row[8] or 0) for row in entries) > 0
            assert len(entries) == int(listed["entries.csv"][2])
            assert rows_of(parts["samples.csv"])[1][8:11] == ["不符", "900.00", "'=底单写 900 元"]
            assert [len(rows_of(parts[name])) for name in ("stubs.csv", "control-tests.csv", "controls.csv", "exceptions.csv", "approvals.csv")] == [2, 2, 2, 2, 4]
            assert "没有核验记录" in parts["index.html"].decode() and listed["entries.csv"][4] in parts["index.html"].decode()
            settle(Mismatch.objects.get().pk, "查清", actor=company["lead"])
            three = make_pack(FIRST, None, actor=company["lead"])
            changed = {name for name, part in read(three).items() if part != parts[name]}
            assert changed == {"exceptions.csv", "index.html", "MANIFEST.csv"}

    def test_who_may_take_a_pack_away(self, company: World) -> None:
        with clock.at(LATER):
            for name, place, error in (("finance", None, Forbidden), ("finance", company.community.pk, Forbidden), ("outsider", company.community.pk, NotFound)):
                with pytest.raises(error):
                    make_pack(FIRST, place, actor=company[name])
            with pytest.raises(Invalid):
                make_pack(Quarter(2027, 1), None, actor=company["auditor"])
            assert not Pack.objects.exists()
            assert len(rows_of(read(make_pack(FIRST, company.community.pk, actor=company["auditor"]))["entries.csv"])) > 5

    def test_the_pages(self, company: World) -> None:
        finance, lead = client_of(company, "finance"), client_of(company, "lead")
        with clock.at(LATER):
            assert finance.post("/controls/samples/draw", {"community": company.community.pk, "week": "2026-01-10"}).status_code == 302
            item = Item.objects.get()
            assert "待核对" in finance.get(f"/controls/samples/{item.draw_id}").content.decode()
            finance.post(f"/controls/samples/items/{item.pk}/check", {"result": "differs", "slip": "900", "reason": "底单写 900 元"})
            assert Check.objects.get().slip_fen == 90000
            text = finance.get("/controls/").content.decode()
            assert "底单写 900 元" in text and "/settle" not in text and "/settle" in lead.get("/controls/").content.decode()
            lead.post(f"/controls/mismatches/{Mismatch.objects.get().pk}/settle", {"note": "补签"})
            assert "补签" in lead.get("/controls/?state=closed").content.decode()
            place = f"/controls/stubs/{company.community.pk}/2026-01"
            finance.post(f"{place}/tick", {"counted": "x"})
            assert not StubCheck.objects.exists()
            finance.post(f"{place}/tick", {"counted": "1"})
            assert StubCheck.objects.get().digest in finance.get(place).content.decode() and "已核对" in finance.get("/controls/stubs").content.decode()
            sent = {"kind": "rights", "title": "权限", "standard": STANDARD, "every": "month", "owner": company["finance"].user_id, "community": ""}
            lead.post("/controls/points/add", sent)
            row = ControlPoint.objects.get()
            lead.post(f"/controls/points/{row.pk}/test", {"on": str(LATER), "passed": "yes", "evidence": "抽 5 人"})
            assert "抽 5 人" in lead.get(f"/controls/points/{row.pk}").content.decode() and STANDARD in finance.get("/controls/points").content.decode()
            answer = client_of(company, "auditor").post("/controls/packs/make", {"quarter": "2026-Q1", "community": ""})
            assert answer["Content-Type"] == "application/zip" and b"".join(answer.streaming_content)[:2] == b"PK"  # type: ignore[arg-type]
            assert Pack.objects.get().sha256 in lead.get("/controls/packs").content.decode()


def _works(world: World, name: str) -> Any:
    """The same person with the right to check as well."""
    import dataclasses

    from wuyefei.foundation.access.rules import Permission

    places = {permission: frozenset({world.community.pk}) for permission in (Permission.CONTROL_VIEW, Permission.CONTROL_WORK)}
    return dataclasses.replace(world[name], places={**world[name].places, **places})
