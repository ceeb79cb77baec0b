"""Takes the pictures of the documents from a served demo company: ``python docs/pictures/take.py http://127.0.0.1:8000``.

Signs in through the demo sign-in page, so the server must run in demo mode. It opens a shift, makes a billing draft for
the coming month and uploads an invented workbook; run it on a demo you can throw away. ``WUYEFEI_CHROMIUM`` names the
browser where there is none on the path.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).resolve().parent
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
WORKBOOK = """楼栋,单元,房号,建筑面积,户型,业主姓名,联系电话,单价,交房日期,期初欠费,欠费开始日期,欠费结束日期
1栋,1单元,101,89.50,两室,甲一白,13800000001,2.60,2024-06-30,,,
1栋,1单元,102,一百二,三室,乙二青,13800000002,2.60,2024-06-30,,,
1栋,1单元,201,89.50,两室,丙三橙,13800000003,2.60,2024-06-30,698.10,2026-07-01,2026-09-30
1栋,1单元,202,120.36,三室,丁四蓝,1380000,2.60,2024-06-30,,,
1栋,1单元,301,89.50,两室,戊五绿,13800000005,2.60,2024-13-30,,,
1栋,1单元,302,120.36,三室,己六紫,13800000006,2.60,2024-06-30,,,
1栋,1单元,302,120.36,三室,己六紫,13800000006,2.60,2024-06-30,,,
"""


class Album:
    """One browser, one person signed in at a time."""

    def __init__(self, browser: Browser, base: str) -> None:
        self.browser, self.base = browser, base

    def sign_in(self, username: str, *, width: int = 1366, height: int = 860, dark: bool = False) -> Page:
        context = self.browser.new_context(
            base_url=self.base, viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai",
            color_scheme="dark" if dark else "light", reduced_motion="reduce", has_touch=width < 600,
        )  # fmt: skip
        page = context.new_page()
        page.goto("/sign-in")
        page.click(f"[data-fill-username='{username}']")
        page.click("form[data-sign-in] button.pri")
        page.wait_for_load_state("networkidle")
        if page.locator("[data-fill-code]").count():
            page.click("[data-fill-code]")
            page.click("form .wy-btn.pri")
            page.wait_for_load_state("networkidle")
        if "sign-in" in page.url:
            raise SystemExit(f"{username} could not sign in: {page.url}")
        return page

    def keep(self, page: Page, name: str) -> None:
        page.wait_for_load_state("networkidle")
        page.mouse.move(0, 0)
        page.wait_for_timeout(300)
        path = HERE / f"{name}.png"
        page.screenshot(path=path)
        print(f"{path.name}  {path.stat().st_size // 1024} KB")
        page.context.close()


def indebted(album: Album) -> tuple[str, str]:
    """Code and number of a household with at least two unpaid bills at the desk."""
    page = album.sign_in("shenruolan")
    page.goto("/billing/receivables?state=late")
    page.wait_for_load_state("networkidle")
    codes = re.findall(r"\b\d{1,2}-\d-\d{3,4}\b", page.inner_text("table"))
    for code in sorted(set(codes), key=lambda one: (-codes.count(one), one)):
        if open_desk(page, code) and page.locator("#desk-bills tbody tr").count() > 1:
            number = page.get_attribute("[data-home]", "data-home") or ""
            page.context.close()
            return code, number
    raise SystemExit("nobody owes two bills in this demo")


def open_desk(page: Page, code: str) -> bool:
    """Whether the household was found: a cashier's list also has homes of communities whose desk is another."""
    page.goto("/cashdesk")
    if page.locator("#desk-float").count():
        page.click("form[action*='shift'] button.pri")
        page.wait_for_load_state("networkidle")
    page.fill("#desk-search", code)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(800)
    if not page.locator("#desk-hits [role=option]").count():
        return False
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-home]")
    page.wait_for_load_state("networkidle")
    return True


def home(album: Album, code: str, number: str) -> None:
    album.keep(album.sign_in("wenjing"), "home")


def cash_desk(album: Album, code: str, number: str) -> None:
    page = album.sign_in("shenruolan")
    open_desk(page, code)
    page.keyboard.press("F6")
    album.keep(page, "cash-desk")


def property_360(album: Album, code: str, number: str) -> None:
    page = album.sign_in("wenjing")
    page.goto(f"/properties/{number}/")
    album.keep(page, "property-360")


