"""Signing in on the phone: the way through, and what an attacker might try."""

from __future__ import annotations

import logging

import pytest
from django.test import Client

from tests.relations.owners import LU, SHEN, STRANGER, Town, enter, phone
from wuyefei.foundation.access.models import User
from wuyefei.relations.accounts.models import Session

pytestmark = pytest.mark.django_db
POLICY = "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'"


def code_page(client: Client, mobile: str, query: str = "") -> str:
    answer = client.post(f"/h5/sign-in{query}", {"mobile": mobile})
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def test_from_mobile_to_the_first_screen(town: Town) -> None:
    client = Client()
    assert client.get("/h5/").headers["Location"] == "/h5/sign-in"
    assert code_page(client, LU) == "/h5/sign-in/code"
    assert "wy_owner_try" in client.cookies
    answer = client.post("/h5/sign-in/code", {"code": town.last_code(LU)})
    assert answer.headers["Location"] == "/h5/"
    cookie = client.cookies["wy_owner"]
    assert (cookie["httponly"], cookie["path"], cookie["samesite"]) == (True, "/h5/", "Lax")
    page = client.get("/h5/").content.decode()
    assert "1-1-101" in page
    assert "陆小满" in page


def test_by_room_and_name(town: Town) -> None:
    client = Client()
    answer = client.post("/h5/sign-in", {"by": "room", "community": "桂语花园", "room": "1-1-102", "name": "沈秋白"})
    assert answer.headers["Location"] == "/h5/sign-in/code"
    assert client.post("/h5/sign-in/code", {"code": town.last_code(SHEN)}).status_code == 302
    assert "1-1-102" in client.get("/h5/").content.decode()


def test_the_pages_say_the_same_to_a_stranger(town: Town) -> None:
    told = []
    for mobile in (LU, STRANGER):
        client = Client()
        answer = client.post("/h5/sign-in", {"mobile": mobile})
        page = client.get("/h5/sign-in/code")
        wrong = client.post("/h5/sign-in/code", {"code": "abcdef"})
        again = client.post("/h5/sign-in", {"mobile": mobile})
        words = [answer.status_code, answer.headers["Location"]]
        for one in (page, wrong, again):
            text = one.content.decode()
            start = text.index("<main")
            words += [one.status_code, [part for part in text[start:].split("<") if "csrf" not in part and "请求号" not in part and mobile not in part]]
        told.append(words)
    assert told[0] == told[1]


def test_a_session_put_into_the_browser_beforehand_is_never_taken_over(town: Town) -> None:
    """Fixation: neither a made-up token nor somebody's own becomes the new session."""
    own = enter(town, SHEN)
    for planted in ("planted-by-somebody", own):
        Session.objects.filter(account__mobile_shown="199****0001").delete()
        client = Client()
        client.cookies["wy_owner"] = planted
        client.cookies["wy_owner_try"] = ""
        from wuyefei.relations.accounts.models import Code

        Code.objects.all().delete()
        code_page(client, LU)
        client.post("/h5/sign-in/code", {"code": town.last_code(LU)})
        assert client.cookies["wy_owner"].value not in (planted, "")
    assert Session.objects.filter(account__mobile_shown="199****0002", ended_at__isnull=True).count() == 0


def test_forms_need_their_token(town: Town) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies["wy_owner"] = enter(town, LU)
    for path in ("/h5/sign-in", "/h5/sign-out", "/h5/large", "/h5/me/other-devices"):
        answer = client.post(path, {"mobile": LU})
        assert answer.status_code == 403
        assert "页面开得太久了" in answer.content.decode()
    assert Session.objects.filter(ended_at__isnull=True).count() == 1


