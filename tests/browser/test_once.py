"""One press, one request, however often a slow page is pressed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, SignIn
from tests.world import make_world
from wuyefei.foundation.access.models import User
from wuyefei.money.control.models import Draw

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
THRICE = """() => {
  const form = document.querySelector("form[action$='/draw']");
  for (let n = 0; n < 3; n += 1) form.requestSubmit(form.querySelector("button"));
}"""


def test_a_form_under_way_is_not_sent_again(browser_page: OpenPage, sign_in: SignIn) -> None:
    world = make_world()
    page = browser_page()
    sign_in(page, User.objects.get(pk=world["lead"].user_id))
    page.goto("/controls/samples")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.evaluate(THRICE)
    expect(page.get_by_text("已抽取")).to_be_visible()
    assert len(sent) == 1 and Draw.objects.count() == 1
    page.get_by_role("button", name="抽取").click()  # the page that answered is a new one
    expect(page.get_by_text("已抽取")).to_be_visible()
    assert len(sent) == 2 and Draw.objects.count() == 1
