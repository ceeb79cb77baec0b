"""Templates with merge fields: a single pass of plain substitution, never a template engine on people's text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from wuyefei.foundation.kernel.errors import Invalid, Phrase

FIELDS: dict[str, str] = {
    "称呼": "缴费人姓名", "房号": "房屋编号，多套用顿号隔开", "小区": "小区名称", "项目": "收费项目", "账期": "服务期的月份",
    "金额": "应缴金额，元", "到期日": "最后缴费日", "企业": "物业企业名称", "电话": "小区的服务电话", "网址": "业主手机页的地址", "验证码": "一次性验证码",
    "问候": "按时辰问好，如 上午好", "比上期": "一句话，和上一期比多了还是少了", "同户型": "一句话，同户型平均，不到 5 户不写", "构成": "一句话，每 100 元用在哪",
    "社区预告": "小区近期的活动或服务升级",
    "扣款原因": "代扣为什么没有成功", "怎么办": "代扣失败后可以做什么",
    "函号": "催款函编号", "邮件号": "催款函的邮件号",
}  # fmt: skip
"""Every field that a template may name, and what it says."""
SMART = ("问候", "比上期", "同户型", "构成", "社区预告")
"""The fields of the smart bill: each says a whole sentence or nothing."""

PICTURED = "构成"
"""The field that a message may also show as a picture."""

def sample() -> dict[str, str]:
    """Invented values, to measure a text by and to show where there is no household yet."""
    return {
        "称呼": "陆小满", "房号": "1-1-101", "小区": "桂语花园", "项目": "物业服务费", "账期": "2026 年 1 月", "金额": "250.00",
        "到期日": "2026-01-15", "企业": "桂语物业", "电话": "400-000-0000", "网址": "https://wy.example.com/h5/", "验证码": "123456",
        "问候": "上午好", "比上期": "和上期一样。", "同户型": "同户型平均 250.00 元。",
        "构成": "每 100 元：人员工资 60、公共能耗 15、设施维保 10、绿化保洁 10、管理费用 5。", "社区预告": "12 月 20 日中心广场有迎新集市。",
        "扣款原因": "账户余额不足", "怎么办": "请在 2 月 18 日 前存够，届时再扣一次，也可以先自行缴费",
        "函号": "GY-CK-2026-0001", "邮件号": "EX900000001CN",
    }  # fmt: skip

SINGLE, PART = 70, 67
"""UTF-16 units of a text message that stands alone, and of each part of a longer one (GSM 03.38, UCS-2)."""
MAX_PARTS = 8
_FIELD = re.compile(r"\{([^{}]*)\}")

WECHAT_LIMITS: dict[str, int] = {
    "thing": 20, "character_string": 32, "number": 32, "letter": 32, "amount": 20, "phrase": 5, "time": 24, "date": 24,
    "name": 20, "phone_number": 17, "const": 20,
}  # fmt: skip
"""The longest value of a WeChat template's key by the key's kind (character_string2 is of kind character_string)."""
BLANK = "无"
"""WeChat refuses an empty value."""
KEYED = ("wechat", "mini")
"""Channels whose texts are WeChat's keys with a value each."""


def fields_of(text: str) -> list[str]:
    """The fields in order of appearance, repeated ones too."""
    return _FIELD.findall(text)


def check_template(text: str, what: str = "正文") -> str:
    """The text as it may be kept. Raises ``Invalid`` for an unknown field, a lone brace or a blank text."""
    if not text.strip():
        raise Invalid(field=what, reason="不能为空")
    for name in fields_of(text):
        if name not in FIELDS:
            raise Invalid(field=what, reason=Phrase("没有「{name}」这个字段，可用：{known}", name=name[:20], known="、".join(FIELDS)))
    rest = _FIELD.sub("", text)
    if "{" in rest or "}" in rest:
        raise Invalid(field=what, reason="花括号要成对，里面写字段名")
    return text


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put the values in, once: braces inside a value stay as they are. Raises ``KeyError`` for a missing value."""
    return "".join([values[piece] if field else piece for field, piece in _pieces(text)])


@lru_cache(256)
def _pieces(text: str) -> tuple[tuple[bool, str], ...]:
    """A template cut at its fields: whether a piece names one, and the piece."""
    return tuple((n % 2 == 1, piece) for n, piece in enumerate(_FIELD.split(text)))


def ordered(text: str, values: Mapping[str, str]) -> list[str]:
    """The values in the order of their fields: the parameters of a carrier's own template."""
    return [values[name] for name in fields_of(text)]


def carrier_form(text: str) -> str:
    """The text with {1}, {2} … for its fields, as it is registered with a text-message carrier."""
    numbers = iter(range(1, len(fields_of(text)) + 1))
    return _FIELD.sub(lambda _found: f"{{{next(numbers)}}}", text)


def units(text: str) -> int:
    """UTF-16 units: 𠮷 and emoji count two."""
    return len(text.encode("utf-16-le")) // 2


def parts(text: str) -> int:
    """How many text messages it takes."""
    length = units(text)
    return 1 if length <= SINGLE else -(-length // PART)


def emoji_in(text: str) -> list[str]:
    """Pictures that carriers refuse in text messages; rare Chinese characters (𠮷) are letters and pass."""
    return [c for c in text if unicodedata.category(c) in ("So", "Cs") or 0x1F000 <= ord(c) <= 0x1FAFF or ord(c) in (0xFE0F, 0x200D)]


def without_emoji(text: str) -> str:
    """A value fit for a text message."""
    bad = set(emoji_in(text))
    return "".join(c for c in text if c not in bad)


def greeting_at(hour: int) -> str:
    """How one says good day at an hour of the day."""
    return "早上好" if 5 <= hour < 9 else "上午好" if hour < 12 and hour >= 9 else "中午好" if 12 <= hour < 14 else "下午好" if 14 <= hour < 18 else "晚上好"


@dataclass(frozen=True, slots=True)
class Pair:
    """One line of a WeChat template: its key and what stands there."""

    key: str
    text: str


def wechat_pairs(body: str) -> list[Pair]:
    """``thing1=您的{项目}`` a line. Raises ``Invalid`` for a line without a key or of an unknown kind."""
    found = []
    for line in filter(None, (line.strip() for line in body.splitlines())):
        key, sign, text = line.partition("=")
        kind = key.strip().rstrip("0123456789")
        if not sign or kind not in WECHAT_LIMITS or not text.strip():
            raise Invalid(field="正文", reason=Phrase("「{line}」应为「关键词=内容」，如 thing1=您的{example}", line=line[:30], example="{项目}"))
        found.append(Pair(key.strip(), text.strip()))
    return found


def cut(text: str, limit: int) -> str:
    """At most ``limit`` characters, the last one an ellipsis where something is left off."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def wechat_data(body: str, values: Mapping[str, str]) -> dict[str, str]:
    """Each key's text within the length that its kind allows."""
    return {pair.key: cut(fill(pair.text, values).strip() or BLANK, WECHAT_LIMITS[pair.key.rstrip("0123456789")]) for pair in wechat_pairs(body)}


def check_body(channel: str, body: str) -> str:
    """The body as a template of that channel may keep it, with the channel's own limits."""
    check_template(body)
    if channel in KEYED:
        wechat_pairs(body)
    if channel == "sms":
        if emoji_in(body):
            raise Invalid(field="正文", reason="短信里不能有表情符号，运营商会拒收")
        if parts(fill(body, sample())) > MAX_PARTS:
            raise Invalid(field="正文", reason=Phrase("短信太长，最多 {most} 条", most=MAX_PARTS))
    return body
