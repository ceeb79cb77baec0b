"""Invented workbooks for the tests of the import room, and the shared real ones where they are present."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

TODAY = dt.date(2026, 11, 24)
SHARED = Path(os.environ.get("WUYEFEI_SHARED_DATA") or Path(__file__).parents[4] / "shared" / "data")


def shared(name: str) -> bytes | None:
    """A shared file, or None where the folder is absent (then the invented twin alone speaks)."""
    path = SHARED / name
    return path.read_bytes() if path.exists() else None


def xlsx(sheets: dict[str, Sequence[Sequence[Any]]]) -> bytes:
    """A workbook of those sheets; dates as date cells, ``("=", formula, value)`` as a formula cell."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        page = book.add_worksheet(name)
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if isinstance(value, dt.date):
                    page.write_datetime(r, c, dt.datetime.combine(value, dt.time()), day)  # noqa: DTZ001
                elif isinstance(value, tuple):
                    page.write_formula(r, c, value[1], None, value[2])
                elif isinstance(value, str):
                    page.write_string(r, c, value)
                elif value is not None:
                    page.write_number(r, c, value)
    book.close()
    return target.getvalue()


def as_csv(rows: Sequence[Sequence[Any]], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    target = io.StringIO()
    csv.writer(target, delimiter=delimiter).writerows([["" if v is None else v for v in row] for row in rows])
    return target.getvalue().encode(encoding)


def blank(count: int) -> list[None]:
    return [None] * count


HC: dict[str, list[list[Any]]] = {
    "楼栋单元": [
        ["楼栋号", "单元编号", "总层数", "是否有电梯"],
        [1, 1, 18, "有"],
        [1, 2, 18, "有", *blank(3), "说明"],
        [2, 0, 2, "否", *blank(3), "楼栋号", "楼栋编号"],
    ],
    "业主信息": [
        ["编号", "业主名称", "性别", "年龄", "手机号", "身份证号", "业主类型", "业主编号"],
        [1, "测试甲", "男", 1, 18999999999, "111111111111111111", 1001, 7],
        [2, "测试乙", "女", 40, 13900000002, "11010119900101000X", 1001, 8],
        [3, "测试丙", "男", 20, 13900000003, "11010119900101000X", 1002, 8],
        [4, "测试丁", "男", 20, "1390000", "", 1001, 9],
        blank(9) + ["说明"],
        blank(9) + ["手机号", "没有时固定写18999999999"],
    ],
    "费用设置": [
        ["费用编号", "费用类型", "收费项目", "费用标识", "付费类型", "缴费周期", "出账类型", "计费起始时间", "计费结束时间", "计算公式", "计费单价", "固定费用"],
        [1, "物业费", "物业服务费", "周期性费用", "预付费", 6, "每月1日", "2020-6-10", "2037-1-1", 1001, 1.3, 20],
        [2, "物业费", "垃圾清运费", "周期性费用", "后付费", 12, "每月1日", "2020-6-10", "2030-1-1", 2002, 0, 10],
        [3, "物业费", "坏公式", "周期性费用", "预付费", 12, "每月1日", "2020-6-10", "2030-1-1", 9009, 1, 10, *blank(3), "计算公式", 1001, "面积*单价+附加费"],
    ],
    "房屋信息": [
        ["房屋编号", "楼栋编号", "单元编号", "房屋楼层", "房屋户型", "建筑面积", "业主编号", "房屋费用", "费用开始时间", "房屋类型", "室内面积", "租金"],
        [101, 1, 1, 1, "10102", 94.56, 8, "1#2", "2020-06-10#2021-07-01", 110, 80, 0],
        [102, 1, 1, 1, "10102", 94.56, 66, 1, "2020-06-10", 110, 94.56, 0],
        [103, 1, 2, 1, "10102", -5, 7, 0, "", 110, 94.56, 0],
        [104, 1, 9, 1, "10102", 90, 7, 0, "", 110, 94.56, 0],
        [105, 1, 2, 1, "10102", 90, 9, 0, "", 110, 94.56, 0],
        [106, 1, 2, 1, "10102", 90, 7, "1#3", "2020-06-10", 110, 94.56, 0],
        ["S01", 2, 0, 1, "10102", 40, 7, "2", "2020-06-10", 120, 40, 900, None, "说明", "见旁"],
    ],
    "车位信息": [
        ["停车场编号", "车位编码", "停车场类型", "面积", "业主编号", "车牌号", "车品牌", "车类型（9901 家用小汽车 9902 客车 9903 货车）", "颜色", "出租还是出售（H出租S出售）", "开始时间", "结束时间"],
        [1, "C1", "地下停车位", 1, 8, "浙A12345", "某牌", 9901, "白", "H", "2026-01-01", "2027-01-01"],
        [1, "C2", "地上停车位", 12.5, 77, "", "", "", "", "S", "2026-01-01", "2037-1-1"],
        [1, "C1", "地上停车位", 12.5, "", "", "", "", "", "", "", "", *blank(3), "说明"],
    ],
}  # fmt: skip

ASSETS: dict[str, list[list[Any]]] = {
    "资产信息": [
        ["楼号", "单元", "房间", "楼层", "总层数", "是否有电梯", "房屋类型", "房屋户型", "建筑面积", "室内面积", "租金", "房屋状态", "业主名称", "性别", "手机号", "身份证号", "业主类型"],
        [1, 1, 1001, 10, 33, "有", 110, 10102, 94.56, 94.56, 0, 2001, "测试甲,测试乙", "男", 13900000001, "11010119900101000X", 1001],
        [1, 1, 1001, 10, 33, "有", 110, 10102, 94.56, 94.56, 0, 2001, "测试丙", "男", 18999999999, "111111111111111111", 1002],
        [1, 1, 1002, 10, 33, "有", 110, 10102, 88, 88, 0, 2002, "", "", "", "", ""],
        [1, 1, 1003, 10, 33, "有", 110, 10102, 88, 88, 0, 2001, "", "", "", "", ""],
        [1, 1, 1004, 10, 33, "有", 110, 10102, 88, 88, 0, 2001, "测试戊", "男", 13900000005, "", 1003],
        [1, 1, 1001, 10, 33, "有", 110, 10102, 95, 94.56, 0, 2001, "测试己", "男", 13900000006, "", 1001],
        [1, 0, "S1", 1, 33, "否", 120, 10102, 40, 40, 800, 2006, "测试庚", "男", 13900000007, "", 1001],
        blank(18) + ["说明", "请一定看下面说明"],
    ]
}  # fmt: skip

HISTORY: dict[str, list[list[Any]]] = {
    "房屋缴费历史": [
        ["房屋", "收费项目", "缴费周期", "开始时间", "结束时间", "缴费时间", "应缴金额", "实缴金额", "收银员", "备注"],
        ["1-1-1001", "物业服务费", 12, dt.date(2016, 1, 1), dt.date(2017, 1, 1), dt.date(2016, 1, 5), 1000, 1000, "测试员", "手工导入"],
        ["1-1-1001", "物业服务费", 12, 42736, "2018/1/1", "2017年1月5日", 1000, 850.5, "测试员", "手工导入"],
        ["1-1-1001", "物业服务费", 12, dt.date(2016, 1, 1), dt.date(2017, 1, 1), dt.date(2016, 1, 5), 1000, 1000, "测试员", "手工导入"],
        ["1-0-S1", "物业服务费", 6, "2020-01-01", "2020-01-01", "2020-01-01", 10, 10, "", ""],
        ["33", "物业服务费", 6, "2020-01-01", "2202-01-01", "2020-01-01", "十元", 10, "", ""],
        ["1-0-S1", "物业服务费", 6, "2020-01-01", "2021-01-01", "2020-01-01", 10, 12, "", "", *blank(1), "说明："],
        blank(11) + ["房屋", "请填写系统中的房屋编号"],
    ]
}  # fmt: skip

METERS: dict[str, list[list[Any]]] = {
    "水电表": [
        ["名称", "表号", "表类型", "模式", "房屋", "费用项", "厂家", "采集器ID"],
        ["1-1-1001智能水表", 1212, "水表", 2002, "1-1-1001", "水费", 3, "C9"],
        ["1-1-1智能水表", 1213, 1001, 1001, 33, "有", 110, 10102],
        ["1-1-1002电表", 1212, "电表", 1001, "1-1-1002", "电费", 2, ""],
        blank(11) + ["说明", "请一定看下面说明"],
    ]
}
