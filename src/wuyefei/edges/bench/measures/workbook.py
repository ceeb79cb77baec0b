"""Importing a workbook beside reading the same file and COPYing its finished rows.

The limit reads the sheet with the same reader and COPYs the rows that the import wrote — buildings, entrances, keys,
properties, people, ties — as those of a twin community into the same tables with all keys, checks and indexes, one transaction;
their values, their ids and their ciphertext are ready beforehand. The import also refuses what is no honest workbook,
understands the columns, cleans and compares every cell with what is there, locks the personal numbers under a key a person, and
writes what it did.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import xlsxwriter
from django.db import transaction
from django.db.models import Model
from python_calamine import CalamineWorkbook

from wuyefei.estate.occupancy.public import Tie
from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Building, Entrance, Property
from wuyefei.foundation.access.actions.places import create_community
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.kernel.collector import uncollected
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform.copying import copy_rows, take_ids
from wuyefei.foundation.platform.models import SubjectKey
from wuyefei.money.intake.public import run_import, this_month

from ..estate import GIVEN, SURNAMES, found
from ..harness import Figure, Watch, measurement, note, noted, peak_mb

HEADERS = ("楼栋", "单元", "房号", "建筑面积", "业主姓名", "手机号")
PER_BUILDING = 120


@measurement("workbook", "十万行表格的导入，对照读同一个文件并 COPY 各行", 100_000)
def workbook(rows: int) -> Iterator[Figure]:
    firm = found()
    with noted(f"写 {rows} 行的表格"):
        data = _written(rows)
    ours, bare = Watch(), Watch()
    with ours:
        result = run_import("十万户.xlsx", data, community="导入小区", actor=firm.maker, choices=this_month())
    if not result.applied or result.document["created"]["properties"] != rows:
        raise DomainError("bench_import", "没有导入全部 {rows} 行：{why}", rows=rows, why=result.refused)
    place = create_community("对照小区", actor=firm.maker)
    finished = _finished(Community.objects.get(name="导入小区"), place)
    with bare:
        _copied(data, finished)
    note(f"导入 {ours.seconds:.1f} s，读并 COPY {bare.seconds:.1f} s；内存 {peak_mb()} MB")
    yield Figure("workbook_times", rows, ours.seconds, bare.seconds, 3)


def _written(rows: int) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    sheet = book.add_worksheet("房屋")
    sheet.write_row(0, 0, HEADERS)
    for n in range(rows):
        inside = n % PER_BUILDING
        name = SURNAMES[n % len(SURNAMES)] + GIVEN[n % (len(GIVEN) - 1) : n % (len(GIVEN) - 1) + 2]
        sheet.write_row(n + 1, 0, (
            f"{n // PER_BUILDING + 1}", f"{inside // 60 + 1}", f"{inside % 60 // 4 + 1}{inside % 4 + 1:02d}",
            42 + n * 7919 % 14_700 / 100, name, f"199{n:08d}",
        ))  # fmt: skip
    book.close()
    return out.getvalue()


TABLES = (SubjectKey, Building, Entrance, Property, Person, Tie)
"""What such a workbook is written to, each before those that point at it."""
Rows = list[tuple[type[Model], list[str], list[list[Any]]]]


def _finished(source: Community, twin: Community) -> Rows:
    """The rows of a community as those of its twin: of every table its columns and its rows, with ids of their own."""
    moved: dict[Any, dict[int, int]] = {Community: {source.pk: twin.pk}}
    found: Rows = []
    for model in TABLES:
        fields = model._meta.concrete_fields
        of_it: dict[str, Any] = {"community": source}
        if model is SubjectKey:
            of_it = {"pk__in": Person.objects.filter(community=source).values("key")}
        there = model._default_manager.filter(**of_it).order_by("pk")
        rows = [list(row) for row in there.values_list(*(field.attname for field in fields))]
        moved[model] = dict(zip([row[0] for row in rows], take_ids(model, len(rows)), strict=True))
        for place, field in enumerate(fields):
            into = moved.get(model if field.primary_key else field.related_model)
            if into is None:
                continue
            for row in rows:
                row[place] = None if row[place] is None else into[row[place]]
        found.append((model, [field.column or "" for field in fields], rows))
    return found


@uncollected()
def _copied(data: bytes, finished: Rows) -> None:
    """The bare limit."""
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()[1:]
    with transaction.atomic():
        for model, columns, rows in finished:
            copy_rows(model, columns, rows)
    assert len(finished[-1][2]) == len(sheet)