@pytest.mark.parametrize("aim", ["https://evil.example/", "//evil.example", "/\\evil.example", "/h5/\\evil.example", "javascript:alert(1)", "/billing/runs", "h5/"])
def test_nobody_is_led_elsewhere(town: Town, aim: str) -> None:
    client = phone(town, LU)
    assert client.post("/h5/large", {"on": "1", "next": aim}).headers["Location"] == "/h5/"
    from wuyefei.relations.accounts.models import Code

    Code.objects.all().delete()
    client.cookies.clear()
    page = client.get("/h5/sign-in", {"next": aim}).content.decode()
    assert f'name="next" value="{aim}"' not in page
    assert "href=\"https://evil" not in page
    client.post("/h5/sign-in", {"mobile": SHEN, "next": aim})
    assert client.post("/h5/sign-in/code", {"code": town.last_code(SHEN), "next": aim}).headers["Location"] == "/h5/"


def test_one_comes_back_to_the_page_one_came_for(town: Town) -> None:
    client = Client()
    assert client.get("/h5/me").headers["Location"] == "/h5/sign-in?next=%2Fh5%2Fme"
    assert code_page(client, LU, "?next=/h5/me")
    assert client.post("/h5/sign-in/code", {"code": town.last_code(LU), "next": "/h5/me"}).headers["Location"] == "/h5/me"


def test_signing_out_ends_the_session(town: Town) -> None:
    client = phone(town, LU)
    token = client.cookies["wy_owner"].value
    client.post("/h5/sign-out")
    client.cookies["wy_owner"] = token
    assert client.get("/h5/").headers["Location"] == "/h5/sign-in"


def test_the_two_sessions_are_strangers(town: Town) -> None:
    """An owner's session opens no staff page; a staff session opens no owner page."""
    owner = phone(town, LU)
    assert owner.get("/billing/receivables").headers["Location"].startswith("/sign-in")
    staff = Client()
    staff.force_login(User.objects.get(pk=town.world["manager"].user_id))
    assert staff.get("/h5/").headers["Location"] == "/h5/sign-in"


def test_headers_of_every_phone_page(town: Town) -> None:
    for answer in (Client().get("/h5/sign-in"), phone(town, LU).get("/h5/"), phone(town, SHEN).get("/h5/p/none")):
        assert answer.headers["Content-Security-Policy"] == POLICY
        assert answer.headers["Cache-Control"] == "private, no-store"
        text = answer.content.decode()
        assert " style=" not in text
        assert "<style" not in text
        assert " onclick" not in text


def test_nothing_personal_is_logged(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client = Client()
    code_page(client, LU)
    client.post("/h5/sign-in/code", {"code": "abcdef"})
    client.post("/h5/sign-in/code", {"code": town.last_code(LU)})
    client.get("/h5/")
    client.get("/h5/p/none")
    said = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("django.db"))
    for secret in (LU, town.last_code(LU), "陆小满", client.cookies["wy_owner"].value):
        assert secret not in said


def test_another_code_is_asked_for_without_losing_the_way(town: Town) -> None:
    """Whoever was invited, or came for a page, still is after 重新获取."""
    client = Client()
    assert code_page(client, LU) == "/h5/sign-in/code"
    page = client.get("/h5/sign-in/code?next=/h5/me&invitation=abc").content.decode()
    assert page.count('href="/h5/sign-in?next=%2Fh5%2Fme&amp;invitation=abc"') == 2
    again = client.get("/h5/sign-in?next=%2Fh5%2Fme&invitation=abc").content.decode()
    assert 'name="invitation" value="abc"' in again and 'name="next" value="/h5/me"' in again


def test_what_is_set_is_said_to_be_kept(town: Town) -> None:
    client = phone(town, LU)
    assert "已保存" not in client.get("/h5/me/settings").content.decode()
    answer = client.post("/h5/me/settings", {"reminder": "none", "quiet_from": "21:00", "quiet_to": "08:00"})
    assert answer.headers["Location"] == "/h5/me/settings?saved"
    text = client.get(answer.headers["Location"]).content.decode()
    assert "已保存" in text and 'value="none" selected' in text and "21:00" in text
