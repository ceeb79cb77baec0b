"""The owner's phone in a browser: sign in, look, choose, in the size of a small phone and in large type."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import AxeRun, OpenPage
from tests.relations.owners import LU, Town, listen, make_town

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Town:
    made = make_town()
    listen(made, monkeypatch)
    return made


def enter(page: Page, town: Town) -> None:
    page.goto("/h5/")
    page.get_by_label("手机号").fill(LU)
    page.get_by_role("button", name="发送验证码").click()
    page.get_by_label("验证码").fill(town.last_code(LU))
    page.get_by_role("button", name="进入").click()
    expect(page.get_by_role("heading", name="1-1-101")).to_be_visible()


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.mark.parametrize(("width", "theme"), [(390, "light"), (320, "dark")])
def test_an_owner_looks_around(town: Town, browser_page: OpenPage, axe: AxeRun, width: int, theme: str) -> None:
    """Every page fits the phone, in usual and in large type, and axe finds nothing serious; the sum follows the choice."""
    page = browser_page(width, theme=theme)
    enter(page, town)
    home = page.url
    whole = page.locator("[data-sum]").inner_text()
    page.locator("input[name=bill]").first.uncheck()
    expect(page.locator("[data-sum]")).not_to_have_text(whole)
    page.get_by_role("button", name="全选").click()
    expect(page.locator("[data-sum]")).to_have_text(re.compile(re.escape(whole.replace("\n", ""))))
    assert axe(page) == []
    page.get_by_role("button", name="大字").click()
    expect(page.locator("html.large")).to_be_visible()
    assert fits(page)
    assert axe(page) == []
    aims = [link.get_attribute("href") or "" for link in page.locator("a[href^='/h5/']").all()]
    for aim in sorted(set(aims)):
        page.goto(aim)
        assert fits(page), aim
        assert axe(page) == [], aim
    page.goto(home)
    page.get_by_role("button", name="标准字").click()
    page.get_by_role("link", name="缴费记录").click()
    page.locator(".list a").first.click()
    expect(page.get_by_label("电子收据")).to_contain_text("贰佰元整")
    assert fits(page)
    assert axe(page) == []


def test_the_first_screen_is_one_light_answer(town: Town, browser_page: OpenPage) -> None:
    """One document, under 60 kB with all it needs; nothing is asked for afterwards."""
    page = browser_page(390)
    enter(page, town)
    seen: list[tuple[str, int]] = []
    page.on("response", lambda answer: seen.append((answer.request.resource_type, len(answer.body()))))
    page.context.clear_cookies(name="none")
    page.reload(wait_until="networkidle")
    kinds = [kind for kind, _size in seen]
    assert kinds.count("document") == 1
    assert "xhr" not in kinds
    assert "fetch" not in kinds
    assert sum(size for _kind, size in seen) < 60_000, seen
