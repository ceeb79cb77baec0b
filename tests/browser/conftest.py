"""A real browser before a real server: pages opened at a width, people signed in, accessibility looked at.

``browser_page(width)`` opens a page; ``sign_in(page, user)`` gives it a session; ``axe(page)`` lists what axe calls
serious or critical. Where the machine has no chromium the tests marked ``browser`` fail: nothing is skipped.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.sessions import pass_factor
from wuyefei.foundation.platform import clock

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
"""Playwright keeps an event loop in the thread in which the tests use the database."""

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
WIDTHS = {1366: 900, 390: 844}
SERIOUS = frozenset({"serious", "critical"})

expect.set_options(timeout=15_000)

OpenPage = Callable[..., Page]
SignIn = Callable[[Page, User], None]
AxeRun = Callable[..., list[str]]


def chromium() -> str | None:
    """The browser to use; None lets playwright look for its own."""
    return os.environ.get("WUYEFEI_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium(), headless=True, args=FLAGS)
        yield launched
        launched.close()


UNDER_WAY: set[int] = set()
"""The server's threads that are answering a request now."""

request_started.connect(lambda **_: UNDER_WAY.add(threading.get_ident()), weak=False, dispatch_uid="tests.browser.began")
request_finished.connect(lambda **_: UNDER_WAY.discard(threading.get_ident()), weak=False, dispatch_uid="tests.browser.ended")


def wait_for_the_server(seconds: float = 15) -> None:
    """Until no request has been under way for a moment: one that still writes would lock the emptying of the tables."""
    quiet, until = 0, time.monotonic() + seconds
    while quiet < 3:
        assert time.monotonic() < until, f"requests still under way after {seconds} s"
        quiet = 0 if UNDER_WAY else quiet + 1
        time.sleep(0.03)


@pytest.fixture
def browser_page(browser: Browser, live_server: LiveServer, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """``browser_page(1366)``, ``browser_page(390, theme="dark")``: a page of its own context at the live server.

    A script error or a blocked resource on any of them fails the test. ``workers="allow"`` where the page kept for a failing
    network is wanted.
    """
    opened: list[Page] = []
    wrong: list[str] = []

    def open_page(width: int = 1366, *, theme: str = "light", workers: Literal["allow", "block"] = "block") -> Page:
        context = browser.new_context(
            base_url=live_server.url, viewport={"width": width, "height": WIDTHS.get(width, 900)}, locale="zh-CN",
            timezone_id="Asia/Shanghai", color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce",
            has_touch=width < 600, service_workers=workers,
        )  # fmt: skip
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text) if "Content Security Policy" in message.text else None)
        opened.append(page)
        return page

    yield open_page
    for number, page in enumerate(opened):
        keep_picture(page, f"{request.node.name}-{number}")
        page.unroute_all(behavior="ignoreErrors")  # an answer still under way must not fail the test that comes next
        page.context.close()
    wait_for_the_server()
    assert not wrong, wrong


def keep_picture(page: Page, name: str) -> None:
    """The last state of a page as a picture, where ``WUYEFEI_PICTURES`` names a folder for it."""
    folder = os.environ.get("WUYEFEI_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.fixture
def sign_in(live_server: LiveServer) -> SignIn:
    """Signs a user in by session cookie, second factor passed where it is due."""

    def enter(page: Page, user: User) -> None:
        moment = clock.now() - dt.timedelta(hours=1)
        User.objects.filter(pk=user.pk).update(totp_confirmed_at=moment, password_changed_at=moment)
        user.refresh_from_db()
        client = Client()
        client.force_login(user)
        session = client.session
        pass_factor(session, user)
        session.save()
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key or "", "url": live_server.url}
        page.context.add_cookies([cookie])

    return enter


AT_REST = """() => !document.querySelector('.htmx-request')
  && document.getAnimations().every(one => one.playState !== 'running')"""


@pytest.fixture
def axe() -> AxeRun:
    """``axe(page)`` → one line for each serious or critical finding; empty when all is well.

    What is being refreshed or is fading has colours nobody reads: the page comes to rest first.
    """
    runner = Axe()

    def run(page: Page, context: str | None = None) -> list[str]:
        page.wait_for_function(AT_REST)
        found = runner.run(page, context=context) if context else runner.run(page)
        return [
            f"{rule['id']}: {node['target']} {node['html'][:160]}"
            for rule in found.response["violations"]
            if rule["impact"] in SERIOUS
            for node in rule["nodes"]
        ]

    return run
