"""A firm brings its workbook: by mouse and on a phone, looked at by axe; the books hold afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import AxeRun, OpenPage, SignIn, keep_picture
from tests.money.intake.books import as_csv, xlsx
from tests.money.intake.test_actions_apply import PLAIN
from tests.money.intake.test_rules_intake_plain import FLATS
from tests.world import make_world
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.models import User
from wuyefei.foundation.shell.verify import run_checks

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FAULTY = [
    *PLAIN,
    ["1", "1", "103", "九十七", "测试丙", "13900000003", 2.5, 20, None, None, None, None, None],
    ["1", "1", "104", 97.16, "测试丁", "1390000", 2.5, None, None, None, None, None, None],
    ["1", "1", "102", 89.55, "测试乙", "13900000002", 2.5, None, None, None, 300, None, None],
]


def upload(page: Page, folder: Path, name: str, data: bytes) -> None:
    (folder / name).write_bytes(data)
    page.goto("/imports/")
    page.get_by_label("导入到").select_option("new")
    page.get_by_label("新小区名称").fill("测试新城")
    page.set_input_files("input[type=file]", folder / name)
    page.get_by_role("button", name="上传并看预览").click()


@pytest.mark.parametrize("width, theme", [(1366, "light"), pytest.param(1366, "dark", marks=pytest.mark.wide), pytest.param(390, "light", marks=pytest.mark.wide)])
def test_a_workbook_is_brought_in(browser_page: OpenPage, sign_in: SignIn, axe: AxeRun, tmp_path: Path, width: int, theme: str) -> None:
    world = make_world()
    page = browser_page(width, theme=theme)
    sign_in(page, User.objects.get(username="lead"))
    page.goto("/imports/")
    keep_picture(page, f"import-1-{width}-{theme}")
    assert not axe(page)
    upload(page, tmp_path, "测试新城房屋与期初余额.xlsx", xlsx({"房屋": FAULTY}))
    expect(page.get_by_role("heading", name="逐行预览")).to_be_visible()
    expect(page.locator("td.bad").first).to_be_visible()
    keep_picture(page, f"import-3-{width}-{theme}")
    assert not axe(page)
    button = page.locator("[data-import]")
    expect(button).to_have_attribute("aria-disabled", "true")
    page.get_by_label("只导入").check()
    expect(button).not_to_have_attribute("aria-disabled", "true")
    page.get_by_label("期初欠费总数（元）").fill("1616.30")
    page.get_by_label("期初预收总数（元）").fill("300")
    button.click()
    expect(page.get_by_role("alert")).to_contain_text("相差 −20.00 元")
    keep_picture(page, f"import-3-refused-{width}-{theme}")
    assert not Property.objects.filter(community__name="测试新城").exists()
    page.get_by_label("期初欠费总数（元）").fill("1596.30")
    page.locator("[data-import]").click()
    expect(page.get_by_text("导入完成")).to_be_visible()
    keep_picture(page, f"import-5-{width}-{theme}")
    assert not axe(page)
    assert Property.objects.filter(community__name="测试新城", kind="residential").count() == 4
    assert run_checks(world.organisation.pk).holds


@pytest.mark.wide
@pytest.mark.parametrize("width", [1366, 390])
def test_columns_are_matched_by_hand(browser_page: OpenPage, sign_in: SignIn, axe: AxeRun, tmp_path: Path, width: int) -> None:
    make_world()
    page = browser_page(width)
    sign_in(page, User.objects.get(username="lead"))
    upload(page, tmp_path, "flats.csv", as_csv(FLATS))
    page.get_by_label("Garden").select_option("building")
    expect(page.get_by_text("没有房号列：请指定一列")).to_be_visible()
    page.get_by_label("没有房号列，按行号编房号").check()
    page.get_by_label("Elevator").select_option("structure")
    expect(page.get_by_text("这样对应可以预览")).to_be_visible()
    keep_picture(page, f"import-2-{width}")
    assert not axe(page)
    page.get_by_role("button", name="看预览").click()
    expect(page.get_by_role("heading", name="逐行预览")).to_be_visible()
    page.locator("[data-import]").click()
    expect(page.get_by_text("导入完成")).to_be_visible()
    assert Property.objects.filter(community__name="测试新城").count() == 4
