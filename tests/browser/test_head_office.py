"""A head office in a browser: tied to its shops, one bill paper, all of it chosen at the desk; a seasonal price tried out."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.conftest import AxeRun, OpenPage, SignIn
from tests.browser.test_estate import confirm, user
from tests.edges.backoffice.conftest import publish
from tests.world import World, make_world, person
from wuyefei.estate.occupancy.public import Tie
from wuyefei.foundation.platform import clock
from wuyefei.money.cashdesk.public import open_shift

pytestmark = [pytest.mark.browser, pytest.mark.wide, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "theme"), [(1366, "light"), (390, "dark")])
def test_one_payer_of_many_shops(browser_page: OpenPage, sign_in: SignIn, axe: AxeRun, width: int, theme: str) -> None:
    with clock.at(dt.date(2026, 1, 2)):
        world: World = make_world()
        head = person(world.community, "山茶零售总部")
    page = browser_page(width, theme=theme)
    sign_in(page, user(world, "manager"))
    page.goto(reverse("backoffice:person", args=[head.pk]))
    page.get_by_text("登记为多套房屋的缴费人").click()
    page.get_by_label("房屋编号").fill("1-1-101\n1-1-102")
    page.locator("form[action$='/pays'] [name=starts_on]").fill("2026-01-01")
    assert axe(page) == []
    page.locator("form[action$='/pays'] button").click()
    confirm(page)
    expect(page.get_by_text("山茶零售总部 已登记为 2 套房屋的缴费人")).to_be_visible()
    assert Tie.objects.filter(person=head, role="payer").count() == 2
    with clock.at(dt.date(2026, 1, 2)):
        publish(world, "2026-01")
    open_shift(world.community.pk, 0, actor=world["cashier"])
    page.context.clear_cookies()
    sign_in(page, user(world, "cashier"))
    page.goto(reverse("backoffice:person_statement", args=[head.pk]))
    expect(page.get_by_text("2 套房屋，2 笔账单")).to_be_visible()
    page.locator(".bo-bills summary").first.click()
    assert axe(page) == []
    page.get_by_role("link", name="到收银台一并收").click()
    expect(page.get_by_text("山茶零售总部 在 2 套房屋的账单已一并选上")).to_be_visible()
    expect(page.locator("#desk-bills [data-pick]:checked")).to_have_count(2)
    assert axe(page) == []
    page.context.clear_cookies()
    sign_in(page, user(world, "finance"))
    for trial, said in (("seasons", "采暖季"), ("bands", "124.00")):
        page.goto(f"{reverse('sheets:trial')}?trial={trial}")
        expect(page.locator("#tried")).to_contain_text(said)
        assert axe(page) == []
