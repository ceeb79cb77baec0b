"""Walks by browser client: sign-in step by step, sessions, administration, and who may open what."""

from __future__ import annotations

import datetime as dt
import re
from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from tests.foundation.access.firm import NOON, PASSWORD, Firm, code_of, enter
from wuyefei.foundation.access import actions, demo
from wuyefei.foundation.access.models import Community, Region, RoleGrant, SignInEvent, User
from wuyefei.foundation.access.rules import Permission, Role
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import AuditEntry


def sign_in(client: Client, username: str, password: str = PASSWORD, **more: str):  # type: ignore[no-untyped-def]
    return client.post("/sign-in", {"username": username, "password": password, **more})


@pytest.fixture
def admin(firm: Firm, client: Client) -> User:
    user = firm.person("admin", Role.ADMINISTRATOR)
    enter(client, user)
    return user


# ---- signing in ----


def test_nobody_sees_anything_before_signing_in(firm: Firm, client: Client) -> None:
    answer = client.get("/books?x=1")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in?next=%2Fbooks%3Fx%3D1")
    assert client.get("/verify").content.decode() == "公开"
    assert client.get("/no-such-page").status_code == 404
    fragment = client.get(
        "/books", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/desk?a=1"}
    )
    assert fragment["HX-Redirect"] == "/sign-in?next=%2Fdesk%3Fa%3D1"


def test_a_cashier_signs_in_with_a_password(firm: Firm, client: Client, community: Community) -> None:
    firm.person("cashier", Role.CASHIER, community=community, factor=False)
    client.get("/sign-in")
    answer = sign_in(client, "cashier", next="/verify")
    assert (answer.status_code, answer["Location"]) == (302, "/verify")
    assert client.get("/").content.decode() == "cashier甲 收银员"
    assert client.get("/sign-in")["Location"] == "/"
    assert "no-store" in client.get("/account")["Cache-Control"]


def test_only_addresses_of_this_site_come_next(firm: Firm, client: Client) -> None:
    firm.person("cashier", factor=False)
    assert sign_in(client, "cashier", next="https://elsewhere.example/")["Location"] == "/"


def test_a_wrong_password_says_the_same_to_all(firm: Firm, client: Client) -> None:
    firm.person("cashier", factor=False)
    known, unknown = sign_in(client, "cashier", "nope"), sign_in(client, "nobody", "nope")
    assert (known.status_code, unknown.status_code) == (422, 422)
    assert "用户名或密码不对。" in known.content.decode() and "用户名或密码不对。" in unknown.content.decode()
    for _ in range(4):
        answer = sign_in(client, "cashier", "nope")
    assert "请在 12:15 以后再试" in answer.content.decode()
    assert "请在 12:15 以后再试" in sign_in(client, "cashier").content.decode()


def test_finance_gives_a_code_before_anything_else(firm: Firm, client: Client) -> None:
    user = firm.person("finance", Role.FINANCE)
    key = client.session.session_key
    assert sign_in(client, "finance", next="/books")["Location"] == "/books"
    first = client.session.session_key
    assert first != key
    assert client.get("/books")["Location"] == "/sign-in/code?next=%2Fbooks"
    assert client.get("/account")["Location"].startswith("/sign-in/code")
    assert client.get("/account/password")["Location"].startswith("/sign-in/code")
    assert client.post("/sign-in/code", {"code": "000000"}).status_code == 422
    assert client.get("/books").status_code == 302
    answer = client.post("/sign-in/code", {"code": code_of(user), "next": "/books"})
    assert (answer.status_code, answer["Location"]) == (302, "/books")
    assert client.session.session_key != first
    assert client.get("/books").content.decode() == "账簿"
    outcomes = list(SignInEvent.objects.order_by("pk").values_list("outcome", flat=True))
    assert outcomes == ["password_ok", "wrong_code", "ok"]


