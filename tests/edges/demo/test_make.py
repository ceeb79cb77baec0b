"""The demo company: the same seed and day give the same books, broken off or not, and they are proved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from wuyefei.edges.demo import cast, habits, make
from wuyefei.edges.demo.digest import books
from wuyefei.edges.demo.scene import LIVE_DAYS
from wuyefei.foundation.access.models import Organisation, User
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import CHINA, DAY, Month
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.public import Receivable, Run
from wuyefei.money.cashdesk.public import Shift
from wuyefei.money.payments.public import Payment

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 25, 15, 40, tzinfo=CHINA)
TINY: dict[str, Any] = {"properties": 40, "months": 2}


@pytest.fixture(autouse=True)
def _demo(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[None]:
    monkeypatch.setenv("WUYEFEI_DEMO", "1")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with clock.at(NOW):
        yield


class Killed(Exception):
    """Stands for the end of the process."""


def broken_off_after(steps: int) -> None:
    """Begin a build and be ended in the middle of a step."""
    left = [steps]

    def progress(label: str, done: int, total: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Killed

    with pytest.raises(Killed):
        make.make_demo(progress, **TINY)


@pytest.mark.wide
def test_the_same_books_broken_off_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction.atomic():
        make.make_demo(**TINY)
        assert make.exists() and not make.begun()
        assert [run_checks(one.pk).first for one in Organisation.objects.all()] == [None, None]
        whole = books()
        _alive()
        transaction.set_rollback(True)
    assert not make.exists() and not make.begun()
    broken_off_after(9)
    assert make.begun() and not make.exists()
    monkeypatch.setattr(make, "live", _torn(make.live))
    with pytest.raises(Killed), transaction.atomic():  # ended within a step: nothing of it is kept
        make.make_demo(**TINY)
    monkeypatch.undo()
    monkeypatch.setenv("WUYEFEI_DEMO", "1")
    with clock.at(NOW + DAY):  # gone on with a day later, asked for in another size: as it was ordered first
        make.make_demo(properties=500, months=8)
    assert books() == whole
    with pytest.raises(DomainError):
        make.make_demo(**TINY)


def _torn(live: Any) -> Any:
    def half(scene: Any, month: Month, *, end: bool = False) -> None:
        live(scene, month, end=end)
        raise Killed

    return half


def _alive() -> None:
    """What a visitor finds: everything that can stand open does."""
    assert set(Run.objects.values_list("state", flat=True)) >= {"published", "draft", "confirmed"}
    assert Request.objects.filter(state="open").values("kind").distinct().count() >= 3
    assert set(Shift.objects.values_list("state", flat=True)) >= {"open"}
    assert Receivable.objects.filter(outstanding_fen__gt=0, due_on__lt=NOW.date() - DAY * 30).exists()
    kinds = set(Payment.objects.values_list("kind", flat=True))
    assert kinds >= {"batch", "desk"}
    assert Payment.objects.filter(booked_at__gt=NOW).count() == 0
    live = Payment.objects.filter(kind="desk")
    assert live.exists() and not live.filter(value_date__lt=NOW.date() - DAY * LIVE_DAYS).exists()
    assert {"gaoyuan", "shenruolan", "fangzhou", "wenjing", "xumo", "zhengyan", "qh_caiwu"} <= set(User.objects.values_list("username", flat=True))


def test_not_where_somebody_lives() -> None:
    Organisation.objects.create(name="别家物业", created_at=NOW)
    with pytest.raises(DomainError, match="已有企业"):
        make.make_demo(**TINY)
    assert not make.begun()


@pytest.mark.parametrize("asked", [{"properties": 0}, {"properties": 1_000_001}, {"months": 0}, {"months": 37}])
def test_a_size_that_cannot_be(asked: dict[str, int]) -> None:
    with pytest.raises(DomainError, match="演示公司的房屋数"):
        make.make_demo(**{**TINY, **asked})
    assert not make.begun()


@pytest.mark.parametrize("wanted", [60, 240, cast.FULL, 100_000, 1_000_000])
def test_scaled_to_the_size_asked_for(wanted: int) -> None:
    firms = cast.scaled(wanted)
    places = [place for firm in firms for place in firm.places]
    assert abs(sum(place.size for place in places) - wanted) <= max(10, wanted // 1000)
    assert len({place.name for place in places}) == len({place.prefix for place in places}) == len(places)
    assert max(place.size for place in places) < 20_000


def test_payers_behave_as_the_field_reports() -> None:
    """Of 20,000 households: classes 70/15/10/5, and the refusing are about 12 % of those ever in arrears."""
    drawn = [habits.character(f"x{n}", "residential", "new") for n in range(20_000)]
    counts = {letter: sum(one[0] == letter for one in drawn) / 200 for letter in "ABCD"}
    assert {letter: round(share) for letter, share in counts.items()} == {"A": 70, "B": 15, "C": 10, "D": 5}
    slipping = sum(one[2] for one in drawn) / 200
    assert 0.10 < counts["D"] / (counts["B"] + counts["C"] + counts["D"] + slipping) < 0.14
