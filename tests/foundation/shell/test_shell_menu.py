"""The menu shows each person what they may use, and where they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import include, path, resolve

from wuyefei.foundation.shell import menu


def _page(request: HttpRequest, number: int = 0) -> HttpResponse:
    return HttpResponse("")


desk = ([path("", _page, name="desk"), path("shift/<int:number>", _page, name="shift")], "desk")
runs = ([path("", _page, name="runs"), path("<int:number>", _page, name="run")], "runs")
urlpatterns = [
    path("", _page, name="home"),
    path("desk/", include(desk)),
    path("runs/", include(runs)),
    path("shift-report", include(([path("", _page, name="report")], "desk2"))),
]


class Person:
    name, role_name, organisation_name, place_name = "测试甲", "收银员", "测试物业", "测试苑"

    def __init__(self, *permissions: str) -> None:
        self.permissions = permissions

    def may(self, permission: str) -> bool:
        return permission in self.permissions


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(menu, "_entries", {})
    menu.register_menu("收款", "出账", "runs:runs", "bill", "billing.see", 20, badge=lambda request: 3)
    menu.register_menu("收款", "收银台", "desk:desk", "desk", "desk.use", 10)
    menu.register_menu("", "今日", "home", "home", None, 1)
    with override_settings(ROOT_URLCONF=__name__):
        yield


def request_of(actor: Any, address: str = "/") -> HttpRequest:
    request = RequestFactory().get(address)
    request.resolver_match = resolve(address)
    request.actor = actor  # type: ignore[attr-defined]
    return request


def labels(request: HttpRequest) -> list[tuple[str, list[str]]]:
    return [(str(group.label), [str(item.label) for item in group.items]) for group in menu.build(request)]


def test_only_what_the_person_may_use() -> None:
    assert labels(request_of(Person("desk.use", "billing.see"))) == [("", ["今日"]), ("收款", ["收银台", "出账"])]
    assert labels(request_of(Person("desk.use"))) == [("", ["今日"]), ("收款", ["收银台"])]
    assert labels(request_of(Person())) == [("", ["今日"])]


def test_nothing_for_nobody() -> None:
    assert menu.build(request_of(None)) == []
    assert menu.build(RequestFactory().get("/")) == []


@pytest.mark.parametrize(
    ("address", "current"),
    [("/", "今日"), ("/desk/", "收银台"), ("/desk/shift/7", "收银台"), ("/runs/3", "出账"), ("/shift-report", None)],
)
def test_where_one_is(address: str, current: str | None) -> None:
    groups = menu.build(request_of(Person("desk.use", "billing.see"), address))
    marked = [str(item.label) for group in groups for item in group.items if item.current]
    assert marked == ([current] if current else [])


def test_what_waits_is_counted() -> None:
    groups = menu.build(request_of(Person("billing.see")))
    assert [(str(item.label), item.count) for item in groups[1].items] == [("出账", 3)]


def test_pages_of_a_subject_stand_under_it_while_one_is_there() -> None:
    menu.register_menu("收款", "班次", "desk2:report", "clock", "shift.see", 30, badge=lambda request: 2, under="runs:runs")
    both = Person("billing.see", "shift.see")
    away, there = menu.build(request_of(both))[1].items, menu.build(request_of(both, "/runs/3"))[1].items
    assert [(str(item.label), item.count, item.sub) for item in away] == [("出账", 5, False)]
    assert [(str(item.label), item.count, item.sub) for item in there] == [("出账", 3, False), ("班次", 2, True)]
    assert [item.current for item in menu.build(request_of(both, "/shift-report"))[1].items] == [False, True]
    alone = menu.build(request_of(Person("shift.see")))[1].items
    assert [(str(item.label), item.count, item.sub) for item in alone] == [("班次", 2, False)]


def test_groups_stand_in_one_order_for_everybody() -> None:
    menu.register_menu("系统", "审计", "desk2:report", "eye", None, 0)
    menu.register_menu("收费", "出账", "runs:runs", "bill", None, 900)
    assert [label for label, _items in labels(request_of(Person()))] == ["", "收费", "系统"]


def test_registering_again_replaces() -> None:
    menu.register_menu("收款", "出账与审核", "runs:runs", "bill", None, 5)
    assert labels(request_of(Person())) == [("", ["今日"]), ("收款", ["出账与审核"])]


def test_an_unknown_drawing_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="no icon"):
        menu.register_menu("", "x", "home", "unicorn", None, 1)


def test_a_line_without_an_address_is_left_out_and_reported() -> None:
    menu.register_menu("", "没有", "nowhere:page", "info", None, 2)
    assert labels(request_of(Person())) == [("", ["今日"])]
    assert [error.id for error in menu.check_addresses()] == ["shell.E001"]


def test_the_names_around_the_page() -> None:
    context = menu.shell(request_of(Person()))
    names = {key: context[key] for key in ("shell_name", "shell_role", "shell_organisation", "shell_place")}
    assert names == {
        "shell_name": "测试甲",
        "shell_role": "收银员",
        "shell_organisation": "测试物业",
        "shell_place": "测试苑",
    }
    assert context["error_base"] == "shell/base.html"
    assert menu.shell(request_of(None))["error_base"] == "shell/plain.html"
