"""A drive from its opening to its evaluation in a real browser, and the list of somebody who takes part on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_plans import prepared
from wuyefei.collection.drives.public import Drive, Household
from wuyefei.collection.followup.public import reckon
from wuyefei.foundation.access.models import User
from wuyefei.foundation.platform import clock

pytestmark = [pytest.mark.browser, pytest.mark.wide, pytest.mark.django_db(transaction=True)]


def looked_at(page: Page, axe: Callable[..., list[str]]) -> None:
    """Nothing serious for axe and nothing wider than the screen, in the light and in the dark."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert axe(page) == [], scheme
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), scheme


def test_a_drive_is_opened_walked_and_evaluated(
    browser_page: Callable[..., Page], sign_in: Callable[[Page, User], None], axe: Callable[..., list[str]]
) -> None:
    world = prepared()
    reckon(world.community.pk, clock.today())
    page = browser_page(1366)
    sign_in(page, User.objects.get(pk=world["manager"].user_id))
    page.goto("/drives/")
    page.get_by_role("link", name="开季末行动").first.click()
    today = clock.today().isoformat()
    page.get_by_label("开始", exact=True).fill(today)
    page.get_by_label("结束", exact=True).fill(today)
    looked_at(page, axe)
    page.get_by_role("button", name="开季末行动").click()
    expect(page.get_by_text("请填这个小区要收回多少")).to_be_visible()
    assert not Drive.objects.exists()
    page.get_by_label("桂语花园 目标（元）").fill("100")
    page.get_by_role("button", name="开季末行动").click()
    expect(page.get_by_text("不满 3 个整天，先不推算")).to_be_visible()
    looked_at(page, axe)
    drive = Drive.objects.get()
    page.goto(f"/drives/{drive.pk}/evaluation")
    looked_at(page, axe)
    page.get_by_role("link", name="结束并评估").click()
    page.get_by_label("总结").fill("先打平时按时的")
    looked_at(page, axe)
    phone = browser_page(390)
    sign_in(phone, User.objects.get(pk=Household.objects.earliest("pk").user_id))
    phone.goto("/drives/mine")
    expect(phone.get_by_text("1-1-101")).to_be_visible()
    looked_at(phone, axe)
    page.get_by_role("button", name="结束并评估").click()
    expect(page.get_by_text("先打平时按时的")).to_be_visible()
    sign_in(phone, User.objects.get(pk=world["manager"].user_id))
    for address in ("/drives/", f"/drives/{drive.pk}", f"/drives/{drive.pk}/evaluation", "/followup/first"):
        phone.goto(address)
        looked_at(phone, axe)
    sign_in(phone, User.objects.get(pk=world["keeper"].user_id))
    phone.goto("/drives/mine")
    expect(phone.get_by_text("没有进行中的季末行动")).to_be_visible()
