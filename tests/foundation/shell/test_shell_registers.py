"""Slots and checks: what rooms register comes out in order, whole, and only once."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.safestring import mark_safe

from wuyefei.foundation.shell import slots, verify
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "_slots", {})
    monkeypatch.setattr(verify, "_checks", {})


def test_slots_stand_in_order_and_escape_text() -> None:
    slots.register_slot("property.360", 20, lambda request, subject: f"<{subject}>", name="second")
    slots.register_slot("property.360", 10, lambda request, subject: mark_safe("<b>甲</b>"), name="first")
    slots.register_slot("elsewhere", 1, lambda request, subject: "不在这里", name="other")
    template = Template('{% load wy %}{% slot "property.360" subject %}|{% slot "empty" %}')
    context = Context({"request": RequestFactory().get("/"), "subject": "乙"})
    assert template.render(context) == "<b>甲</b>&lt;乙&gt;|"


def test_a_slot_registered_again_is_replaced() -> None:
    slots.register_slot("s", 1, lambda request, subject: "旧", name="same")
    slots.register_slot("s", 1, lambda request, subject: "新", name="same")
    assert slots.fill("s", RequestFactory().get("/"), None) == "新"


def _sound(organisation_id: int) -> Iterable[Yielded]:
    yield Examined(40)
    yield Examined(2)


def _broken(organisation_id: int) -> Iterable[Yielded]:
    for row in range(5):
        yield Finding("ledger.balance", "ledger_entry", row, f"{organisation_id}: 差 1.00")
    yield Examined(5)


def test_checks_report_what_they_examined_and_found() -> None:
    verify.register_check("money.sound", "应收", _sound)
    verify.register_check("ledger.balance", "凭证", _broken)
    report = verify.run_checks(7, kept=2)
    assert [(c.name, c.label, c.examined, c.found, len(c.findings)) for c in report.checks] == [
        ("money.sound", "应收", 42, 0, 0),
        ("ledger.balance", "凭证", 5, 5, 2),
    ]
    assert not report.holds
    assert report.first == Finding("ledger.balance", "ledger_entry", 0, "7: 差 1.00")


def test_sound_books_hold() -> None:
    verify.register_check("money.sound", "应收", _sound)
    report = verify.run_checks(7)
    assert report.holds
    assert report.first is None


def test_a_check_that_breaks_off_is_not_a_pass() -> None:
    def gone(organisation_id: int) -> Iterable[Yielded]:
        yield Examined(1)
        raise RuntimeError("table gone")

    verify.register_check("x", "x", gone)
    with pytest.raises(RuntimeError):
        verify.run_checks(1)
    with pytest.raises(KeyError):
        verify.run_checks(1, only=["unknown"])