def billing_review(album: Album, code: str, number: str) -> None:
    page = album.sign_in("fangzhou")
    page.goto("/billing/runs")
    draft = page.locator("tbody tr", has_text="草稿")
    if draft.count():
        draft.first.locator("a").first.click()
    else:
        month = (dt.datetime.now(ZoneInfo("Asia/Shanghai")).date().replace(day=1) + dt.timedelta(days=32)).strftime("%Y-%m")
        for option in page_options(page):
            page.goto("/billing/runs/new")
            page.select_option("select[name=community]", option)
            page.fill("[name=month]", month)
            page.click("form.wy-form button.pri")
            page.wait_for_load_state("networkidle")
            if re.search(r"/runs/\d+", page.url):
                break
        page.reload()
    album.keep(page, "billing-review")


def page_options(page: Page) -> list[str]:
    page.goto("/billing/runs/new")
    values = page.eval_on_selector_all("select[name=community] option", "all => all.map(one => one.value)")
    return [value for value in values if value]


def import_preview(album: Album, code: str, number: str) -> None:
    page = album.sign_in("xumo")
    page.goto("/imports/")
    page.select_option("select[name=place]", index=0)
    if page.locator("[name=name]").is_visible():
        page.fill("[name=name]", "样板小区")
    page.set_input_files(
        "[name=file]", {"name": "样板小区.csv", "mimeType": "text/csv", "buffer": WORKBOOK.encode("utf-8-sig")}
    )
    page.click(".in-upload button.pri")
    page.wait_for_url(re.compile(r"/imports/\d+"))
    album.keep(page, "import-preview")


def verify(album: Album, code: str, number: str) -> None:
    page = album.sign_in("zhengyan")
    page.goto("/verify/")
    page.click("form[hx-post] button.pri")
    page.wait_for_selector("#report table", timeout=300_000)
    album.keep(page, "verify")


def phone(album: Album, code: str, number: str) -> None:
    page = album.sign_in("shenruolan", width=390, height=844, dark=True)
    open_desk(page, code)
    album.keep(page, "phone-dark")


def arrears(album: Album, code: str, number: str) -> None:
    page = album.sign_in("wenjing")
    page.goto("/arrears/?amount_from=10000.00&sort=-total")
    album.keep(page, "arrears")


def analysis(album: Album, code: str, number: str) -> None:
    today = dt.datetime.now(ZoneInfo("Asia/Shanghai")).date()
    page = album.sign_in("gaoyuan")
    page.goto(f"/analysis/?period={today.year}-Q{(today.month + 2) // 3}")
    album.keep(page, "analysis")


def follow_up(album: Album, code: str, number: str) -> None:
    page = album.sign_in("luzhixing", width=390, height=844)
    page.goto("/followup/")
    album.keep(page, "follow-up")


def owner_phone(album: Album, code: str, number: str) -> None:
    """``WUYEFEI_OWNER`` names the mobile of an owner, as the demo prints it."""
    context = album.browser.new_context(
        base_url=album.base, viewport={"width": 390, "height": 844}, locale="zh-CN", timezone_id="Asia/Shanghai",
        reduced_motion="reduce", has_touch=True,
    )  # fmt: skip
    page = context.new_page()
    page.goto("/h5/")
    page.get_by_label("手机号").fill(os.environ.get("WUYEFEI_OWNER", "19900000318"))
    page.get_by_role("button", name="发送验证码").click()
    page.wait_for_load_state("networkidle")
    found = re.search(r"验证码是 (\d{6})", page.inner_text("body"))
    if found is None:
        raise SystemExit("no code was shown: is this the mobile of an owner, and the demo?")
    page.get_by_label("验证码").fill(found[1])
    page.get_by_role("button", name="进入").click()
    album.keep(page, "owner-phone")


PICTURES: dict[str, Callable[[Album, str, str], None]] = {
    "home": home, "cash-desk": cash_desk, "property-360": property_360, "billing-review": billing_review,
    "import-preview": import_preview, "verify": verify, "phone-dark": phone, "arrears": arrears, "analysis": analysis,
    "follow-up": follow_up, "owner-phone": owner_phone,
}  # fmt: skip


def main(base: str, wanted: list[str]) -> None:
    browser_path = os.environ.get("WUYEFEI_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, headless=True, args=FLAGS)
        album = Album(browser, base)
        code, number = indebted(album)
        for name in wanted or PICTURES:
            PICTURES[name](album, code, number)
        browser.close()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    main(sys.argv[1].rstrip("/"), sys.argv[2:])
