"""A card at the desk, its settlement file, and a remittance list: from the keyboard, on a phone, in the dark."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import AxeRun, OpenPage, SignIn
from tests.world import make_world
from wuyefei.foundation.access.models import User
from wuyefei.foundation.platform import clock
from wuyefei.money.bank.public import BankLine, import_statement
from wuyefei.money.billing.public import charge_once
from wuyefei.money.cashdesk.public import add_merchant, add_terminal, open_shift
from wuyefei.money.payments.public import Payment
from wuyefei.money.reconciliation.public import ChannelDay

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HEAD = "终端号,交易日期,卡号,交易类型,交易金额,手续费,参考号\n"


@pytest.mark.wide
def test_from_the_slip_to_the_file_and_a_list(browser_page: OpenPage, sign_in: SignIn, axe: AxeRun) -> None:
    world, yesterday = make_world(), clock.today() - dt.timedelta(days=1)
    place = world.community.pk
    merchant = add_merchant(place, "示例收单", "898310000001", "示例收单", actor=world["lead"])
    add_terminal(merchant.pk, place, "T0000001", "前台", actor=world["lead"])
    with clock.at(yesterday):
        for code, name in (("1-1-101", "陆小满"), ("1-1-102", "沈秋白")):
            charge_once(world.flats[code].pk, world.people[name].pk, world.service, 10_000, actor=world["cashier"], community_id=place, memo="物业费")
    open_shift(place, 0, actor=world["cashier"])
    page = browser_page(1366)
    sign_in(page, User.objects.get(pk=world["cashier"].user_id))
    page.goto(f"/cashdesk/?household={world.flats['1-1-101'].pk}")
    expect(page.locator("#desk-card")).to_be_hidden()
    page.keyboard.press("F8")
    expect(page.locator("#desk-card")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#tender-reference")).to_be_focused()
    page.keyboard.type("9")
    page.keyboard.press("F9")
    expect(page.locator("#desk-note")).to_contain_text("参考号")
    page.locator("#tender-reference").fill("260101000101")
    page.locator("#tender-card_tail").fill("1234")
    assert axe(page) == []
    page.keyboard.press("F9")
    expect(page.locator("#desk-house")).to_contain_text("POS 刷卡")
    assert Payment.objects.count() == 1
    row = f"T0000001,{clock.today()},6222****1234,消费,100.00,0.60,260101000101\n"
    text = f"交易日期,收入,对方户名,摘要,流水号\n{clock.today()},150.00,示例连锁总部,各店物业费,R-1\n"
    import_statement(place, "3300", "流水.csv", text.encode(), actor=world["finance"])
    finance = User.objects.get(pk=world["finance"].user_id)
    page = browser_page(1366)
    sign_in(page, finance)
    page.goto("/reconciliation/")
    assert axe(page) == []
    page.locator("#rc-file").set_input_files({"name": "清算.csv", "mimeType": "text/csv", "buffer": (HEAD + row).encode()})
    page.get_by_role("button", name="收刷卡清算文件").click()
    expect(page.get_by_text("•••• 1234")).to_be_visible()
    assert axe(page) == []
    line = BankLine.objects.get()
    page.goto(f"/bank/lines/{line.pk}/list")
    page.locator("#rm-text").fill("1-1-102 100\n")
    page.get_by_role("button", name="核对清单").click()
    expect(page.get_by_text("1 户，1 个项目")).to_be_visible()
    assert axe(page) == []
    phone = browser_page(390, theme="dark")
    sign_in(phone, finance)
    day = ChannelDay.objects.get()
    for address in ("/reconciliation/", f"/reconciliation/{day.pk}", f"/bank/lines/{line.pk}/list", f"/bank/lines/{line.pk}"):
        phone.goto(address)
        assert axe(phone) == []
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    phone = browser_page(390, theme="dark")
    sign_in(phone, User.objects.get(pk=world["lead"].user_id))
    phone.goto("/cashdesk/terminals/")
    assert axe(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
