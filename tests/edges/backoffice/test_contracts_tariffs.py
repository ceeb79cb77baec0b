"""Tariffs, contracts and covering, from their pages."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.test import Client
from django.urls import reverse

from tests.edges.backoffice.conftest import SignIn
from tests.edges.backoffice.test_property_page import words
from tests.world import World, flat
from wuyefei.edges.backoffice.queries.examples import work_out
from wuyefei.edges.backoffice.queries.terms import next_dues
from wuyefei.estate.contracts.public import Contract, ContractLine
from wuyefei.estate.tariffs.public import ChargeItem, Tariff, TariffVersion
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.money.corrections.actions import discard_correction
from wuyefei.money.corrections.models import Correction
from wuyefei.money.pricing.actions import ask_price
from wuyefei.money.pricing.models import Proposal


def text_of(client: Client, name: str, *args: int, **query: str) -> str:
    answer = client.get(reverse(f"backoffice:{name}", args=args), query)
    assert answer.status_code == 200
    return words(answer.content.decode())


def test_a_worked_example() -> None:
    found = work_out("area", Decimal("2.555"), Decimal(0), dt.date(2026, 2, 10))
    # 255.50 a month; 13 of February's 28 days are what the first 15 leave: 255.50 − round(255.50 × 15 / 28)
    assert (found.month_fen, found.part_days, found.part_fen) == (25550, 13, 25550 - 13688)
    assert (found.quarter_fen, found.year_fen) == (3 * 25550, 12 * 25550)
    assert work_out("fixed", Decimal(9), Decimal("30.00"), dt.date(2026, 1, 1)).month_fen == 3000
    assert work_out("fixed_area", Decimal("1.5"), Decimal(20), dt.date(2026, 1, 1)).month_fen == 17000
    assert work_out("parking", Decimal(150), Decimal(0), dt.date(2026, 1, 1)).month_fen == 15000


def test_the_example_follows_the_typing(world: World, enter: SignIn) -> None:
    client = enter(world["manager"])
    sent = {"method": "area", "per_unit": "2.50", "effective_from": "2026-03-01"}
    assert "100 ㎡ 每月 ¥ 250.00" in text_of(client, "tariff_example", **sent)
    for wrong in ({"per_unit": "x"}, {"per_unit": "NaN"}, {"per_unit": "-1"}, {"method": "x"}, {"effective_from": "2202"}):
        assert "填好计费方式和价格" in text_of(client, "tariff_example", **sent | wrong)


def test_a_new_tariff(world: World, enter: SignIn) -> None:
    client, url = enter(world["manager"]), reverse("backoffice:tariff_new")
    sent = {
        "item": str(world.service.pk), "name": "商铺物业费", "method": "area", "basis": "inner", "per_unit": "5.50",
        "effective_from": "2026-03-01",
    }  # fmt: skip
    assert client.post(url, sent).status_code == 302
    made = Tariff.objects.get(name="商铺物业费")
    assert (made.method, made.basis, made.versions.get().per_unit) == ("area", "inner", Decimal("5.5"))
    again = client.post(url, sent)
    assert again.status_code == 422 and "已存在" in again.content.decode()
    both = client.post(url, sent | {"name": "另一个", "fixed": "3"})
    assert both.status_code == 422 and "只按单价收费" in both.content.decode()
    theirs = ChargeItem.objects.create(
        organisation=world.other_community.organisation, code="x", name="别家的", tax_rate=Decimal(0)
    )
    assert client.post(url, sent | {"name": "第三个", "item": str(theirs.pk)}).status_code == 422


def test_a_price_for_days_already_billed_waits_as_a_correction(world: World, enter: SignIn) -> None:
    client, pk = enter(world["manager"]), world.service_tariff.pk
    url = reverse("backoffice:version_new", args=[pk])
    late = client.post(url, {"effective_from": "2026-01-15", "per_unit": "2.80"})
    assert late.status_code == 302 and late.headers["Location"].startswith("/corrections/")
    assert "还没有提交" in client.get(late.headers["Location"]).content.decode()
    assert TariffVersion.objects.filter(tariff=pk).count() == 1
    discard_correction(Correction.objects.get().pk, actor=world["manager"])
    ahead = client.post(url, {"effective_from": "2026-03-01", "per_unit": "2.80", "note": "业主大会通过"})
    assert ahead.status_code == 302 and ahead.headers["Location"].startswith("/pricing/")
    assert TariffVersion.objects.filter(tariff=pk).count() == 1
    decide(ask_price(Proposal.objects.get().pk, actor=world["manager"], reason="决议").pk, approved=True, actor=world["lead"])
    text = text_of(client, "tariff", pk)
    assert "2.8 /㎡ 将生效" in text and "2.5 /㎡ 现在 已用于出账 2026-01-01 – 2026-02-28" in text and "业主大会通过" in text


def test_an_item_is_of_the_whole_organisation(world: World, enter: SignIn) -> None:
    url = reverse("backoffice:item_new")
    sent = {"name": "垃圾清运费", "code": "rubbish", "nature": "income", "tax_rate": "6"}
    assert enter(world["lead"]).post(url, sent).status_code == 302
    assert ChargeItem.objects.get(code="rubbish").tax_rate == Decimal("0.06")


DRAFT = {
    "number": "GY-2026-02", "title": "物业服务合同", "starts_on": "2026-03-01", "cycle_months": "3", "due_month": "1",
    "due_day": "15", "fee_clause": "第六条", "late_fee_clause": "第九条", "late_fee_rate": "0.05", "late_fee_cap": "5",
    "allocation_order": "law", "convention": "calendar", "price_regime": "market", "dispute_path": "court",
}  # fmt: skip


def test_the_form_begins_with_the_usual_late_fee(world: World, enter: SignIn) -> None:
    html = enter(world["manager"]).get(reverse("backoffice:contract_new")).content.decode()
    assert 'name="late_fee_rate" value="0.05"' in html and 'name="late_fee_cap" value="5"' in html


def test_a_draft_is_checked_saved_and_put_in_force(world: World, enter: SignIn) -> None:
    client = enter(world["manager"])
    new, check = reverse("backoffice:contract_new"), reverse("backoffice:contract_check")
    notes = words(client.post(check, DRAFT | {"late_fee_rate": "0.2", "late_fee_clause": ""}).content.decode())
    assert "高于 0.1%" in notes and "没有写明违约金条款" in notes and "第五百八十五条" in notes
    refused = client.post(new, DRAFT | {"late_fee_clause": ""})
    assert refused.status_code == 422 and "没有违约金条款就不能收违约金" in refused.content.decode()
    either = client.post(new, DRAFT | {"wording": "争议可以申请仲裁或者向法院起诉；2.50 元/平方米·月，按建筑面积。"})
    assert either.status_code == 422 and "仲裁协议无效" in either.content.decode()
    assert Contract.objects.count() == 1
    assert client.post(new, DRAFT).status_code == 302
    made = Contract.objects.get(number="GY-2026-02")
    assert (made.late_fee_rate, made.late_fee_cap, made.state) == (Decimal("0.0005"), Decimal("0.05"), "draft")
    text = text_of(client, "contract", made.pk)
    assert "每 3 个月收一次，第 1 个月的 15 日前缴清。 第六条" in text
    assert "每天按未缴本金的 0.05% 计违约金，最多到应缴金额的 5%。 第九条" in text
    assert client.post(reverse("backoffice:contract_edit", args=[made.pk]), DRAFT | {"due_day": "20"}).status_code == 302
    assert client.post(reverse("backoffice:contract_activate", args=[made.pk])).status_code == 302
    made.refresh_from_db()
    assert (made.state, made.due_day) == ("active", 20)
    late = client.post(reverse("backoffice:contract_edit", args=[made.pk]), DRAFT)
    assert late.status_code == 422 and "不能修改" in late.content.decode()
    end = reverse("backoffice:contract_end", args=[made.pk])
    assert client.post(end, {"ends_on": "2025-01-01", "reason": "x"}).status_code == 422
    assert client.post(end, {"ends_on": "2026-12-31", "reason": "业主大会另聘"}).status_code == 302
    assert AuditEntry.objects.get(action="contract.end").reason == "业主大会另聘"


def test_the_calendar_of_dues(world: World) -> None:
    contract = world.contract
    contract.cycle_months, contract.due_month, contract.due_day = 3, 2, 31
    dues = next_dues(contract, dt.date(2026, 2, 20))
    assert [str(due.due_on) for due in dues] == [
        "2026-02-28", "2026-05-31", "2026-08-31", "2026-11-30", "2027-02-28", "2027-05-31",
    ]  # fmt: skip
    assert (str(dues[0].span.first), str(dues[0].span.last)) == ("2026-01-01", "2026-03-31")
    contract.ends_on = dt.date(2026, 5, 10)
    assert [str(due.span.last) for due in next_dues(contract, dt.date(2026, 2, 20))] == ["2026-03-31", "2026-05-10"]
    assert next_dues(contract, dt.date(2026, 6, 1)) == []


def test_covering_is_previewed_exactly_and_then_done(world: World, enter: SignIn) -> None:
    flat(world.community, "1-1-301", "88.88")
    flat(world.community, "1-1-302", None)
    client, url = enter(world["manager"]), reverse("backoffice:contract_cover", args=[world.contract.pk])
    sent = {"tariff": str(world.service_tariff.pk), "kinds": ["residential"], "starts_on": "2026-03-01"}
    count = (ContractLine.objects.count(), AuditEntry.objects.count())
    shown = words(client.post(url, sent).content.decode())
    assert "会新建 2 条计费行 每月共 ¥ 222.20 · 3 套已在计费，跳过 · 1 套缺面积" in shown
    assert (ContractLine.objects.count(), AuditEntry.objects.count()) == count
    early = client.post(url, sent | {"starts_on": "2025-03-01"})
    assert early.status_code == 422 and "应在合同期内" in early.content.decode()
    assert client.post(url, sent | {"confirmed": "1"}).status_code == 302
    assert ContractLine.objects.count() == count[0] + 2
    assert AuditEntry.objects.filter(action="contract.cover").count() == 1
    nothing = client.post(url, {"tariff": str(world.service_tariff.pk), "starts_on": "2026-03-01"})
    assert nothing.status_code == 422 and "请选择房屋类型、楼栋或房屋" in nothing.content.decode()


def test_one_line_and_its_end(world: World, enter: SignIn) -> None:
    flat(world.community, "1-1-301", "88.88")
    client, url = enter(world["manager"]), reverse("backoffice:line_new", args=[world.contract.pk])
    sent = {"code": "1栋1单元301", "tariff": str(world.service_tariff.pk), "starts_on": "2026-03-01", "quantity": "80.5"}
    assert client.post(url, sent | {"code": "9-9-9"}).status_code == 422
    wrong = client.post(url, sent)  # the world's buildings are called 1, not 1栋: the code is the same
    assert wrong.status_code == 302
    line = ContractLine.objects.get(property__code="1-1-301")
    assert line.quantity == Decimal("80.5")
    again = client.post(url, sent)
    assert again.status_code == 422 and "起止日期重叠" in again.content.decode()
    end = reverse("backoffice:line_end", args=[line.pk])
    assert client.post(end, {"ends_on": "2026-02-01", "reason": "x"}).status_code == 302
    line.refresh_from_db()
    assert line.ends_on is None
    assert client.post(end, {"ends_on": "2026-06-30", "reason": "空置减免到期"}).status_code == 302
    line.refresh_from_db()
    assert str(line.ends_on) == "2026-06-30"


def test_tariffs_of_every_kind_from_the_form(world: World, enter: SignIn) -> None:
    client, url = enter(world["manager"]), reverse("backoffice:tariff_new")
    head = {"item": str(world.service.pk), "basis": "building", "effective_from": "2026-03-01"}
    lease = {"rent_by": "area", "rent_steps": "1 80\n25 90", "months": "12", "share": "5", "free": "1 3", "turnover": "200000 8\n不限 5"}
    kinds: dict[str, tuple[dict[str, str], str, str]] = {
        "quantity": ({"per_unit": "15.5", "unit": "台"}, "15.50 元/台·月", "每台每月 ¥ 15.50"),
        "parking_day": ({"per_unit": "5"}, "5.00 元/个·天", "每个车位每月 ¥ 155.00"),
        "parking_own": ({"per_unit": "60", "rented": "300"}, "自有 60.00 元，租用 300.00 元/个·月", "每个自有车位每月 ¥ 60.00"),
        "per_head": ({"per_unit": "10"}, "10.00 元/人·月", "3 人每月 ¥ 30.00"),
        "formula": ({"formulas": "建筑面积 × 0.6 + 居住人数 × 10"}, "每月金额 = 建筑面积 × 0.6 + 居住人数 × 10", "¥ 90.00"),
        "rent": (lease, "每 12 个月递增 5%；第 1 个月起免租 3 个月；营业额至 200000 元分成 8%；以上分成 5%", "100 ㎡ 第 1 个月 ¥ 0.00"),
    }
    for method, (typed, said, example) in kinds.items():
        sent = {**head, "name": f"标准 {method}", "method": method, "fixed": "", **typed}
        shown = client.get(reverse("backoffice:tariff_example"), sent).content.decode()
        assert example in words(shown), method
        assert client.post(url, sent).status_code == 302, method
        made = Tariff.objects.get(name=f"标准 {method}")
        assert said in text_of(client, "tariff", made.pk), method
    assert "15.50 元/台·月" in text_of(client, "tariffs")
    version = reverse("backoffice:version_new", args=[Tariff.objects.get(method="parking_own").pk])
    assert client.post(version, {"effective_from": "2026-05-01", "per_unit": "70", "rented": "320"}).status_code == 302
    assert Proposal.objects.get().terms == {"rented": "320"}


def test_terms_that_cannot_be_are_said_on_the_form_and_nothing_is_written(world: World, enter: SignIn) -> None:
    client, url = enter(world["manager"]), reverse("backoffice:tariff_new")
    head = {"item": str(world.service.pk), "name": "新标准", "basis": "building", "effective_from": "2026-03-01"}
    wrong: list[tuple[dict[str, str], str]] = [
        ({"method": "formula", "formulas": "甲 = 乙 + 1\n乙 = 甲 + 1"}, "甲 → 乙 → 甲"),
        ({"method": "formula", "formulas": "楼层 × 2"}, "不知道「楼层」是什么"),
        ({"method": "rent", "rent_steps": "2 8000"}, "第一档应自租期首日"),
        ({"method": "rent", "rent_steps": "1 8000", "months": "12"}, "一并填写"),
        ({"method": "parking_own", "per_unit": "60"}, "租用"),
    ]
    for typed, said in wrong:
        answer = client.post(url, head | typed)
        assert answer.status_code == 422 and said in words(answer.content.decode()), typed
    assert not Tariff.objects.filter(name="新标准").exists()
