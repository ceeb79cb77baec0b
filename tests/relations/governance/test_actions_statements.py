"""A statement is published by a second person, never changed afterwards, and names no household."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.relations.owners import LU, Town, phone, place
from wuyefei.edges.demo import dial
from wuyefei.foundation.approvals.actions import SamePerson, decide
from wuyefei.foundation.kernel.errors import Forbidden, Invalid, NotFound
from wuyefei.foundation.platform.pictures import PictureRefused
from wuyefei.relations.governance.actions import correct
from wuyefei.relations.governance.filing import NamesSomebody, drop_file
from wuyefei.relations.governance.models import Statement, StatementFile, StatementLine
from wuyefei.relations.governance.public import (
    PARTS,
    Entry,
    Part,
    add_file,
    ask_publish,
    compose,
    composition,
    new_statement,
    published,
    render_sheet,
    save_draft,
    sums,
)
from wuyefei.relations.governance.queries import get_statement, statements
from wuyefei.relations.governance.rules import (
    EmptyStatement,
    StatementFixed,
    StatementOpen,
    check_parts,
    quarter_of,
)

DAY = dt.date(2026, 1, 31)
ENTRIES = [
    Entry(False, True, "物业服务费", 7_684_210_50), Entry(False, True, "车位服务费", 1_412_600_00),
    Entry(False, False, "人员工资", 5_430_000_00), Entry(False, False, "公共能耗", 986_302_44),
    Entry(True, True, "电梯广告", 120_000_00, "与甲广告公司合同"), Entry(True, False, "补充维修资金", 80_000_00, "业主大会 2025-11-16 决定"),
]  # fmt: skip


@given(st.integers(1, 10**9))
def test_a_composition_conserves_the_fee(fen: int) -> None:
    assert sum(part for _name, part in compose(fen)) == fen


def test_the_default_composition() -> None:
    """60, 15, 10, 10 and 5 of a bill of 148.95."""
    assert [fen for _part, fen in compose(14895)] == [8937, 2234, 1490, 1489, 745]
    assert [part.percent for part in PARTS] == [60, 15, 10, 10, 5]


@pytest.mark.parametrize("percents", [(60, 30), (60, 40, 0), (50, 50, 1), ()])
def test_a_composition_adds_up_to_a_hundred(percents: tuple[int, ...]) -> None:
    with pytest.raises(Invalid):
        check_parts([Part(f"第{n}项", percent, "") for n, percent in enumerate(percents)])


def test_quarters() -> None:
    assert [quarter_of(dt.date(2026, month, 9)).month for month in range(1, 13)] == [1, 1, 1, 4, 4, 4, 7, 7, 7, 10, 10, 10]


@pytest.mark.django_db
class TestStatements:
    def draft(self, town: Town) -> Statement:
        row = new_statement(town.world.community.pk, DAY, actor=town.world["finance"])
        return save_draft(row.pk, ENTRIES, PARTS, "换灯 36 盏", actor=town.world["finance"])

    def test_the_way_to_the_public(self, town: Town) -> None:
        row = self.draft(town)
        assert published(town.world.community.pk) == []
        request = ask_publish(row.pk, actor=town.world["lead"])
        with pytest.raises(SamePerson):
            decide(request.pk, approved=True, actor=town.world["lead"])
        decide(request.pk, approved=True, actor=town.world["manager"])
        (found,) = published(town.world.community.pk)
        total = sums(found)
        assert (total.income_fen, total.spending_fen, total.left_fen, total.public_left_fen) == (909681050, 641630244, 268050806, 4000000)
        assert Decimal(total.public_in_fen) == 12000000

    def test_nothing_published_is_changed(self, town: Town) -> None:
        row = self.draft(town)
        request = ask_publish(row.pk, actor=town.world["finance"])
        with pytest.raises(StatementFixed):
            save_draft(row.pk, ENTRIES[:1], PARTS, "", actor=town.world["finance"])
        with pytest.raises(IntegrityError), transaction.atomic():
            Statement.objects.filter(pk=row.pk).update(services="改了")
        with pytest.raises(IntegrityError), transaction.atomic():
            StatementLine.objects.filter(statement=row).delete()
        decide(request.pk, approved=True, actor=town.world["lead"])
        for change in (
            lambda: Statement.objects.filter(pk=row.pk).update(state="draft"),
            lambda: StatementLine.objects.filter(statement=row).update(amount_fen=1),
            lambda: Statement.objects.filter(pk=row.pk).delete(),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                change()

    def test_refused_it_is_a_draft_again(self, town: Town) -> None:
        row = self.draft(town)
        decide(ask_publish(row.pk, actor=town.world["finance"]).pk, approved=False, note="少一笔", actor=town.world["lead"])
        save_draft(row.pk, ENTRIES[:3], PARTS, "", actor=town.world["finance"])
        row.refresh_from_db()
        assert (row.state, row.lines.count()) == ("draft", 3)

    def test_a_correction_counts_once_published(self, town: Town) -> None:
        first = self.draft(town)
        with pytest.raises(StatementOpen):
            new_statement(town.world.community.pk, DAY, actor=town.world["finance"])
        decide(ask_publish(first.pk, actor=town.world["finance"]).pk, approved=True, actor=town.world["lead"])
        second = correct(first.pk, actor=town.world["finance"])
        parts = (Part("人员工资", 55, ""), Part("其他", 45, ""))
        save_draft(second.pk, ENTRIES[:1], parts, "", actor=town.world["finance"])
        assert composition(town.world.community.pk) == PARTS
        decide(ask_publish(second.pk, actor=town.world["finance"]).pk, approved=True, actor=town.world["lead"])
        assert composition(town.world.community.pk) == parts
        assert [row.pk for row in published(town.world.community.pk)] == [second.pk]

    def test_what_is_refused(self, town: Town) -> None:
        empty = new_statement(town.world.community.pk, DAY, actor=town.world["finance"])
        with pytest.raises(EmptyStatement):
            ask_publish(empty.pk, actor=town.world["finance"])
        with pytest.raises(Invalid):
            save_draft(empty.pk, [Entry(False, True, "服务费", 0)], PARTS, "", actor=town.world["finance"])
        with pytest.raises(NotFound):
            get_statement(town.world["outsider"], empty.pk)
        with pytest.raises(Forbidden):
            new_statement(town.world.community.pk, dt.date(2026, 4, 1), actor=town.world["cashier"])
        assert statements(town.world["outsider"]).count() == 0
        assert StatementLine.objects.count() == 0

    def test_the_sheet_is_one_page(self, town: Town) -> None:
        pdf = render_sheet(self.draft(town), "http://127.0.0.1/h5/", "1 月已有 12 户缴清，占 80.0%")
        assert pdf.startswith(b"%PDF")
        assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type/Page/") + pdf.count(b"/Type /Page ") <= 1


def test_the_sheet_says_the_communitys_rate_from_five_homes_on(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    from wuyefei.edges.portal.queries import openness
    from wuyefei.relations.governance.sheet import rate_words

    row = new_statement(town.world.community.pk, DAY, actor=town.world["manager"])
    assert rate_words(row) == ""
    monkeypatch.setattr(openness, "LEAST_HOMES", 2)
    assert rate_words(row) == "2026 年 2 月的账单已有 0 户缴清，占 0.0%"


def test_vouchers_are_published_with_the_statement_and_by_the_second_person(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only checked files of a known kind; fixed once handed in; a tampered file stops the publication; owners of the
    community see what is published, nobody else and nothing before."""
    monkeypatch.setattr("wuyefei.relations.accounts.rules.refuse_too_often", lambda *args: None)
    world = town.world
    row = new_statement(world.community.pk, DAY, actor=world["finance"])
    save_draft(row.pk, ENTRIES, PARTS, "", actor=world["finance"])
    photo = dial.picture("00318")
    for name, content, checked, error in (
        ("电表", photo, False, NamesSomebody), ("", photo, True, Invalid), ("电表", b"GIF89a", True, PictureRefused),
        ("合同", b"%PDF-" + b"x" * 3 * 2**20, True, Invalid),
    ):  # fmt: skip
        with pytest.raises(error):
            add_file(row.pk, name, content, checked=checked, actor=world["finance"])
    assert not StatementFile.objects.exists()
    kept = add_file(row.pk, "电表读数", photo, checked=True, actor=world["finance"])
    with pytest.raises(Invalid, match="已经加过"):
        add_file(row.pk, "再来一次", photo, checked=True, actor=world["finance"])
    dropped = add_file(row.pk, "合同", b"%PDF-1.4", checked=True, actor=world["finance"])
    with pytest.raises(NotFound):
        drop_file(dropped.pk, actor=world["outsider"])
    drop_file(dropped.pk, actor=world["finance"])
    client, path = phone(town, LU), f"/h5/p/{place(town, LU, '1-1-101').token}/open"
    request = ask_publish(row.pk, actor=world["finance"])
    assert client.get(f"{path}/files/{kept.pk}").status_code == 404
    with pytest.raises(StatementFixed):
        drop_file(kept.pk, actor=world["finance"])
    with pytest.raises(IntegrityError), transaction.atomic():
        StatementFile.objects.filter(pk=kept.pk).update(content=b"x")
    decide(request.pk, approved=True, actor=world["lead"])
    assert "电表读数" in client.get(path).content.decode()
    shown = client.get(f"{path}/files/{kept.pk}")
    assert (shown["Content-Type"], shown["X-Content-Type-Options"], shown.content) == ("image/png", "nosniff", bytes(kept.content))
    far = place(town, LU, "2-1-301")
    assert client.get(f"/h5/p/{far.token}/open/files/{kept.pk}").status_code == 404
    again = correct(row.pk, actor=world["finance"])
    assert [(one.name, one.digest) for one in again.files.all()] == [("电表读数", kept.digest)]
