"""A debit batch in a browser, at the desk's width and on a phone: nothing of it is out of reach or out of sight."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import AxeRun, OpenPage, SignIn, keep_picture
from tests.money.debits.samples import back, debiting, row
from wuyefei.foundation.access.models import User
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.debits.public import DebitBatch, import_answer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.wide
def test_a_batch_from_beginning_to_end(browser_page: OpenPage, sign_in: SignIn, axe: AxeRun) -> None:
    world = debiting({"陆小满": None, "沈秋白": 100000, "顾予安": None})
    page, place = browser_page(1366), world.community.pk
    sign_in(page, User.objects.get(pk=world["lead"].user_id))
    page.goto(f"/debits/new/{place}")
    assert axe(page) == []
    keep_picture(page, "debits-new")
    page.get_by_role("button", name="生成批次").click()
    page.get_by_role("button", name="记为已报送").click()
    page.locator("#wy-confirm [data-yes]").click()
    expect(page.get_by_text("已记为报送")).to_be_visible()
    batch = DebitBatch.objects.get()
    one, two, three = batch.items.order_by("place")
    rows = (row(one.number, "", "", "成功", on=""), row(two.number, "", "", "失败", "余额不足", on=""), row(three.number, "", "999.00", "成功", on=""))
    import_answer(batch.pk, "回盘.csv", back(*rows), clock.today(), actor=world["lead"])
    for width in (1366, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for path in (f"/debits/{batch.pk}", "/debits/", "/debits/mandates", f"/debits/terms/{place}", f"/debits/sign/{world.people['陆小满'].pk}"):
            page.goto(path)
            assert axe(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
            keep_picture(page, f"debits-{width}-{path.strip('/').replace('/', '-')}")
    page.goto(f"/debits/{batch.pk}")
    page.get_by_role("button", name="入账").click()
    page.locator("#wy-confirm [data-yes]").click()
    expect(page.get_by_text("已入账，多的转为预存")).to_be_visible()
    assert run_checks(world.organisation.pk).holds
