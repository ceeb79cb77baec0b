"""Rooms where money waits for a second person, walked by those who work there: by mouse at a desk, looked at on a phone in the dark."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import AxeRun, OpenPage, SignIn, keep_picture
from tests.money.deposits.samples import made as with_deposits
from tests.money.deposits.samples import paid as deposit_paid
from tests.relations.owners import LU, Town, listen, make_town
from tests.world import World, actor_of, make_world, pay
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals.models import Delegation, Request
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.public import OpeningArrears, book_opening, charge_once
from wuyefei.money.debits.public import DebitTerms, Mandate
from wuyefei.money.deposits.public import Return
from wuyefei.money.payments.public import PaymentOrder
from wuyefei.money.relief.public import Aid, Fund, balance_of
from wuyefei.money.reserve.public import Run
from wuyefei.money.rewards.models import Campaign, Given
from wuyefei.relations.accounts.models import Code

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.wide]


class Desk:
    """One page, at which one person after the other sits down."""

    def __init__(self, page: Page, sign_in: SignIn, axe: AxeRun, world: World) -> None:
        self.page, self.axe, self.world, self._sign_in = page, axe, world, sign_in

    def sit(self, name: str) -> None:
        self._sign_in(self.page, User.objects.get(pk=self.world[name].user_id))

    def look(self, *paths: str) -> None:
        """At the desk and on a phone in the dark nothing is out of sight, and axe finds nothing serious."""
        for width, theme in ((1366, "light"), (390, "dark")):
            self.page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            self.page.set_viewport_size({"width": width, "height": 900})
            for path in paths:
                self.page.goto(path)
                assert self.axe(self.page) == [], (path, width)
                assert self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (path, width)
                keep_picture(self.page, f"second-{width}-{path.strip('/').replace('/', '-')}")
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size({"width": 1366, "height": 900})

    def sure(self, name: str) -> None:
        """A button that asks once more."""
        self.page.get_by_role("button", name=name, exact=True).first.click()
        self.page.locator("#wy-confirm [data-yes]").click()

    def approve(self, name: str, count: int = 1) -> None:
        """That person says yes to the requests waiting for them."""
        self.sit(name)
        for _ in range(count):
            self.page.goto("/approvals/")
            waiting = Request.objects.filter(state="open")
            before = waiting.count()
            self.page.get_by_role("button", name="通过").first.click()
            yes = self.page.locator("#wy-confirm [data-yes]")
            for _tick in range(100):
                if waiting.count() < before:
                    break
                if yes.count() and yes.is_visible():
                    yes.click()
                self.page.wait_for_timeout(100)
            assert waiting.count() == before - 1
            self.page.wait_for_load_state("networkidle")


@pytest.fixture
def desk(browser_page: OpenPage, sign_in: SignIn, axe: AxeRun) -> Desk:
    world = make_world()
    world.actors["group"] = actor_of(world.organisation, "group", Role.GROUP_MANAGER)
    User.objects.update(totp_confirmed_at=clock.now(), password_changed_at=clock.now())
    return Desk(browser_page(1366), sign_in, axe, world)


def test_a_care_fund_helps_a_household(desk: Desk) -> None:
    world, page, home = desk.world, desk.page, desk.world.flats["1-1-101"]
    charge_once(home.pk, world.people["陆小满"].pk, world.service, 30_000, actor=world["cashier"], community_id=world.community.pk, memo="临时")
    desk.sit("lead")
    page.goto("/relief/funds/new")
    page.get_by_label("名称").fill("桂语关爱基金")
    page.get_by_role("button", name="开设").click()
    expect(page.get_by_role("heading", name="桂语关爱基金").first).to_be_visible()
    fund = Fund.objects.get()
    page.get_by_label("金额（元）").fill("-1")
    page.get_by_label("凭据").fill("清点单 01")
    page.get_by_role("button", name="提交入账").click()
    expect(page.locator(".wy-note.owed, .err, [aria-invalid=true]").first).to_be_visible()
    page.get_by_label("金额（元）").fill("500")
    page.get_by_role("button", name="提交入账").click()
    page.wait_for_load_state("networkidle")
    assert balance_of(fund.pk) == 0, "nothing is in before a second person has counted"
    desk.approve("group")
    assert balance_of(fund.pk) == 50_000
    desk.sit("finance")
    page.goto(f"/relief/aids/new/{home.pk}")
    page.get_by_label("资助金额（元）").fill("120.50")
    page.locator("#id_reason").fill("下岗，已附登记证")
    page.locator("input[name=bill]").first.check()
    page.get_by_label("已征得本人同意").check()
    page.get_by_role("button", name="提交评估").click()
    expect(page.get_by_text("120.50").first).to_be_visible()
    aid = Aid.objects.get()
    desk.sit("lead")
    desk.look("/relief/funds", f"/relief/funds/{fund.pk}", "/relief/aids", f"/relief/aids/{aid.pk}", f"/relief/aids/new/{home.pk}")
    assert run_checks(world.organisation.pk).holds


def test_a_gift_is_earned_given_and_the_campaign_ended(desk: Desk) -> None:
    world, page, home = desk.world, desk.page, desk.world.flats["1-1-101"]
    today = clock.today()
    desk.sit("lead")
    page.goto("/rewards/new")
    for label, text in (("名称", "年末预缴"), ("依据", "公司决定 7 号"), ("起日", str(today)), ("止日", str(today + dt.timedelta(days=20))),
                        ("第 1 档：预缴满（元）", "500")):  # fmt: skip
        page.get_by_label(label).first.fill(text)
    for name, text in (("gift1", "洗车券"), ("cost1", "5"), ("stock1", "3")):
        page.locator(f"[name={name}]").fill(text)
    page.get_by_role("button", name="提交审批").click()
    expect(page.get_by_text("等待审批").first).to_be_visible()
    desk.approve("group")
    row = Campaign.objects.get()
    pay(PaymentOrder(home.pk, world.people["陆小满"].pk, (), {"cash": 60_000}, "ahead", keep_rest=True), actor=world["cashier"])
    desk.sit("cashier")
    page.goto(f"/rewards/homes/{home.pk}")
    desk.sure("发放：洗车券")
    expect(page.get_by_text("已领").first).to_be_visible()
    assert Given.objects.get().cost_fen == 500
    desk.sit("lead")
    desk.look("/rewards/", f"/rewards/{row.pk}", f"/rewards/homes/{home.pk}")
    page.goto(f"/rewards/{row.pk}")
    desk.sure("结束活动")
    expect(page.get_by_text("已结束").first).to_be_visible()
    assert run_checks(world.organisation.pk).holds


def test_a_deposit_goes_back_less_what_was_broken(browser_page: OpenPage, sign_in: SignIn, axe: AxeRun) -> None:
    world, (deposit,) = with_deposits("1-1-101")
    with clock.at(dt.date(2026, 1, 10)):
        deposit_paid(world, deposit, 200_000)
    desk = Desk(browser_page(1366), sign_in, axe, world)
    page = desk.page
    desk.sit("finance")
    page.goto(f"/deposits/{deposit.pk}/return")
    page.get_by_label("验收日").fill(str(clock.today()))
    page.locator("[name=finding]").fill("墙面划痕")
    page.locator("[name=refund]").fill("1,650.00")
    page.locator("[name=reason_1]").fill("墙面")
    page.locator("[name=amount_1]").fill("350")
    desk.sure("提交复核")
    expect(page.get_by_text("单据编号").first).to_be_visible()
    assert not Return.objects.exists()
    page.locator("[name=document_1]").fill("WX-1")
    desk.sure("提交复核")
    expect(page.get_by_text("等待另一人复核退还").first).to_be_visible()
    desk.look("/deposits/", f"/deposits/{deposit.pk}")
    desk.approve("lead")
    page.goto(f"/deposits/{deposit.pk}")
    expect(page.get_by_text("已结清").first).to_be_visible()
    assert run_checks(world.organisation.pk).holds


def test_a_quarter_is_provided_for(desk: Desk) -> None:
    world, page, home = desk.world, desk.page, desk.world.flats["1-1-101"]
    old = dt.date(clock.today().year - 2, 1, 1)
    book_opening(
        [OpeningArrears(home.pk, world.people["陆小满"].pk, old, old.replace(month=3, day=31), old, 80_000)],
        actor=world["finance"], community=world.community, item=world.service,
    )  # fmt: skip
    desk.sit("lead")
    page.goto("/reserve/")
    page.get_by_role("button", name="计提", exact=True).first.click()
    page.wait_for_load_state("networkidle")
    run = Run.objects.get()
    page.goto(f"/reserve/runs/{run.pk}")
    desk.sure("提交复核")
    page.wait_for_load_state("networkidle")
    desk.look("/reserve/", f"/reserve/runs/{run.pk}", "/reserve/rates")
    desk.approve("group")
    page.goto(f"/reserve/runs/{run.pk}")
    expect(page.get_by_text("已入账").first).to_be_visible()
    assert run_checks(world.organisation.pk).holds


def test_who_may_approve_how_much_and_who_stands_in(desk: Desk) -> None:
    world, page = desk.world, desk.page
    desk.sit("admin")
    page.goto("/approvals/limits")
    page.locator(".ap-cells input").first.fill("2000")
    page.get_by_role("button", name="保存额度").click()
    expect(page.locator(".wy-note.owed").first).to_be_visible()
    page.locator(".ap-cells input").first.fill("2000")
    page.get_by_label("修改原因").fill("公司决定 9 号")
    page.get_by_role("button", name="保存额度").click()
    page.wait_for_load_state("networkidle")
    page.goto("/approvals/limits")
    expect(page.locator(".ap-cells input").first).to_have_value("2000.00")
    desk.look("/approvals/limits")
    desk.sit("lead")
    page.goto("/approvals/delegations")
    page.get_by_label("到（含当天）").fill(str(clock.today() + dt.timedelta(days=3)))
    page.locator("#ap-reason").fill("出差")
    page.get_by_role("button", name="委托", exact=True).click()
    page.wait_for_load_state("networkidle")
    assert Delegation.objects.count() == 1
    desk.look("/approvals/delegations", "/approvals/history", "/unusual/")
    page.goto("/approvals/delegations")
    desk.sure("收回")
    expect(page.get_by_text("已收回").first).to_be_visible()
    assert run_checks(world.organisation.pk).holds


def test_a_direct_debit_is_signed_on_the_phone(browser_page: OpenPage, axe: AxeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    town: Town = make_town()
    listen(town, monkeypatch)
    DebitTerms.objects.create(
        organisation=town.world.organisation, community=town.world.community, merchant="8831001", changed_at=clock.now(),
        changed_by_id=town.world["lead"].user_id,
    )  # fmt: skip
    page = browser_page(390, theme="dark")
    page.goto("/h5/")
    page.get_by_label("手机号").fill(LU)
    page.get_by_role("button", name="发送验证码").click()
    page.get_by_label("验证码").fill(town.last_code(LU))
    page.get_by_role("button", name="进入").click()
    expect(page.get_by_role("heading", name="1-1-101")).to_be_visible()
    Code.objects.all().delete()
    page.goto("/h5/me")
    page.locator("a[href$='/auto-debit']").filter(has_text="1-1-101").click()
    for name, text in (("holder", "陆小满"), ("bank", "城东银行一支行"), ("account", "6200000000014417"), ("limit", "800")):
        page.locator(f"[name={name}]").fill(text)
    page.locator("[name=agreed]").check()
    assert axe(page) == []
    page.locator("form button").filter(has_text="验证码").first.click()
    page.locator("[name=code]").fill(town.last_code(LU))
    page.get_by_role("button", name="确认开通").click()
    expect(page.get_by_text("4417").first).to_be_visible()
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.locator("form button").filter(has_text="停止").first.click()
    yes = page.locator("#wy-confirm [data-yes]")
    if yes.count() and yes.is_visible():
        yes.click()
    page.wait_for_load_state("networkidle")
    assert Mandate.objects.get().ended_at is not None
