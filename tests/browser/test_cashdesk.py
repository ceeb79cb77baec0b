"""A cashier clears a queue without the mouse."""

from __future__ import annotations

import datetime as dt
import random
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import AxeRun, OpenPage, SignIn
from tests.scenarios.month import first_finding, publish
from tests.world import World, make_world
from wuyefei.foundation.access.models import User
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable, place_hold
from wuyefei.money.cashdesk.public import Shift, open_shift, shift_figures
from wuyefei.money.payments.public import Payment, Tender, TenderError, settle_tenders
from wuyefei.money.receipts.public import ReceiptPrint

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOW = dt.datetime(2026, 2, 14, 2, 0, tzinfo=dt.UTC)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """January's bills thirty days overdue, for the server's threads too."""
    with clock.at(dt.date(2026, 1, 2)):
        world = make_world()
        publish(world, "2026-01")
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return world


def cashier(world: World) -> User:
    return User.objects.get(pk=world["cashier"].user_id)


def at_desk(browser_page: OpenPage, sign_in: SignIn, world: World) -> Page:
    """A page of the cashier. What is printed comes as text: the browser's own viewer of PDF does not run unseen."""
    page = browser_page(1366)
    page.route("**/*.pdf", lambda route: route.fulfill(response=route.fetch(), content_type="text/plain", body="printed"))
    sign_in(page, cashier(world))
    return page


