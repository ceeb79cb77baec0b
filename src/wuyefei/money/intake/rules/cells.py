"""One cell to one value of the domain. Each function raises ``BadCell`` with what is wrong and what would be right."""

from __future__ import annotations

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from wuyefei.foundation.kernel.dates import EARLIEST, LATEST
from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.foundation.kernel.text import tidy

from .reader import Raw

MAX_AREA = Decimal(100_000)
SENTINEL_MOBILES = frozenset({"18999999999", "13800138000", "12345678901", "13888888888"})
BLANKS = frozenset({"-", "--", "---", "—", "——", "/", "\\", "N/A", "NULL", "null", "nan", "None", "'"})
NO_DATA = frozenset({"暂无数据", "暂无", "未知", "不详", "待补", "没有", "空"})
_ENDLESS = Decimal(10) ** 30
_EXCEL_EPOCH = dt.date(1899, 12, 30)
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?)?")
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?")
_PLATE = re.compile(r"[\u4e00-\u9fff][A-Z][A-Z0-9]{4,6}[A-Z0-9\u4e00-\u9fff]?")
_PLAIN_MOBILE = re.compile(r"1[3-9][0-9]{9}").fullmatch
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


class BadCell(DomainError):
    """The cell cannot be what its column says. ``hint`` tells what would be right."""

    def __init__(self, code: str, reason: str, hint: str) -> None:
        self.reason, self.hint = reason, hint
        super().__init__(code, reason.replace("{", "（").replace("}", "）"))


_tidy = lru_cache(maxsize=4096)(tidy)
"""Sheets repeat themselves: most cells were tidied a moment ago."""


def text_of(raw: Raw) -> str:
    """Any cell as tidy text: 1001 without ``.0``, dates as ``2026-11-23``."""
    if raw is None:
        return ""
    if isinstance(raw, Decimal):
        return format(raw, "f") if abs(raw) < _ENDLESS else str(raw)
    if isinstance(raw, bool):
        return "是" if raw else "否"
    if isinstance(raw, dt.datetime):
        return raw.date().isoformat() if raw.time() == dt.time() else raw.isoformat(sep=" ", timespec="seconds")
    if isinstance(raw, str):
        return _tidy(raw)
    return raw.isoformat() if isinstance(raw, dt.date | dt.time) else tidy(raw)


def is_blank(raw: Raw) -> bool:
    if not isinstance(raw, str):
        return raw is None
    text = _tidy(raw)
    return not text or text in BLANKS


def short_text(raw: Raw, cap: int = 60) -> str:
    text = text_of(raw)
    if len(text) > cap:
        raise BadCell("too_long", Phrase("有 {count} 个字，像是说明文字", count=len(text)), Phrase("最多 {cap} 个字", cap=cap))
    return text


def number(raw: Raw) -> Decimal:
    """An exact number; the noise of a spreadsheet's sum (0.30000000000000004) is rounded off at nine decimals."""
    if isinstance(raw, Decimal):
        value = raw
    elif isinstance(raw, str):
        text = tidy(raw).replace(",", "").replace("，", "").replace("−", "-")
        if not re.fullmatch(r"[+-]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})", text):
            raise BadCell("not_a_number", Phrase("「{raw}」不是数字", raw=tidy(raw)[:30]), "填阿拉伯数字，不带单位")
        value = Decimal(text)
    else:
        raise BadCell("not_a_number", Phrase("「{raw}」不是数字", raw=text_of(raw)[:30]), "填阿拉伯数字，不带单位")
    if abs(value) >= Decimal(10) ** 15:
        raise BadCell("out_of_range", "数字过大", "检查是否多填了位数")
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -9:
        rounded = value.quantize(Decimal("1e-9"), rounding=ROUND_HALF_UP)
        value = rounded.normalize() if rounded else Decimal(0)
    return value


