"""A payment file in a browser: made, answered by the bank after a look, the failed one corrected; at the desk's width and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import AxeRun, OpenPage, SignIn, keep_picture
from tests.money.payouts.samples import back, payout, refunding, row
from wuyefei.foundation.access.models import User
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.payouts.public import Payout, PayoutFile

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def upload(page: Page, file: PayoutFile, data: bytes) -> None:
    page.goto(f"/payouts/{file.pk}")
    page.locator("input[type=file]").set_input_files({"name": "回盘.csv", "mimeType": "text/csv", "buffer": data})
    page.get_by_role("button", name="上传并看预览").click()


@pytest.mark.wide
def test_a_file_goes_out_and_its_answer_comes_back(browser_page: OpenPage, sign_in: SignIn, axe: AxeRun) -> None:
    world = refunding()
    page = browser_page(1366)
    sign_in(page, User.objects.get(pk=world["lead"].user_id))
    page.goto("/refunds/")
    page.get_by_role("button", name="生成付款文件（3 笔）").click()
    page.locator("#wy-confirm [data-yes]").click()
    expect(page.get_by_text("做好了，下载后交给银行")).to_be_visible()
    file = PayoutFile.objects.get()
    with page.expect_download() as got:
        page.get_by_role("button", name="下载付款文件").click()
    assert file.number in got.value.suggested_filename
    one, two, three = (payout(name) for name in ("陆小满", "沈秋白", "顾予安"))
    on = clock.today().isoformat()
    upload(page, file, back(row(one, "成功", on=on), row(two, "成功", fen=22389, on=on), row(one, "成功", on=on)))
    expect(page.get_by_text("有 2 行不对，整份都不处理")).to_be_visible()
    expect(page.get_by_role("button", name="确认，按这样处理")).to_have_count(0)
    assert axe(page) == []
    keep_picture(page, "payouts-wrong")
    upload(page, file, back(row(one, "成功", reference="B1", on=on), row(two, "失败", "收款账号与户名不符", on=on), row(three, "处理中", on="")))
    for width in (390, 1366):
        page.set_viewport_size({"width": width, "height": 900})
        assert axe(page) == [] and page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        keep_picture(page, f"payouts-preview-{width}")
    assert set(Payout.objects.values_list("state", flat=True)) == {"waiting"}, "a look changes nothing"
    page.get_by_role("button", name="确认，按这样处理").click()
    expect(page.get_by_text("已付 1 笔，失败 1 笔，还在等银行 1 笔。")).to_be_visible()
    for width in (1366, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for path in ("/refunds/", "/payouts/", f"/payouts/{file.pk}", f"/refunds/{two.refund_id}", f"/refunds/{three.refund_id}"):
            page.goto(path)
            assert axe(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
            keep_picture(page, f"payouts-{width}-{path.strip('/').replace('/', '-')}")
    page.set_viewport_size({"width": 1366, "height": 900})
    page.emulate_media(color_scheme="dark")
    page.goto(f"/payouts/{file.pk}")
    keep_picture(page, "payouts-dark")
    page.goto(f"/refunds/{two.refund_id}")
    page.get_by_label("新的收款账号").fill("6222020000000020999")
    page.get_by_label("更正说明").fill("业主换了卡")
    page.get_by_role("button", name="更正，放进下一份付款文件").click()
    expect(page.get_by_text("这笔退款等下一份付款文件")).to_be_visible()
    page.goto("/refunds/")
    expect(page.get_by_role("button", name="生成付款文件（1 笔）")).to_be_visible()
    assert run_checks(world.organisation.pk).holds
