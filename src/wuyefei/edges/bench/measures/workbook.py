"""Importing a workbook beside reading the same file and COPYing its rows.

The limit reads the sheet with the same reader and COPYs each row as a property, a person and a tie into their tables with all
keys, checks and indexes, one transaction. The import also understands the columns, cleans and compares every cell with what
is there, locks the personal numbers under a key a person, and writes what it did.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from decimal import Decimal

import xlsxwriter
from django.db import connection, transaction
from python_calamine import CalamineWorkbook

from wuyefei.estate.occupancy.public import Tie
from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.actions.places import create_community
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform.copying import copy_rows, take_ids
from wuyefei.money.intake.public import run_import, this_month

from ..estate import GIVEN, SURNAMES, Firm, found
from ..harness import Figure, Watch, measurement, note, noted, peak_mb

HEADERS = ("楼栋", "单元", "房号", "建筑面积", "业主姓名", "手机号")
PER_BUILDING = 120


@measurement("workbook", "十万行表格的导入，对照读同一个文件并 COPY 各行", 100_000)
def workbook(rows: int) -> Iterator[Figure]:
    firm = found()
    with noted(f"写 {rows} 行的表格"):
        data = _written(rows)
    ours, bare = Watch(), Watch()
    with bare:
        _copied(firm, data)
    with ours:
        result = run_import("十万户.xlsx", data, community="导入小区", actor=firm.maker, choices=this_month())
    if not result.applied or result.document["created"]["properties"] != rows:
        raise DomainError("bench_import", "没有导入全部 {rows} 行：{why}", rows=rows, why=result.refused)
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


def _copied(firm: Firm, data: bytes) -> None:
    """The bare limit. The community is there before, as the import's is made by the way."""
    place = create_community("对照小区", actor=firm.maker)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()[1:]
    base = (firm.organisation.pk, place.pk)
    with transaction.atomic():
        homes, persons = take_ids(Property, len(sheet)), take_ids(Person, len(sheet))
        copy_rows(
            Property,
            ("id", "organisation_id", "community_id", "kind", "number", "code", "sort_key", "floor", "layout", "area_m2", "vacant", "external_ref"),
            ((pk, *base, "residential", str(room), f"{house}-{door}-{room}", f"{house}-{door}-{room}", "", "", Decimal(str(area)), False, "")
             for pk, (house, door, room, area, _, _) in zip(homes, sheet, strict=True)),
        )  # fmt: skip
        copy_rows(
            Person,
            ("id", "organisation_id", "community_id", "kind", "name", "pinyin", "initials", "mobile_tail", "mobile_mark", "mobile_shown",
             "identity_mark", "identity_shown", "bank_mark", "bank_shown", "remark", "external_ref"),
            ((pk, *base, "individual", row[4], "", "", str(row[5])[-4:], "", "", "", "", "", "", "", "")
             for pk, row in zip(persons, sheet, strict=True)),
        )  # fmt: skip
        copy_rows(
            Tie,
            ("organisation_id", "community_id", "property_id", "person_id", "role", "starts_on"),
            ((*base, home, person, "owner", firm.month.first) for home, person in zip(homes, persons, strict=True)),
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM occupancy_tie WHERE community_id = %s", [place.pk])
        assert cursor.fetchone()[0] == len(sheet)
