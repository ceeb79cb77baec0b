"""The pages of runs, receivables and approvals, by people with and without the right."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from tests.world import World, charge, flat, make_world, own, pay, person
from wuyefei.estate.tariffs.public import TariffVersion
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.sessions import pass_factor
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.models import Adjustment, LateFeeHold, Receivable, Run, RunLine
from wuyefei.money.billing.review import by_item, run_bridge
from wuyefei.money.payments.public import PaymentOrder

pytestmark = pytest.mark.django_db

JANUARY = 25000 + 22388 + 30090 + 15000


@pytest.fixture
def world() -> Iterator[World]:
    with clock.at(dt.date(2026, 1, 2)):
        yield make_world()


def client_of(actor: Actor) -> Client:
    """A browser in which this actor is fully signed in."""
    moment = clock.now() - dt.timedelta(hours=1)
    User.objects.filter(pk=actor.user_id).update(totp_confirmed_at=moment, password_changed_at=moment)
    user = User.objects.get(pk=actor.user_id)
    client = Client()
    client.force_login(user)
    session = client.session
    pass_factor(session, user)
    session.save()
    return client


def post_draft(client: Client, world: World, month: str = "2026-01") -> Run:
    response = client.post("/billing/runs/new", {"community": world.community.pk, "month": month})
    assert response.status_code == 302, response.content.decode()[:2000]
    run = Run.objects.get(state="draft")
    assert response.headers["Location"] == f"/billing/runs/{run.pk}"
    return run


def confirm(client: Client, run: Run, lines: int, fen: int) -> None:
    client.post(f"/billing/runs/{run.pk}/pass")
    client.post(f"/billing/runs/{run.pk}/confirm", {"lines": lines, "amount_fen": fen})
    run.refresh_from_db()


def publish_month(world: World, month: str = "2026-01") -> Run:
    finance, lead = client_of(world["finance"]), client_of(world["lead"])
    run = post_draft(finance, world, month)
    confirm(finance, run, run.line_count, run.amount_fen)
    lead.post(f"/approvals/{Request.objects.get(state='open').pk}/approve")
    run.refresh_from_db()
    assert run.state == "published"
    return run


def test_draft_review_strike_confirm_publish(world: World) -> None:
    finance, lead = client_of(world["finance"]), client_of(world["lead"])
    run = post_draft(finance, world)
    page = finance.get(f"/billing/runs/{run.pk}").content.decode()
    assert "924.78" in page and "还有 4 条异常待核对" in page and "1-1-101" in page
    # not before every outlier was looked at
    finance.post(f"/billing/runs/{run.pk}/confirm", {"lines": 4, "amount_fen": JANUARY})
    run.refresh_from_db()
    assert run.state == "draft"
    lines = {line.property.code: line for line in RunLine.objects.filter(run=run).select_related("property")}
    judge = f"/billing/runs/{run.pk}/lines/{{}}/judge"
    row = finance.post(judge.format(lines["1-1-201"].pk), {"act": "strike"}, headers={"HX-Request": "true"})
    assert row.status_code == 200 and "已剔除" in row.content.decode() and "billing-changed" in row.headers["HX-Trigger"]
    finance.post(judge.format(lines["1-1-101"].pk), {"act": "pass"}, headers={"HX-Request": "true"})
    assert "还有 2 条异常待核对" in finance.get(f"/billing/runs/{run.pk}/summary").content.decode()
    finance.post(f"/billing/runs/{run.pk}/pass")
    # what was shown before the strike is no longer what would be confirmed
    stale = finance.post(f"/billing/runs/{run.pk}/confirm", {"lines": 4, "amount_fen": JANUARY}, follow=True)
    assert "现在是 3 行 623.88 元" in stale.content.decode()
    run.refresh_from_db()
    assert (run.state, run.line_count, run.amount_fen) == ("draft", 3, JANUARY - 30090)
    done = finance.post(f"/billing/runs/{run.pk}/confirm", {"lines": 3, "amount_fen": JANUARY - 30090}, follow=True)
    assert "等待另一人发布" in done.content.decode()
    request = Request.objects.get()
    own = finance.get("/approvals/").content.decode()
    assert "需由他人复核" in own and f"/approvals/{request.pk}/approve" not in own
    # nor by writing the address oneself
    refused = finance.post(f"/approvals/{request.pk}/approve")
    assert refused.status_code == 409 and "不能是同一个人" in refused.content.decode()
    assert not Receivable.objects.exists()
    waiting = lead.get("/approvals/").content.decode()
    assert "发布账单" in waiting and "623.88" in waiting and '<b class="n hot">1</b>' in waiting
    lead.post(f"/approvals/{request.pk}/approve")
    run.refresh_from_db()
    assert run.state == "published" and run.published_by_id == world["lead"].user_id
    assert sum(Receivable.objects.filter(run=run).values_list("amount_fen", flat=True)) == JANUARY - 30090
    assert "623.88" in finance.get(f"/billing/runs/{run.pk}").content.decode()
    # again: only the one that was struck out is missing
    again = post_draft(finance, world)
    assert [line.property.code for line in RunLine.objects.filter(run=again)] == ["1-1-201"]
    confirm(finance, again, 1, 30090)
    lead.post(f"/approvals/{Request.objects.get(state='open').pk}/approve")
    # and then nothing
    nothing = finance.post("/billing/runs/new", {"community": world.community.pk, "month": "2026-01"})
    assert nothing.status_code == 200 and "这个账期没有要出的账单" in nothing.content.decode()
    assert Receivable.objects.count() == 4 and run_checks(world.organisation.pk).first is None


def test_bridge_and_items_of_the_second_month(world: World) -> None:
    publish_month(world)
    with clock.at(dt.date(2026, 1, 28)):
        finance = client_of(world["finance"])
        TariffVersion.objects.create(
            tariff=world.parking_tariff, number=2, effective_from=dt.date(2026, 2, 1), per_unit=Decimal(180), fixed=0,
            made_at=clock.now(),
        )  # fmt: skip
        world.contract.lines.filter(property=world.flats["1-1-102"]).update(ends_on=dt.date(2026, 1, 31))
        new = flat(world.community, "1-1-202", "80.00")
        own(new, person(world.community, "何以宁"), dt.date(2026, 2, 15))
        charge(world.contract, new, world.service_tariff, dt.date(2026, 2, 15))
        run = post_draft(finance, world, "2026-02")
        found = run_bridge(run)
        # 80.00 × 2.50 × 14 ÷ 28 days
        assert (found.last_fen, found.now_fen) == (JANUARY, 25000 + 30090 + 18000 + 10000)
        assert [(s.reason, s.lines, s.amount_fen) for s in found.steps] == [
            ("new", 1, 10000), ("price", 1, 3000), ("gone", 1, -22388),
        ]  # fmt: skip
        assert [(i.name, i.lines, i.last_fen, i.amount_fen) for i in by_item(run)] == [
            ("物业服务费", 3, 77478, 65090), ("车位服务费", 1, 15000, 18000),
        ]  # fmt: skip
        page = finance.get(f"/billing/runs/{run.pk}/bridge").content.decode()
        assert "首次出账" in page and "−223.88" in page and "830.90" in page
        line = RunLine.objects.get(run=run, property=new)
        drawer = finance.get(f"/billing/runs/{run.pk}/lines/{line.pk}", headers={"HX-Request": "true"}).content.decode()
        assert "2.50 元 × 80.00 ㎡" in drawer and "14 ÷ 28 天" in drawer and "100.00" in drawer and "第六条" in drawer
        # the newcomer struck out: the bridge no longer knows it
        finance.post(f"/billing/runs/{run.pk}/lines/{line.pk}/judge", {"act": "strike"})
        assert run_bridge(run).now_fen == 73090 and run_bridge(run).last_fen == JANUARY
        parking = RunLine.objects.get(run=run, item=world.parking)
        finance.post(f"/billing/runs/{run.pk}/lines/{parking.pk}/judge", {"act": "strike"})
        steps = {s.reason: s.amount_fen for s in run_bridge(run).steps}
        assert steps == {"gone": -22388, "struck": -15000}
        found_page = finance.get(f"/billing/runs/{run.pk}?state=struck&q=B1").content.decode()
        assert "B1-001" in found_page and "1-1-202" not in found_page.split("<tbody>")[1].split("</tbody>")[0]


def test_gaps_are_shown_with_their_reason(world: World) -> None:
    charge(world.contract, flat(world.community, "1-1-301", None), world.service_tariff)
    charge(world.contract, flat(world.community, "1-1-302", "90.00"), world.service_tariff)
    finance = client_of(world["finance"])
    run = post_draft(finance, world)
    page = finance.get(f"/billing/runs/{run.pk}/gaps").content.decode()
    assert "没有计费面积" in page and "1-1-301" in page and "没有缴费人" in page and "1-1-302" in page


def test_recompute_discard_withdraw(world: World) -> None:
    finance = client_of(world["finance"])
    run = post_draft(finance, world)
    line = RunLine.objects.filter(run=run).first()
    assert line is not None
    finance.post(f"/billing/runs/{run.pk}/lines/{line.pk}/judge", {"act": "strike"})
    finance.post(f"/billing/runs/{run.pk}/recompute")
    assert RunLine.objects.filter(run=run, struck=False).count() == 4
    confirm(finance, run, 4, JANUARY)
    assert run.state == "confirmed"
    finance.post(f"/billing/runs/{run.pk}/withdraw")
    run.refresh_from_db()
    assert run.state == "draft" and Request.objects.get().state == "cancelled"
    finance.post(f"/billing/runs/{run.pk}/discard")
    run.refresh_from_db()
    assert run.state == "discarded" and not RunLine.objects.exists() and not Receivable.objects.exists()


def test_sent_back_by_the_second_person(world: World) -> None:
    finance, lead = client_of(world["finance"]), client_of(world["lead"])
    run = post_draft(finance, world)
    confirm(finance, run, 4, JANUARY)
    request = Request.objects.get()
    refused = lead.post(f"/approvals/{request.pk}/return", {"note": " "})
    assert refused.status_code == 409 and "退回时请写明原因" in refused.content.decode()
    lead.post(f"/approvals/{request.pk}/return", {"note": "面积有误"})
    run.refresh_from_db()
    assert run.state == "draft"
    history = finance.get("/approvals/history?state=rejected").content.decode()
    assert "面积有误" in history and "发布账单" in history


def test_elsewhere_is_not_found(world: World) -> None:
    run = publish_month(world)
    row = Receivable.objects.filter(run=run).first()
    assert row is not None
    with clock.at(dt.date(2026, 2, 2)):
        draft = post_draft(client_of(world["finance"]), world, "2026-02")
    line = RunLine.objects.filter(run=draft).first()
    assert line is not None
    confirm(client_of(world["finance"]), draft, 4, JANUARY)
    request = Request.objects.get(state="open")
    outsider = client_of(world["outsider"])
    gets = [
        f"/billing/runs/{draft.pk}", f"/billing/runs/{draft.pk}/summary", f"/billing/runs/{draft.pk}/bridge",
        f"/billing/runs/{draft.pk}/gaps", f"/billing/runs/{draft.pk}/export", f"/billing/runs/{draft.pk}/lines/{line.pk}",
        f"/billing/runs/{run.pk}", f"/billing/receivables/{row.pk}", f"/billing/receivables/{row.pk}/ask/adjust",
        f"/billing/runs/{run.pk}/lines/{line.pk}",
    ]  # fmt: skip
    posts = [f"/billing/runs/{draft.pk}/{act}" for act in ("pass", "recompute", "discard", "confirm", "withdraw", "void")]
    posts += [f"/billing/runs/{draft.pk}/lines/{line.pk}/judge", f"/billing/receivables/{row.pk}/ask/reverse"]
    posts += [f"/approvals/{request.pk}/{act}" for act in ("approve", "return", "withdraw")]
    trail = AuditEntry.objects.count()
    for address in gets:
        assert outsider.get(address).status_code == 404, address
    for address in posts:
        data = {"lines": 4, "amount_fen": JANUARY, "reason": "x", "note": "x", "act": "strike"}
        assert outsider.post(address, data).status_code == 404, address
    assert AuditEntry.objects.count() == trail
    draft.refresh_from_db()
    assert draft.state == "confirmed" and RunLine.objects.filter(run=draft, struck=False).count() == 4
    listed = outsider.get("/billing/receivables").content.decode() + outsider.get("/billing/runs").content.decode()
    assert "1-1-101" not in listed and "桂语花园" not in listed
    assert "还没有应收" in listed and outsider.get("/approvals/").content.decode().count("发布账单") == 0


def test_without_the_right_nothing_happens(world: World) -> None:
    run = post_draft(client_of(world["finance"]), world)
    line = RunLine.objects.filter(run=run).first()
    assert line is not None
    trail = AuditEntry.objects.count()
    cashier, admin = client_of(world["cashier"]), client_of(world["admin"])
    assert cashier.get(f"/billing/runs/{run.pk}").status_code == 200
    assert "核对通过</button>" not in cashier.get(f"/billing/runs/{run.pk}/lines/{line.pk}").content.decode()
    assert admin.get("/billing/runs").status_code == 403 and admin.get("/billing/receivables").status_code == 403
    for act in ("pass", "recompute", "discard", "confirm", "withdraw", "void"):
        assert cashier.post(f"/billing/runs/{run.pk}/{act}", {"lines": 4, "amount_fen": JANUARY}).status_code == 403, act
    assert cashier.post(f"/billing/runs/{run.pk}/lines/{line.pk}/judge", {"act": "strike"}).status_code == 403
    assert cashier.get(f"/billing/runs/{run.pk}/export").status_code == 403
    assert cashier.get("/billing/receivables/export").status_code == 403
    assert AuditEntry.objects.count() == trail and RunLine.objects.filter(struck=False, reviewed_by_id=None).count() == 4
    confirm(client_of(world["finance"]), run, 4, JANUARY)
    request = Request.objects.get()
    assert cashier.post(f"/approvals/{request.pk}/approve").status_code == 404
    request.refresh_from_db()
    assert request.state == "open" and not Receivable.objects.exists()


def test_receivables_listed_explained_and_asked_about(world: World) -> None:
    publish_month(world)
    row = Receivable.objects.get(property=world.flats["1-1-101"])
    with clock.at(dt.date(2026, 2, 14)):
        pay(PaymentOrder(row.property_id, row.payer_id, (row.pk,), {"cash": 10000}, "k1"), actor=world["cashier"])
        finance, lead = client_of(world["finance"]), client_of(world["lead"])
        listed = finance.get("/billing/receivables?state=part").content.decode()
        assert "1-1-101" in listed and "1-1-102" not in listed and "部分已缴" in listed and "逾期 30 天" in listed
        everything = finance.get("/billing/receivables").content.decode()
        # 924.78 less 96.25 of principal; late fee of the others: 3.36 + 4.51 + 2.25
        assert "924.78" in everything and "828.53" in everything and "10.12" in everything
        assert "1-1-201" in finance.get("/billing/receivables?q=gya").content.decode()
        page = finance.get(f"/billing/receivables/{row.pk}").content.decode()
        assert "250.00" in page and "0.05%" in page and "30 天" in page and "收据 GY-2026-000001" in page
        asked = finance.post(f"/billing/receivables/{row.pk}/ask/adjust", {"amount": "-53.75", "reason": "面积复核"})
        assert asked.status_code == 302
        too_much = finance.post(f"/billing/receivables/{row.pk}/ask/waive", {"amount": "10", "reason": "x"})
        assert too_much.status_code == 422 and "没有改动任何记录" in too_much.content.decode()
        bad = finance.post(f"/billing/receivables/{row.pk}/ask/adjust", {"amount": "abc", "reason": ""})
        assert bad.status_code == 422 and "不是金额" in bad.content.decode()
        request = Request.objects.get(kind="billing.adjust")
        waiting = lead.get("/approvals/").content.decode()
        assert "−53.75 元" in waiting and "陆小满" in waiting and "面积复核" in waiting
        lead.post(f"/approvals/{request.pk}/approve")
        row.refresh_from_db()
        assert row.outstanding_fen == 25000 - 9625 - 5375
        days = {"starts_on": "2026-02-15", "ends_on": "2026-02-24", "reason": "服务争议"}
        finance.post(f"/billing/receivables/{row.pk}/ask/hold", days)
        lead.post(f"/approvals/{Request.objects.get(kind='billing.hold').pk}/approve")
        hold = LateFeeHold.objects.get()
        assert (hold.starts_on, hold.ends_on, hold.kind) == (dt.date(2026, 2, 15), dt.date(2026, 2, 24), "by_hand")
    with clock.at(dt.date(2026, 2, 26)):
        page = client_of(world["finance"]).get(f"/billing/receivables/{row.pk}").content.decode()
        # 3.75 settled; 100.00 × 0.05 % × 2 days since, for ten days were held
        assert "停计" in page and "面积复核" in page and "2 天" in page
        assert '<dd class="b"><span class="money">0.10</span></dd>' in page
        assert run_checks(world.organisation.pk).first is None


def test_a_published_run_is_voided_by_reversal(world: World) -> None:
    run = publish_month(world)
    finance, lead = client_of(world["finance"]), client_of(world["lead"])
    finance.post(f"/billing/runs/{run.pk}/void", {"reason": "账期选错"})
    request = Request.objects.get(kind="billing.void_run")
    assert (request.payload["lines"], request.amount_fen) == (4, JANUARY)
    lead.post(f"/approvals/{request.pk}/approve")
    assert Receivable.objects.filter(reversed_at__isnull=True).count() == 0 and Adjustment.objects.count() == 4
    assert run_checks(world.organisation.pk).first is None
    assert "已红冲" in finance.get(f"/billing/runs/{run.pk}").content.decode()
    # billed again: nothing stands in the way
    again = post_draft(finance, world)
    assert (again.line_count, again.amount_fen) == (4, JANUARY)


def test_a_paid_run_is_not_voided(world: World) -> None:
    run = publish_month(world)
    row = Receivable.objects.get(property=world.flats["1-1-101"])
    order = PaymentOrder(row.property_id, row.payer_id, (row.pk,), {"cash": 10000}, "k1")
    pay(order, actor=world["cashier"])
    page = client_of(world["finance"]).post(f"/billing/runs/{run.pk}/void", {"reason": "账期选错"}, follow=True)
    assert "有 1 笔已收款或已调整" in page.content.decode() and not Request.objects.filter(state="open").exists()
    # paid after it was asked for: refused when it is carried out, said beside the request, and nothing is changed
    other = Receivable.objects.get(property=world.flats["1-1-102"])
    finance, lead = client_of(world["finance"]), client_of(world["lead"])
    finance.post(f"/billing/receivables/{other.pk}/ask/reverse", {"reason": "重复"})
    pay(PaymentOrder(other.property_id, other.payer_id, (other.pk,), {"cash": 100}, "k2"), actor=world["cashier"])
    request = Request.objects.get(state="open")
    refused = lead.post(f"/approvals/{request.pk}/approve")
    assert refused.status_code == 409 and "已核销 1.00 元" in refused.content.decode() and "没有执行" in refused.content.decode()
    request.refresh_from_db()
    assert request.state == "open" and not Adjustment.objects.exists()


def test_exports_carry_figures_and_no_formula(world: World) -> None:
    world.people["陆小满"].name = "=HYPERLINK(1)"
    world.people["陆小满"].save()
    run = publish_month(world)
    finance = client_of(world["finance"])
    response = finance.get(f"/billing/runs/{run.pk}/export")
    book = CalamineWorkbook.from_filelike(io.BytesIO(response.content))
    rows = book.get_sheet_by_name("账单行").to_python()
    assert rows[0][:3] == ["房号", "缴费人", "收费项目"] and len(rows) == 5
    assert rows[1][0] == "1-1-101" and rows[1][1] == "'=HYPERLINK(1)" and rows[1][8] == 250
    assert rows[1][6] == dt.date(2026, 1, 15)
    items = book.get_sheet_by_name("按收费项目").to_python()
    assert [row[0] for row in items[1:]] == ["物业服务费", "车位服务费"] and items[1][3] == 774.78
    listed = finance.get("/billing/receivables/export?q=1-1-1")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(listed.content)).get_sheet_by_index(0).to_python()
    assert [row[1] for row in rows[1:]] == ["1-1-102", "1-1-101"]
    assert AuditEntry.objects.filter(action__startswith="billing.export").count() == 2
