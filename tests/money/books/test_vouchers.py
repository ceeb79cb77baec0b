"""Voucher files: balanced, equal to the trial balance, in the layouts asked for, and said where made before."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from python_calamine import CalamineWorkbook

from tests.money.books.company import make_company
from tests.money.books.test_reports import FEBRUARY, at_home
from tests.world import World
from wuyefei.foundation.access.actor import load_actor
from wuyefei.foundation.access.models import RoleGrant, User
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.money.books.layouts import KINGDEE_HEAD, kingdee_rows, yonyou_lines
from wuyefei.money.books.public import (
    AccountCode,
    ExportedBefore,
    Scope,
    VoucherExport,
    codes,
    export_vouchers,
    exports,
    save_codes,
    scope_of,
)
from wuyefei.money.books.vouchers import Booked, Voucher, VoucherLine, code_fault, default_code, vouchers

DAY = dt.date(2026, 2, 5)


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: Any) -> Any:
    with django_db_blocker.unblock():
        point = transaction.atomic()
        point.__enter__()
        try:
            yield make_company()
        finally:
            transaction.set_rollback(True)
            point.__exit__(None, None, None)


def booked(number: int, on: dt.date, fen: int, kind: str = "take", place: str = "甲里", memo: str = "收款") -> Booked:
    return Booked(number, place, on, kind, memo, (("1001", fen), ("1122", -fen)))


def test_a_day_is_summed_by_place_and_source_and_numbered_by_month() -> None:
    entries = [
        booked(1, dt.date(2026, 1, 31), 100), booked(2, DAY, 5), booked(3, DAY, 7, "void"), booked(4, DAY, 6),
        booked(5, DAY, 1, place="乙里"), booked(6, dt.date(2026, 2, 6), -3, memo="甲里 二月"),
    ]  # fmt: skip
    found = list(vouchers(entries, each=False, labels={"take": "收款"}))
    assert [(row.number, row.on.day, row.memo, row.refer) for row in found] == [
        (1, 31, "甲里 收款", "1"), (1, 5, "甲里 收款 2 笔", "2-4"), (2, 5, "甲里 收款", "3"), (3, 5, "乙里 收款", "5"), (4, 6, "甲里 二月", "6"),
    ]  # fmt: skip
    assert found[1].lines == (VoucherLine("1001", 11, 0), VoucherLine("1122", 0, 11))
    assert found[4].lines == (VoucherLine("1122", 3, 0), VoucherLine("1001", 0, 3))
    assert len(list(vouchers(entries, each=True, labels={}))) == 6


def test_debits_and_credits_of_an_account_stay_apart() -> None:
    (one,) = vouchers([booked(1, DAY, 100), booked(2, DAY, -40)], each=False, labels={})
    assert one.lines == (
        VoucherLine("1001", 100, 0), VoucherLine("1122", 40, 0), VoucherLine("1001", 0, 40), VoucherLine("1122", 0, 100),
    )  # fmt: skip


def test_the_layouts() -> None:
    memo = 'a,"b"\n' + "长" * 80
    (one,) = vouchers([booked(9, DAY, 12345, memo=memo)], each=True, labels={})
    assert len(one.memo) == 60 and "," not in one.memo and "\n" not in one.memo
    short = Voucher(3, DAY, "甲里 收款", "9", 1, one.lines)
    names = {"1001": ("1001", "现金"), "1122": ("112201", "应收")}
    assert list(yonyou_lines([short], names, "文静")) == [
        "填制凭证,V800\r\n", "2026-02-05,记,3,0,甲里 收款,1001,123.45,0.00,0,0,0,文静\r\n",
        "2026-02-05,记,3,0,甲里 收款,112201,0.00,123.45,0,0,0,文静\r\n",
    ]  # fmt: skip
    first, second = kingdee_rows([short], names, "文静")
    assert len(first) == len(second) == len(KINGDEE_HEAD) == 37
    row = dict(zip(KINGDEE_HEAD, second, strict=True))
    assert {key: row[key] for key in ("会计期间", "凭证字", "凭证号", "科目代码", "原币金额", "借方", "贷方", "分录序号")} == {
        "会计期间": 2, "凭证字": "记", "凭证号": 3, "科目代码": "112201", "原币金额": Decimal("123.45"), "借方": Decimal("0.00"),
        "贷方": Decimal("123.45"), "分录序号": 1,
    }  # fmt: skip


def test_codes_of_theirs() -> None:
    assert [default_code(target, "2241.8") for target in ("kingdee", "yonyou")] == ["2241.08", "224108"]
    assert default_code("yonyou", "1122") == "1122"
    assert (code_fault("kingdee", "2241.08"), code_fault("yonyou", "224108")) == ("", "")
    for target, code in (("kingdee", "2241..8"), ("yonyou", "2241.08"), ("yonyou", "12"), ("kingdee", "=1+12"), ("yonyou", "1" * 16)):
        assert code_fault(target, code)


@pytest.mark.django_db
class TestCompany:
    def scope(self, company: World) -> Scope:
        return scope_of(company["lead"], *FEBRUARY)

    @pytest.mark.parametrize("each", [True, False])
    def test_both_files_hold_what_the_trial_balance_holds(self, company: World, each: bool) -> None:
        lead = company["lead"]
        file = export_vouchers(self.scope(company), "kingdee", actor=lead, each=each)
        head, *rows = CalamineWorkbook.from_filelike(io.BytesIO(file.content)).get_sheet_by_name("Page1").to_python()
        assert tuple(head) == KINGDEE_HEAD
        assert [round(sum(float(str(row[at])) for row in rows), 2) for at in (10, 11)] == [2107.13, 2107.13]
        text = export_vouchers(self.scope(company), "yonyou", actor=lead, each=each).content.decode("gb18030")
        lines = [line.split(",") for line in text.splitlines()[1:]]
        assert [sum(Decimal(line[at]) for line in lines) for at in (6, 7)] == [Decimal("2107.13")] * 2
        by_voucher: dict[str, Decimal] = {}
        for line in lines:
            by_voucher[line[2]] = by_voucher.get(line[2], Decimal(0)) + Decimal(line[6]) - Decimal(line[7])
        assert set(by_voucher.values()) == {Decimal(0)}
        assert (file.record.entries, file.record.vouchers, file.record.debit_fen) == (4, 4, 210713)

    def test_the_same_days_again_are_said(self, company: World) -> None:
        lead, scope = company["lead"], self.scope(company)
        export_vouchers(scope, "yonyou", actor=lead)
        overlapping = scope_of(lead, dt.date(2026, 2, 28), dt.date(2026, 3, 31), company.community.pk)
        for asked in (scope, overlapping):
            with pytest.raises(ExportedBefore, match="已经导出过（4 张）"):
                export_vouchers(asked, "yonyou", actor=lead)
        assert VoucherExport.objects.count() == 1
        assert export_vouchers(scope, "yonyou", actor=lead, again=True).record.entries == 4
        assert export_vouchers(scope, "kingdee", actor=lead).record.entries == 4

    def test_nothing_leaves_without_entries_or_rights(self, company: World) -> None:
        lead = company["lead"]
        empty = scope_of(lead, dt.date(2025, 1, 1), dt.date(2025, 1, 31))
        with pytest.raises(Exception, match="没有凭证"):
            export_vouchers(empty, "kingdee", actor=lead)
        with pytest.raises(Invalid):
            export_vouchers(self.scope(company), "sap", actor=lead)
        with pytest.raises(NotFound):
            export_vouchers(scope_of(lead, *FEBRUARY, company.community.pk), "kingdee", actor=company["outsider"])
        with pytest.raises(Forbidden):
            export_vouchers(self.scope(company), "kingdee", actor=company["cashier"])
        assert VoucherExport.objects.count() == 0
        assert not exports(company["outsider"]).exists()

    def test_the_record_stays(self, company: World) -> None:
        record = export_vouchers(self.scope(company), "kingdee", actor=company["lead"]).record
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            VoucherExport.objects.filter(pk=record.pk).update(debit_fen=1)

    def test_accounts_are_called_as_the_other_program_calls_them(self, company: World) -> None:
        lead = company["lead"]
        assert save_codes("yonyou", {"1122": ("11220001", "应收物业费"), "1001": ("", "")}, actor=lead) == 1
        assert codes(lead, "yonyou")["1122"] == ("11220001", "应收物业费")
        assert codes(lead, "kingdee")["1122"] == ("1122", "应收账款")
        assert ",11220001," in export_vouchers(self.scope(company), "yonyou", actor=lead).content.decode("gb18030")
        with pytest.raises(Invalid, match="1002"):
            save_codes("yonyou", {"1001": ("10010001", ""), "1002": ("银行", "")}, actor=lead)
        assert AccountCode.objects.count() == 1
        with pytest.raises(Forbidden):
            save_codes("yonyou", {"1001": ("10010001", "")}, actor=company["finance"])

    def test_somebody_of_one_place_exports_that_place_only(self, company: World) -> None:
        RoleGrant.objects.filter(user_id=company["finance"].user_id).update(community=company.community)
        finance = load_actor(User.objects.get(pk=company["finance"].user_id))
        assert Permission.EXPORT not in finance.wide
        with pytest.raises(Forbidden):
            export_vouchers(scope_of(finance, *FEBRUARY), "kingdee", actor=finance)
        place = company.community.pk
        assert export_vouchers(scope_of(finance, *FEBRUARY, place), "kingdee", actor=finance).record.community_id == place

    def test_the_pages(self, company: World) -> None:
        client, url = at_home(company), "/accounts/files?from=2026-02-01&to=2026-02-28&target=yonyou"
        with clock.at(dt.date(2026, 2, 28)):
            assert "2,107.13" in client.get(url).content.decode()
            made = client.post(url)
            assert made.content.decode("gb18030").startswith("填制凭证,V800\r\n") and "yonyou-2026-02-01" in made["Content-Disposition"]
            again = client.post(url)
            assert (again.status_code, "已经导出过" in again.content.decode()) == (409, True)
            assert client.post(url, {"again": "1"}).status_code == 200
            sent = {"code-1122": "11220001", "name-1122": "应收物业费"}
            assert client.post("/accounts/codes/yonyou/change", sent).status_code == 302
            assert "11220001" in client.get("/accounts/codes/yonyou").content.decode()
            wrong = client.post("/accounts/codes/yonyou/change", {"code-1122": "甲"})
            assert (wrong.status_code, 'value="甲"' in wrong.content.decode()) == (422, True)