def test_a_first_sign_in_binds_an_authenticator_and_changes_the_password(firm: Firm, client: Client) -> None:
    user, temporary = actions.create_user(username="fresh", name="新人甲", actor=firm.operator)
    actions.grant_role(user.pk, Role.FINANCE_LEAD, actor=firm.operator)
    sign_in(client, "fresh", temporary)
    assert client.get("/")["Location"] == "/sign-in/authenticator"
    page = client.get("/sign-in/authenticator").content.decode()
    assert "<svg" in page and "viewBox" in page and "演示" not in page
    assert client.post("/sign-in/authenticator", {"code": "000000"}).status_code == 422
    assert client.post("/sign-in/authenticator", {"code": code_of(user)})["Location"] == "/"
    assert [event.outcome for event in SignInEvent.objects.order_by("pk")] == ["password_ok", "ok"]
    assert client.get("/books")["Location"] == "/account/password?next=%2Fbooks"
    new = {"current": temporary, "new": "yi-ge-xin-mi-ma", "again": "yi-ge-xin-mi-mo"}
    assert "两次输入的新密码不一样" in client.post("/account/password", new).content.decode()
    new["again"] = new["new"]
    assert client.post("/account/password", new | {"next": "/books"})["Location"] == "/books"
    assert client.get("/books").status_code == 200


def test_an_old_password_is_changed_first(firm: Firm, client: Client) -> None:
    firm.person("cashier", factor=False)
    with clock.at(NOON + dt.timedelta(days=180)):
        sign_in(client, "cashier")
        assert client.get("/")["Location"] == "/account/password"


# ---- sessions ----


def test_a_session_ends_after_half_an_hour_without_use_and_after_eight_hours(
    firm: Firm, client: Client
) -> None:
    firm.person("cashier", factor=False)
    sign_in(client, "cashier")
    moment = NOON
    for _ in range(16):
        moment += dt.timedelta(minutes=29)
        with clock.at(moment):
            assert client.get("/").status_code == 200
    with clock.at(NOON + dt.timedelta(hours=8)):
        assert client.get("/")["Location"] == "/sign-in?why=old"
        assert "登录已满 8 小时" in client.get("/sign-in?why=old").content.decode()
        sign_in(client, "cashier")
        assert client.get("/").status_code == 200
    with clock.at(NOON + dt.timedelta(hours=8, minutes=30)):
        assert client.get("/books")["Location"] == "/sign-in?next=%2Fbooks&why=idle"
        assert client.get("/").status_code == 302


def test_an_ended_persons_session_is_over_at_once(firm: Firm, client: Client) -> None:
    user = firm.person("cashier", factor=False)
    firm.person("admin", Role.ADMINISTRATOR)
    sign_in(client, "cashier")
    assert client.get("/").status_code == 200
    actions.end_user(user.pk, actor=firm.actor("admin"))
    assert client.get("/")["Location"] == "/sign-in"


def test_changing_the_password_ends_the_other_sessions(firm: Firm, client: Client) -> None:
    firm.person("cashier", factor=False)
    other = Client()
    sign_in(client, "cashier")
    sign_in(other, "cashier")
    given = {"current": PASSWORD, "new": "yi-ge-xin-mi-ma", "again": "yi-ge-xin-mi-ma"}
    assert client.post("/account/password", given)["Location"] == "/account"
    assert client.get("/").status_code == 200
    assert other.get("/").status_code == 302


def test_a_reset_authenticator_ends_the_session(firm: Firm, client: Client) -> None:
    user = enter(client, firm.person("finance", Role.FINANCE)) and User.objects.get(username="finance")
    firm.person("admin", Role.ADMINISTRATOR)
    assert client.get("/books").status_code == 200
    actions.reset_second_factor(user.pk, actor=firm.actor("admin"))
    assert client.get("/books")["Location"] == "/sign-in?next=%2Fbooks&why=reset"


