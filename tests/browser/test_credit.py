"""An owner's credit from the rating to a person's answer, a building's map by keyboard, and a photograph beside a call."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_drives import looked_at
from tests.browser.test_plans import prepared
from wuyefei.collection.followup.public import Case, Log, log
from wuyefei.collection.followup.public import reckon as reckon_cases
from wuyefei.foundation.access.models import User
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.platform import clock
from wuyefei.insight.credit.public import Rating, Review, reckon
from wuyefei.insight.risk.public import reckon as reckon_classes
from wuyefei.money.billing.public import OpeningArrears, book_opening
from wuyefei.relations.contacts.public import Channel

pytestmark = [pytest.mark.browser, pytest.mark.wide, pytest.mark.django_db(transaction=True)]
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c636060600000000400012734270a0000000049454e44ae426082"
)


def test_credit_the_map_and_a_photograph(
    browser_page: Callable[..., Page], sign_in: Callable[[Page, User], None], axe: Callable[..., list[str]]
) -> None:
    world = prepared()
    first = clock.today() - 80 * DAY
    more = OpeningArrears(world.flats["1-1-101"].pk, world.people["陆小满"].pk, first, first + 29 * DAY, first + 30 * DAY, 5000, "", Decimal("0.0005"), Decimal("0.05"))
    book_opening([more], actor=world["finance"], community=world.community, item=world.service)
    manager, today = User.objects.get(pk=world["manager"].user_id), clock.today()
    for work in (reckon_classes, reckon_cases, reckon):
        work(world.community.pk, today)
    row = Rating.objects.exclude(letter__in=("", "A")).earliest("pk")
    page = browser_page(1366)
    sign_in(page, manager)
    page.goto(f"/credit/owners/{row.person_id}")
    page.get_by_text("代业主登记异议").click()
    page.get_by_label("说明").fill("转账两天后才到账")
    looked_at(page, axe)
    page.get_by_role("button", name="登记", exact=True).click()
    review = Review.objects.get()
    page.goto(f"/credit/reviews/{review.pk}")
    page.get_by_role("combobox", name="复核人").select_option(str(manager.pk))
    page.get_by_role("button", name="指定").click()
    page.get_by_label("理由").fill("回单是到期当天")
    page.get_by_label("更正为 A").check()
    looked_at(page, axe)
    page.get_by_role("button", name="答复业主").click()
    expect(page.get_by_text("已答复，业主在手机上看得到。")).to_be_visible()
    assert Rating.objects.get(pk=row.pk).letter == "A"
    page.goto("/arrears/map")
    looked_at(page, axe)
    homes = page.locator("[data-map] a")
    homes.first.focus()
    before = homes.first.get_attribute("href")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.getAttribute('href')") != before
    page.keyboard.press("Enter")
    page.wait_for_url("**/arrears/households/*")
    case = Case.objects.filter(closed_on__isnull=True).earliest("pk")
    log(case.pk, Log("walk", case.acts, Channel.DESK, "reached", clock.now() - dt.timedelta(minutes=1)), actor=world["manager"])
    page.goto(f"/followup/cases/{case.pk}")
    page.get_by_text("附照片或语音").first.click()
    page.locator("input[name=file]").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": PNG})
    page.get_by_role("button", name="附上", exact=True).click()
    expect(page.get_by_role("link", name="照片")).to_be_visible()
    looked_at(page, axe)
    phone = browser_page(390)
    sign_in(phone, manager)
    for address in ("/credit/", f"/credit/owners/{row.person_id}", "/credit/reviews", f"/credit/reviews/{review.pk}", "/credit/outside", "/arrears/map", f"/followup/cases/{case.pk}"):
        phone.goto(address)
        looked_at(phone, axe)