def whole(raw: Raw, low: int, high: int) -> int:
    text = text_of(raw)
    value = number(re.sub(r"(层|楼|F|f|个月|月|年|岁|年建)$", "", text) if isinstance(raw, str) else raw)
    if value != value.to_integral_value():
        raise BadCell("not_whole", Phrase("「{text}」不是整数", text=text[:30]), Phrase("填 {low} 到 {high} 的整数", low=low, high=high))
    if not low <= value <= high:
        raise BadCell("out_of_range", Phrase("{text} 不在 {low} 到 {high} 之间", text=text[:30], low=low, high=high), Phrase("填 {low} 到 {high} 的整数", low=low, high=high))
    return int(value)


def area(raw: Raw) -> Decimal:
    """Square metres, 0 < a ≤ 100,000, at most two decimals."""
    value = number(re.sub(r"(㎡|m2|m²|平方米|平米|平)$", "", tidy(raw)) if isinstance(raw, str) else raw)
    if value <= 0:
        raise BadCell("area_not_positive", Phrase("面积 {raw} 不大于 0", raw=text_of(raw)[:30]), "填大于 0 的平方米数")
    if value > MAX_AREA:
        raise BadCell("area_absurd", Phrase("面积 {raw} 超过 100000 平方米", raw=text_of(raw)[:30]), "检查小数点")
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and exponent < -2:
        raise BadCell("too_many_decimals", Phrase("面积 {raw} 的小数超过两位", raw=text_of(raw)[:30]), "保留两位小数")
    return value


def money_fen(raw: Raw, *, negative: bool = False) -> int:
    """Fen from yuan, at most two decimals; negative only where the column allows it."""
    if isinstance(raw, Decimal):
        text: object = format(number(raw), "f")
    elif isinstance(raw, str):
        text = re.sub(r"^[¥￥]|元$", "", tidy(raw)).strip()
    else:
        text = text_of(raw)
    if isinstance(text, str) and "." in text:
        text = re.sub(r"(\.\d{2})0+$", r"\1", text).removesuffix(".")
    try:
        fen = parse_yuan(text)
    except Invalid as error:
        raise BadCell("not_money", Phrase("「{raw}」不是金额", raw=text_of(raw)[:30]), "填以元为单位的数，最多两位小数") from error
    if fen < 0 and not negative:
        raise BadCell("money_negative", Phrase("金额 {raw} 小于 0", raw=text_of(raw)[:30]), "填不小于 0 的金额；多收的钱填在预收列")
    return fen


def price(raw: Raw) -> Decimal:
    """A rate in yuan, not negative, at most four decimals, at most 100,000."""
    value = number(re.sub(r"^[¥￥]|元.*$", "", tidy(raw)) if isinstance(raw, str) else raw)
    if value < 0 or value > 100_000:
        raise BadCell("price_absurd", Phrase("单价 {raw} 不合理", raw=text_of(raw)[:30]), "填 0 到 100000 之间的单价，以元为单位")
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and exponent < -4:
        raise BadCell("too_many_decimals", Phrase("单价 {raw} 的小数超过四位", raw=text_of(raw)[:30]), "最多四位小数")
    return value


def day(raw: Raw, *, end_of_month: bool = False) -> dt.date:
    """A date from a date cell, a spreadsheet's serial number or the usual ways of writing it.

    A month alone is its first day, or its last with ``end_of_month``.
    """
    value = _day(raw, end_of_month)
    if not EARLIEST <= value <= LATEST:
        raise BadCell("date_absurd", Phrase("日期 {value} 不在 {year} 到 {year2} 年之间", value=value, year=EARLIEST.year, year2=LATEST.year), "检查年份")
    return value


