"""The try-it page: every kind shows its calculation at once, and says what cannot be worked out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.test import Client

from tests.estate.metering.test_pages_metering import client_of
from tests.world import World, make_world
from wuyefei.foundation.platform import clock
from wuyefei.money.sheets.trial_forms import FORMS, example

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Iterator[Client]:
    with clock.at(dt.date(2026, 4, 26)):
        world: World = make_world()
        yield client_of(world["finance"])


@pytest.mark.parametrize(
    ("kind", "change", "said"),
    [
        ("area", {"first": "2026-01-15", "last": "2026-03-31"}, ["122.78", "17 ÷ 31 天", "570.54"]),
        ("quantity", {"first": "2026-01-01", "last": "2026-02-14"}, ["31.00", "15.50", "46.50"]),
        ("parking_day", {"first": "2026-01-30", "last": "2026-03-01"}, ["10.00", "140.00", "5.00", "155.00"]),
        ("per_head", {"first": "2026-04-01", "last": "2026-04-30", "heads": "2026-01-01 2\n2026-04-16 3"}, ["15 ÷ 30 天", "10.00", "15.00", "25.00"]),
        ("parking_own", {"first": "2026-04-01", "last": "2026-04-30", "owned_from": "2026-04-11"}, ["100.00", "40.00", "140.00"]),
        ("metered", {}, ["（1233 − 1203） × 1 → 用量 30", "10 × 2.07 元", "102.10"]),
        ("metered", {"end": "1195", "estimated": "on"}, ["用量 −8", "多估的留到下次抵"]),
        ("seasons", {"first": "2026-03-01", "last": "2026-03-31"}, ["采暖季", "15 ÷ 31 天", "151.66", "115.55", "267.21"]),
        ("bands", {}, ["（1263 − 1203） → 用量 60", "峰时段，用量 × 单价", "60 × 1.2 元", "124.00"]),
        ("bands", {"figures": "峰 0 62\n谷 0 31", "steps": "峰 1.2，谷 0.4", "seasons": "夏季 06-01 09-30 峰 1.4，谷 0.4", "since": "2026-05-15", "on": "2026-06-15"}, ["峰：夏季，2026-06-01 起", "92.80"]),
        ("shared", {}, ["1-1-201", "63.28 ÷ 272.88", "300.00"]),
        ("rent", {"free": ""}, ["2027-01-01", "8,400.00", "8,820.00", "302,640.00"]),
        ("metered", {"before": "0", "since": "2026-02-28", "on": "2026-03-30", "steps": "3.45", "changes": "2026-03-16 3.65"}, ["15", "51.75", "54.75", "106.50"]),
        ("turnover", {}, ["21,000.00", "11,000.00"]),
        ("turnover", {"free_days": "15", "before": "300.00"}, ["15 ÷ 30 天", "10,500.00", "200.00", "10,200.00"]),
        ("deposit", {}, ["月租金 8,000.00 元 × 2 个月", "16,000.00"]),
        ("deposit", {"deposit_by": "area", "figure": "15", "of": "89.55"}, ["15 元 × 89.55 ㎡", "1,343.25"]),
        ("formula", {}, ["= 90"]),
    ],
)  # fmt: skip
def test_each_kind_shows_its_steps(client: Client, kind: str, change: dict[str, str], said: list[str]) -> None:
    text = client.get("/sheets/try", {"trial": kind} | example(kind, clock.today()) | change).content.decode()
    assert [word for word in said if word not in text] == []


@pytest.mark.parametrize("kind", list(FORMS))
def test_a_fresh_form_is_worked_out(client: Client, kind: str) -> None:
    assert "还算不出来" not in client.get("/sheets/try", {"trial": kind}).content.decode()


@pytest.mark.parametrize(
    ("kind", "change", "said"),
    [
        ("area", {"last": "2020-01-01"}, "不能早于起始日"), ("metered", {"end": "1195"}, "读数"), ("metered", {"changes": "2026-03-16 3.65"}, "有换价就要写两次的抄表日"), ("metered", {"steps": "x"}, "单价"),
        ("seasons", {"seasons": "夏季 13-01 14-01 3"}, "不是月和日"), ("bands", {"figures": "夜 1 2"}, "不是时段"), ("bands", {"steps": "峰 1.2"}, "平时段的表"), ("metered", {"steps": "峰 1.2"}, "峰平谷分时"),
        ("shared", {"participants": "101 0"}, "没有参与分摊"), ("shared", {"participants": "a b c d"}, "第 1 行写得不对"),
        ("per_head", {"heads": "2026-01-01 x"}, "居住人数"), ("per_head", {"heads": "2026-01-01 0"}, "没有登记居住的人"),
        ("rent", {"rent_steps": "2030-01-01 5"}, "租金"), ("deposit", {"figure": "4"}, "1 到 3 个月"), ("turnover", {"bands": "8，5"}, "分成"), ("formula", {"formula": "甲 + 1"}, "不知道「甲」是多少"),
    ],
)  # fmt: skip
def test_what_cannot_be_worked_out_is_said(client: Client, kind: str, change: dict[str, str], said: str) -> None:
    text = client.get("/sheets/try", {"trial": kind} | example(kind, clock.today()) | change).content.decode()
    assert "还算不出来" in text and said in text