def test_a_role_that_needs_a_code_asks_for_it_at_once(firm: Firm, client: Client) -> None:
    user = firm.person("cashier", Role.CASHIER, factor=False)
    sign_in(client, "cashier")
    actions.grant_role(user.pk, Role.FINANCE, actor=firm.operator)
    assert client.get("/")["Location"] == "/sign-in/authenticator"


def test_signing_out_needs_a_post(firm: Firm, client: Client) -> None:
    firm.person("cashier", factor=False)
    sign_in(client, "cashier")
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out")["Location"] == "/sign-in"
    assert client.get("/").status_code == 302


def test_forms_without_their_token_are_refused(firm: Firm) -> None:
    strict = Client(enforce_csrf_checks=True)
    firm.person("cashier", factor=False)
    assert sign_in(strict, "cashier").status_code == 403


def test_the_address_behind_a_trusted_proxy(firm: Firm, client: Client, settings) -> None:  # type: ignore[no-untyped-def]
    forged = {"X-Forwarded-For": "1.1.1.1, 203.0.113.9"}
    client.post("/sign-in", {"username": "nobody", "password": "nope"}, headers=forged)
    settings.TRUSTED_PROXIES = frozenset({"127.0.0.1"})
    client.post("/sign-in", {"username": "nobody", "password": "nope"}, headers=forged)
    addresses = list(SignInEvent.objects.order_by("pk").values_list("address", flat=True))
    assert addresses == ["127.0.0.1", "203.0.113.9"]


# ---- demo ----