def _day(raw: Raw, end_of_month: bool) -> dt.date:
    wrong = BadCell("not_a_date", Phrase("「{raw}」不是日期", raw=text_of(raw)[:30]), "填如 2026-11-23 的日期")
    if isinstance(raw, dt.datetime):
        return raw.date()
    if isinstance(raw, dt.date):
        return raw
    if isinstance(raw, Decimal) and raw == raw.to_integral_value() and raw < 10_000_000:
        if 1 <= raw < 200_000:
            return _EXCEL_EPOCH + dt.timedelta(days=int(raw))
        raise wrong
    text = text_of(raw)
    try:
        match = _DAY.fullmatch(text) or _COMPACT_DAY.fullmatch(text)
        if match:
            return dt.date(int(match[1]), int(match[2]), int(match[3]))
        month = _MONTH.fullmatch(text)
        if month:
            first = dt.date(int(month[1]), int(month[2]), 1)
            following = (first + dt.timedelta(days=32)).replace(day=1)
            return following - dt.timedelta(days=1) if end_of_month else first
    except (ValueError, OverflowError) as error:
        raise wrong from error
    raise wrong


def mobile(raw: Raw) -> str:
    """Eleven digits starting 13 to 19; the placeholder numbers a template prescribes come back as they are."""
    if isinstance(raw, str) and _PLAIN_MOBILE(raw):
        return raw
    text = re.sub(r"[\s\-]", "", text_of(raw))
    text = re.sub(r"^(\+?86|0086)(?=1\d{10}$)", "", text)
    if not re.fullmatch(r"1[3-9]\d{9}", text) and not is_placeholder_mobile(text):
        if re.fullmatch(r"0\d{9,11}|[2-8]\d{6,7}", text):
            raise BadCell("landline", Phrase("「{text}」是固定电话", text=text[:20]), "填 11 位手机号")
        raise BadCell("bad_mobile", Phrase("「{text}」不是手机号", text=text[:20]), "填 11 位手机号，没有就留空")
    return text


def is_placeholder_mobile(text: str) -> bool:
    return text in SENTINEL_MOBILES or (len(text) == 11 and len(set(text)) == 1)


def identity(raw: Raw) -> str:
    """An identity or licence number as text; one stored as a number has lost its last digits."""
    if isinstance(raw, Decimal) and abs(raw) >= Decimal(10) ** 15:
        if len(set(text_of(raw)[:15])) == 1:
            return text_of(raw)[:1] * 18
        raise BadCell("identity_lost_digits", "证件号码以数字存放，末几位已丢失", "把该列设为文本格式后重新填写")
    text = re.sub(r"[\s]", "", text_of(raw)).upper()
    if not re.fullmatch(r"[0-9A-Z\u4e00-\u9fff()\-]{1,40}", text):
        raise BadCell("bad_identity", "证件号码含有不该有的字符", "填 18 位身份证号或证件号码")
    return text


def is_placeholder_identity(text: str) -> bool:
    return not text or len(set(text)) == 1 or text in {"123456789012345678", "无"}


def identity_checks(text: str) -> bool:
    """False for an 18-digit identity number whose last character does not fit; other papers are not judged."""
    if not re.fullmatch(r"\d{17}[\dX]", text):
        return not re.fullmatch(r"\d{16,17}|\d{19,}", text)
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text[:17], strict=True))
    return "10X98765432"[total % 11] == text[17]


def plate(raw: Raw) -> str:
    text = re.sub(r"[\s·.\-•]", "", text_of(raw)).upper()
    if not _PLATE.fullmatch(text):
        raise BadCell("bad_plate", Phrase("「{text}」不是车牌号", text=text[:20]), "填如 浙A12345 的车牌号")
    return text


def yes_no(raw: Raw) -> bool:
    text = text_of(raw).lower()
    if text in {"有", "是", "y", "yes", "true", "1", "√", "有电梯"}:
        return True
    if text in {"无", "否", "没有", "n", "no", "false", "0", "×", "无电梯"}:
        return False
    raise BadCell("not_yes_no", Phrase("「{text}」不是有或无", text=text[:20]), "填有或无")