def typed(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_two_households_by_keyboard(world: World, browser_page: OpenPage, sign_in: SignIn, axe: AxeRun) -> None:
    page = at_desk(browser_page, sign_in, world)
    page.goto("/cashdesk/")
    assert axe(page) == []
    expect(page.locator("#desk-float")).to_be_focused()
    page.keyboard.type("500")
    typed(page, "Enter")
    expect(page.locator("#desk-search")).to_be_focused()
    assert axe(page) == []

    page.keyboard.type("lxm")
    expect(page.locator("#desk-hits a")).to_have_count(1)
    assert axe(page) == []
    typed(page, "Enter")
    expect(page.locator(".desk-code")).to_have_text("1-1-101")
    expect(page.locator("#desk-due")).to_have_text("¥406.00")
    assert axe(page) == []
    typed(page, "2")
    expect(page.locator("#desk-due")).to_have_text(re.compile("253.75|152.25"))
    typed(page, "2", "e")
    expect(page.locator("#wy-drawer")).to_contain_text("违约金怎么算")
    assert axe(page) == []
    typed(page, "Escape")
    expect(page.locator("#wy-drawer")).to_be_hidden()

    typed(page, "F7")
    expect(page.locator("#tender-scan")).to_have_value("406.00")
    page.keyboard.type("200")
    typed(page, "F6")
    expect(page.locator("#tender-cash")).to_have_value("206.00")
    page.keyboard.type("300")
    expect(page.locator("#desk-change")).to_have_text("94.00")
    assert axe(page) == []
    typed(page, "F9")
    expect(page.locator("[data-receipt]")).to_have_text("GY-2026-000001")
    expect(page.locator("[data-change]")).to_have_text("¥94.00")
    expect(page.locator("#desk-search")).to_be_focused()
    assert axe(page) == []
    expect(page.locator("#desk-shift")).to_contain_text("706.00")

    page.keyboard.type("102")
    typed(page, "Enter")
    expect(page.locator(".desk-code")).to_have_text("1-1-102")
    typed(page, "F6")
    page.keyboard.type("100")
    expect(page.locator("#desk-problem")).to_contain_text("还差 127.24")
    typed(page, "F9")
    expect(page.locator("[data-receipt]")).to_have_text("GY-2026-000002")

    sums = {(tender.payment_id, tender.method): tender.amount_fen for tender in Tender.objects.all()}
    first, second = Payment.objects.order_by("pk")
    assert sums == {(first.pk, "cash"): 20600, (first.pk, "scan"): 20000, (second.pk, "cash"): 10000}
    assert shift_figures(Shift.objects.get()).expected_fen == 50000 + 30600
    assert first_finding(world) == ""

    typed(page, "F12")
    expect(page.locator("#handover-counted")).to_be_focused()
    page.keyboard.type("800")
    expect(page.locator("[data-gap]")).to_have_text("−6.00")
    assert axe(page) == []
    typed(page, "Tab")
    page.keyboard.type("找零差错")
    typed(page, "Tab", "Tab", "Enter")
    page.wait_for_url("**/cashdesk/shifts/*")
    expect(page.locator("main")).to_contain_text("−6.00")
    assert axe(page) == []
    assert Shift.objects.get().counted_fen == 80000


def test_the_receipt_is_printed_and_reprinted(world: World, browser_page: OpenPage, sign_in: SignIn) -> None:
    open_shift(world.community.pk, 0, actor=world["cashier"])
    page = at_desk(browser_page, sign_in, world)
    page.goto(f"/cashdesk/?household={world.flats['1-1-201'].pk}")
    typed(page, "F8")
    with page.expect_response("**/*.pdf"):
        typed(page, "F9")
    expect(page.locator("[data-receipt]")).to_have_text("GY-2026-000001")
    with page.expect_response("**/*.pdf"):
        typed(page, "Control+p")
    assert ReceiptPrint.objects.count() == 2


def test_what_was_typed_stays_after_a_refusal(world: World, browser_page: OpenPage, sign_in: SignIn, axe: AxeRun) -> None:
    open_shift(world.community.pk, 0, actor=world["cashier"])
    page = browser_page(1366)
    sign_in(page, cashier(world))
    flat = world.flats["1-1-102"]
    page.goto(f"/cashdesk/?household={flat.pk}")
    typed(page, "F8")
    page.keyboard.type("999")
    expect(page.locator("#desk-problem")).to_contain_text("非现金多出")
    typed(page, "F9")
    expect(page.locator("#desk-note")).to_contain_text("非现金收款超过")
    expect(page.locator("#tender-card")).to_have_value("999")
    assert axe(page) == []
    # the bill is put on hold elsewhere: the page says so, shows the new figures and keeps the tender
    bill = Receivable.objects.get(property=flat)
    place_hold(bill.pk, dt.date(2026, 2, 1), None, kind="dispute", source_ref="t", actor=world["finance"])
    page.locator("#tender-card").fill("227.24")
    typed(page, "F9")
    expect(page.locator("#desk-note .wy-note")).to_be_visible()
    expect(page.locator("#desk-bills")).to_contain_text("争议暂停")
    expect(page.locator("#tender-card")).to_have_value("227.24")
    page.locator("#tender-card").fill("225.67")
    typed(page, "F9")
    expect(page.locator("#desk-held-ask")).to_be_visible()
    assert axe(page) == []
    typed(page, "Tab", "Enter")
    expect(page.locator("[data-receipt]")).to_have_text("GY-2026-000001")
    assert Payment.objects.get().amount_fen == 22567


@pytest.mark.wide
def test_a_temporary_charge_and_the_rest_kept(world: World, browser_page: OpenPage, sign_in: SignIn, axe: AxeRun) -> None:
    open_shift(world.community.pk, 0, actor=world["cashier"])
    page = at_desk(browser_page, sign_in, world)
    page.goto(f"/cashdesk/?household={world.flats['1-1-201'].pk}")
    typed(page, "F4")
    expect(page.locator("#charge-item")).to_be_focused()
    assert axe(page) == []
    typed(page, "Tab")
    page.keyboard.type("20")
    typed(page, "Enter")
    expect(page.locator("#desk-due")).to_have_text("¥325.41")  # 300.90 + 4.51 + 20.00
    page.locator("#desk-keep").check()
    typed(page, "F6")
    page.keyboard.type("400")
    expect(page.locator("#desk-kept")).to_have_text("74.59")
    typed(page, "F9")
    expect(page.locator("[data-receipt]")).to_have_text("GY-2026-000001")
    assert Payment.objects.get().amount_fen == 40000
    assert first_finding(world) == ""


def test_the_preview_counts_as_the_server_does(world: World, browser_page: OpenPage, sign_in: SignIn) -> None:
    """Change, what is kept and what is refused, for many mixtures: the script against the rule."""
    rng = random.Random(20260214)
    cases = []
    for _ in range(300):
        offered = {name: rng.choice([0, 0, rng.randrange(60000)]) for name in ("cash", "scan", "card", "transfer")}
        cases.append((rng.randrange(50000), offered, rng.random() < 0.3))
    page = at_desk(browser_page, sign_in, world)
    page.goto("/cashdesk/")
    script = "async (cases) => { const m = await import('/static/cashdesk/money.js'); return cases.map((c) => m.settle(...c)); }"
    for (due, offered, keep), seen in zip(cases, page.evaluate(script, cases), strict=True):
        try:
            taken = settle_tenders(offered, due, keep_rest=keep)
        except TenderError:
            assert seen["excess"] or not seen["entered"] or not due, (due, offered, seen)
            continue
        assert (seen["change"], seen["excess"]) == (taken.change_fen, 0), (due, offered, keep, seen)
        assert seen["kept"] == (max(0, taken.total_fen - due) if keep else 0)
    parse = "async (texts) => { const m = await import('/static/cashdesk/money.js'); return texts.map(m.parse); }"
    texts = ["1,650.5", "0.07", "19.99", "", "12..5", "1e3", "-5", "1,65", "８", "1，650"]
    assert page.evaluate(parse, texts) == [165050, 7, 1999, 0, None, None, None, None, None, 165000]


@pytest.mark.wide
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1366])
def test_every_page_reads_well(
    world: World, browser_page: OpenPage, sign_in: SignIn, axe: AxeRun, width: int, theme: str
) -> None:
    shift = open_shift(world.community.pk, 50000, actor=world["cashier"])
    page = browser_page(width, theme=theme)
    sign_in(page, cashier(world))
    home = world.flats["1-1-101"].pk
    for address in (f"/cashdesk/?household={home}", "/cashdesk/shifts/", f"/cashdesk/shifts/{shift.pk}", "/receipts/"):
        page.goto(address)
        assert axe(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address


SILENT = """() => { const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
  set.call(document.querySelector("#handover-counted"), "300"); }"""
"""As the browser does it while it prints: the value is there, and no script was told."""


def test_what_was_typed_while_printing_is_counted(world: World, browser_page: OpenPage, sign_in: SignIn) -> None:
    page = at_desk(browser_page, sign_in, world)
    page.goto("/cashdesk/")
    expect(page.locator("#desk-float")).to_be_focused()
    page.keyboard.type("500")
    typed(page, "Enter")
    expect(page.locator("#desk-search")).to_be_focused()
    page.wait_for_load_state("networkidle")
    typed(page, "F12")
    expect(page.locator("#handover-counted")).to_be_focused()
    page.keyboard.type("800")
    expect(page.locator("[data-gap]")).to_have_text("300.00")
    page.evaluate(SILENT)
    expect(page.locator("[data-gap]")).to_have_text("300.00")
    page.evaluate("document.dispatchEvent(new Event('wy:printed'))")
    expect(page.locator("[data-gap]")).to_have_text("−200.00")