def test_the_demo_prints_people_and_codes(
    firm: Firm, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = firm.person("finance", Role.FINANCE)
    assert demo.PASSWORD not in client.get("/sign-in").content.decode()
    monkeypatch.setenv("WUYEFEI_DEMO", "1")
    demo.prepare(user)
    page = client.get("/sign-in").content.decode()
    assert all(words in page for words in ("finance甲", "财务", demo.PASSWORD, "演示模式"))
    for _ in range(2):
        sign_in(client, "finance", demo.PASSWORD)
        page = client.get("/sign-in/code").content.decode()
        shown = re.search(r"data-code>(\d{6})<", page)
        assert shown and "演示模式" in page
        assert client.post("/sign-in/code", {"code": shown[1]}).status_code == 302
        assert client.get("/books").status_code == 200
        client.post("/sign-out")
    monkeypatch.delenv("WUYEFEI_DEMO")
    assert "演示" not in client.get("/sign-in").content.decode()


# ---- administration ----


def administration(firm: Firm, pk: int, grant: int, region: int, community: int) -> list[tuple[str, str]]:
    """Every address under ``/admin`` with its method, taken from the address table itself."""
    found = []
    for name in get_resolver("wuyefei.foundation.access.urls").reverse_dict:
        if not isinstance(name, str):
            continue
        ids: dict[str, int] = {}
        for arguments in ({}, {"pk": pk}, {"pk": pk, "grant_id": grant}):
            try:
                reverse(f"access:{name}", kwargs=arguments)
                ids = arguments
            except NoReverseMatch:
                continue
        if ids and ("region" in name or "community" in name):
            ids = {"pk": region if "region" in name else community}
        address = reverse(f"access:{name}", kwargs=ids)
        if address.startswith("/admin/"):
            found.append((name, address))
    return found


def test_every_administration_page_is_refused_without_the_right(
    firm: Firm, client: Client, region: Region, community: Community
) -> None:
    victim = firm.person("cashier", Role.CASHIER)
    grant = RoleGrant.objects.get(user=victim)
    addresses = administration(firm, victim.pk, grant.pk, region.pk, community.pk)
    assert len(addresses) == 19
    for role in (Role.FINANCE_LEAD, Role.PROJECT_MANAGER, Role.AUDITOR, Role.CASHIER):
        enter(client, firm.person(f"p-{role}".replace("_", "-"), role))
        before = AuditEntry.objects.count()
        for name, address in addresses:
            assert client.get(address).status_code == HTTPStatus.FORBIDDEN, name
            assert client.post(address).status_code == HTTPStatus.FORBIDDEN, name
        assert AuditEntry.objects.count() == before


def test_ids_of_elsewhere_and_of_nowhere_are_not_found(
    firm: Firm, elsewhere: Firm, client: Client, admin: User, region: Region
) -> None:
    stranger = elsewhere.person("stranger", Role.CASHIER)
    place = actions.create_community("青禾里", actor=elsewhere.operator)
    area = actions.create_region("青禾片", actor=elsewhere.operator)
    grant = RoleGrant.objects.get(user=stranger)
    before = AuditEntry.objects.count()
    far = 10**20
    for pk, area_pk, place_pk in [
        (stranger.pk, area.pk, place.pk),
        (far, far, far),
        (firm.operator.user_id, far, far),
    ]:
        for name, address in administration(firm, pk, grant.pk, area_pk, place_pk):
            if not re.search(r"\d", address):
                continue
            data = {
                "name": "改",
                "role": "cashier",
                "place": "all",
                "starts_on": "2026-11-24",
                "ended_on": "2026-11-24",
            }
            assert client.get(address).status_code in {404, 405}, name
            answer = client.post(address, data)
            assert answer.status_code in {404, 405}, name
            assert 404 in {answer.status_code, client.get(address).status_code}, name
            assert "stranger" not in answer.content.decode()
    own = firm.person("cashier")
    assert client.post(reverse("access:end_grant", args=[own.pk, grant.pk])).status_code == 404
    for address in (
        "/admin/people",
        "/admin/people?q=stranger",
        "/admin/places",
        "/admin/sign-ins",
        "/admin/people/roles",
    ):
        page = client.get(address)
        assert page.status_code == 200
        assert "stranger甲" not in page.content.decode() and "青禾" not in page.content.decode()
    given = {"role": "cashier", "place": f"c{place.pk}", "starts_on": "2026-11-24"}
    assert client.post(reverse("access:grant", args=[own.pk]), given).status_code == 422
    assert (
        client.post(
            "/admin/places/communities", {"community-name": "新", "community-region": area.pk}
        ).status_code
        == 422
    )
    assert AuditEntry.objects.count() == before + 1  # own was created


def test_an_administrator_brings_in_a_colleague(
    firm: Firm, client: Client, admin: User, community: Community
) -> None:
    page = client.post("/admin/people/new", {"name": "方一鸣", "username": "fang"}).content.decode()
    user = User.objects.get(username="fang")
    shown = re.search(r'ac-password">([^<]+)<', page)
    assert shown and user.check_password(shown[1])
    assert shown[1] not in client.get(f"/admin/people/{user.pk}").content.decode()
    again = client.post("/admin/people/new", {"name": "方一鸣", "username": "FANG"})
    assert again.status_code == 422 and "已经有了" in again.content.decode()
    given = {"role": "cashier", "place": f"c{community.pk}", "starts_on": "2026-11-24"}
    assert client.post(f"/admin/people/{user.pk}/grants", given).status_code == 302
    page = client.get(f"/admin/people/{user.pk}").content.decode()
    assert "收银员" in page and "桂语花园" in page
    refused = client.post(f"/admin/people/{user.pk}/grants", given)
    assert refused.status_code == 422 and "已经有「收银员」的角色" in refused.content.decode()
    grant = RoleGrant.objects.get(user=user)
    assert (
        client.post(f"/admin/people/{user.pk}/grants/{grant.pk}/end", {"reason": "调岗"}).status_code == 302
    )
    assert client.post(f"/admin/people/{user.pk}/end", {"reason": "离职"}).status_code == 302
    assert "已停用" in client.get("/admin/people?state=ended").content.decode()
    assert list(
        AuditEntry.objects.filter(subject_id=user.pk, reason="离职").values_list("action", flat=True)
    ) == ["access.end_user"]
    refused = client.post(f"/admin/people/{admin.pk}/end")
    assert refused.status_code == 409 and "另一位系统管理员" in refused.content.decode()


def test_a_locked_person_is_let_in_again(firm: Firm, client: Client, admin: User) -> None:
    user = firm.person("cashier", factor=False)
    for _ in range(5):
        actions.sign_in("cashier", "nope", address="10.0.0.1")
    assert "锁定中" in client.get("/admin/people?state=locked").content.decode()
    assert client.post(f"/admin/people/{user.pk}/unlock", {"reason": "本人核实"}).status_code == 302
    assert actions.sign_in("cashier", PASSWORD, address="10.0.0.1").passed
    log = client.get("/admin/sign-ins?kind=failed&q=cashier").content.decode()
    assert log.count("10.0.0.1") == 5


def test_people_are_paged_and_filtered(firm: Firm, client: Client, admin: User) -> None:
    User.objects.bulk_create(
        User(organisation=firm.organisation, username=f"u{number:03}", name=f"某{number}", password="!")
        for number in range(120)
    )
    page = client.get("/admin/people").context
    assert [len(page["rows"]), page["newer"], page["older"]] == [50, "", "?after=u048"]
    assert page["tabs"][0][2] == 121
    last = client.get("/admin/people?after=u098").context
    assert [row.user.username for row in last["rows"]][:2] == ["u099", "u100"]
    assert (last["newer"], last["older"]) == ("?before=u099", "")
    back = client.get("/admin/people?before=u099").context["rows"]
    assert (back[0].user.username, back[-1].user.username) == ("u049", "u098")
    assert [row.user.username for row in client.get("/admin/people?role=administrator").context["rows"]] == [
        "admin"
    ]
    assert [row.user.username for row in client.get("/admin/people?q=某77").context["rows"]] == ["u077"]


def test_the_tree_of_places_is_kept(
    firm: Firm, client: Client, admin: User, region: Region, community: Community
) -> None:
    assert (
        client.post(
            "/admin/places/regions", {"region-name": "嘉兴片", "region-parent": region.pk}
        ).status_code
        == 302
    )
    inner = Region.objects.get(name="嘉兴片")
    given = {"community-name": "澜溪湾", "community-region": inner.pk, "community-receipt_prefix": ""}
    assert client.post("/admin/places/communities", given).status_code == 302
    assert Community.objects.get(name="澜溪湾").receipt_prefix == "LXW"
    refused = client.post("/admin/places/communities", given)
    assert refused.status_code == 422 and "「澜溪湾」已经有了" in refused.content.decode()
    edit = f"/admin/places/communities/{community.pk}"
    assert client.post(edit, {"name": "桂语雅园", "region": "", "address": "东升路"}).status_code == 302
    community.refresh_from_db()
    assert (community.name, community.region_id, community.receipt_prefix) == ("桂语雅园", None, "GYHY")
    assert client.post(f"{edit}/end", {"ended_on": "2026-12-31", "reason": "合同到期"}).status_code == 302
    assert "已撤场" in client.get("/admin/places").content.decode()
    assert client.post(f"{edit}/end", {"undo": "1"}).status_code == 302
    loop = client.post(f"/admin/places/regions/{region.pk}", {"name": "华东区域", "parent": inner.pk})
    assert loop.status_code == 422 and "不能移到" in loop.content.decode()


def test_pages_say_which_right_they_need() -> None:
    from wuyefei.foundation.access.pages import people

    assert people.people.permission is Permission.ADMIN  # type: ignore[attr-defined]


def test_the_language_is_kept(firm: Firm, client: Client) -> None:
    assert client.post("/language", {"language": "en", "next": "/sign-in"})["Location"] == "/sign-in"
    assert client.cookies["django_language"].value == "en"
