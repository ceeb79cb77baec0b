"""Figures, dates and signs exactly as they stand on pages."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.test import RequestFactory, override_settings
from django.utils import translation

from wuyefei.foundation.kernel.dates import CHINA, Month
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.templatetags import wy

NOV_23 = dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("fen", "html"),
    [
        (0, '<span class="money zero">0.00</span>'),
        (1, '<span class="money">0.01</span>'),
        (165000, '<span class="money">1,650.00</span>'),
        (-120000, '<span class="money">−1,200.00</span>'),
        (12864035107, '<span class="money">128,640,351.07</span>'),
        (None, '<span class="q">—</span>'),
    ],
)
def test_money_in_a_cell(fen: int | None, html: str) -> None:
    assert wy.money(fen) == html


def test_differences_carry_their_sign() -> None:
    assert wy.signed(8948) == '<span class="money">+89.48</span>'
    assert wy.signed(-462000) == '<span class="money">−4,620.00</span>'
    assert wy.signed(0) == '<span class="money zero">0.00</span>'


def test_lone_figures_carry_the_currency_after_the_minus() -> None:
    assert wy.yuan(373786) == '<span class="money"><span class="y">¥</span>3,737.86</span>'
    assert wy.yuan(-2000) == '<span class="money">−<span class="y">¥</span>20.00</span>'
    assert wy.big_money(373786) == '<span class="money"><span class="y">¥</span>3,737<span class="f">.86</span></span>'
    assert wy.big_money(-5) == '<span class="money">−<span class="y">¥</span>0<span class="f">.05</span></span>'


@pytest.mark.parametrize("value", [1.5, Decimal("1.50"), "150", True])
@pytest.mark.parametrize("show", [wy.money, wy.yuan, wy.big_money, wy.signed])
def test_what_is_not_whole_fen_is_never_shown_as_money(show: object, value: object) -> None:
    with pytest.raises(TypeError):
        show(value)  # type: ignore[operator]


def test_days_drop_the_year_only_in_the_current_one() -> None:
    with clock.at(NOV_23):
        assert wy.day(NOV_23) == '<time datetime="2026-11-23">11-23</time>'
        assert wy.day(dt.date(2025, 11, 23)) == '<time datetime="2025-11-23">2025-11-23</time>'
        assert wy.day(None) == '<span class="q">—</span>'
    with clock.at(dt.date(2027, 1, 1)):
        assert wy.day(NOV_23) == '<time datetime="2026-11-23">2026-11-23</time>'


def test_moments_are_in_china_time() -> None:
    utc = dt.datetime(2026, 11, 23, 10, 42, tzinfo=dt.UTC)
    new_year = dt.datetime(2025, 12, 31, 16, 5, tzinfo=dt.UTC)
    with clock.at(NOV_23):
        assert wy.moment(utc) == '<time datetime="2026-11-23T18:42:00+08:00">11-23 18:42</time>'
        assert wy.moment(new_year) == '<time datetime="2026-01-01T00:05:00+08:00">01-01 00:05</time>'
        assert wy.moment(dt.datetime(2025, 1, 2, 3, 4, tzinfo=CHINA)).endswith(">2025-01-02 03:04</time>")
        assert wy.day(new_year) == '<time datetime="2026-01-01">01-01</time>'


def test_months_in_both_languages() -> None:
    with translation.override("zh-hans"):
        assert [wy.month_text(value) for value in (Month(2026, 11), NOV_23, "2026-11", None)] == [
            "2026 年 11 月",
            "2026 年 11 月",
            "2026 年 11 月",
            "—",
        ]
    with translation.override("en"):
        assert wy.month_text(Month(2026, 3)) == "2026-03"


def test_status_grade_and_class_carry_a_word() -> None:
    with translation.override("zh-hans"):
        assert wy.grade("S") == '<span class="gr gr-S">S 级</span>'
        assert wy.klass("B") == '<span class="cl">B 类</span>'
        assert wy.klass("企业") == '<span class="cl">企业</span>'
    late = wy.status("late", "逾期 <131> 天")
    assert late.startswith('<span class="st st-late"><svg aria-hidden="true"><use href="')
    assert late.endswith('icons.svg#st-late"/></svg>逾期 &lt;131&gt; 天</span>')


def test_unknown_drawings_are_refused() -> None:
    with pytest.raises(ValueError, match="no icon"):
        wy.icon("unicorn")
    with pytest.raises(ValueError, match="no status"):
        wy.status("unicorn", "x")


@override_settings(ALLOWED_HOSTS=["testserver"])
def test_the_query_keeps_what_is_not_named() -> None:
    request = RequestFactory().get("/x", {"q": "3-2", "page": "1", "after": "9"})
    template = Template("{% load wy %}{% autoescape off %}{% query_with page=2 after=None %}{% endautoescape %}")
    assert template.render(Context({"request": request})) == "?q=3-2&page=2"
