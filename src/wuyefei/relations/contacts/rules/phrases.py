"""Words by which a text about a debt announces a forbidden measure: patterns, read by the guard and the template check."""

from __future__ import annotations

import re

_PHRASES: tuple[tuple[str, str], ...] = (
    (r"(停|断|限)水", "cut_water"), (r"(停|断|限|拉)电(?!梯|话)|拉闸", "cut_power"), (r"停(暖|供热)|断暖|关阀", "cut_heat"),
    (r"(停|断)(燃?气)", "cut_gas"), (r"(停|禁)(用)?电梯|电梯.{0,4}(停用|限制)", "cut_lift"),
    (r"(停|禁|注销)(用)?(您的|你的)?(门禁|门卡)|门禁.{0,4}(停用|失效|注销)", "disable_card"), (r"锁车|堵.{0,2}车位|车辆?.{0,4}禁止.{0,2}(进入|入内|进出)", "block_parking"),
    (r"(公布|公示|张贴|曝光).{0,8}(名单|姓名|房号|欠费)|名单.{0,10}(公布|公示|张贴|曝光)", "name_in_public"),
    (r"征信|失信(人|名单)|黑名单|老赖", "credit_threat"), (r"律师费", "lawyer_fee"), (r"违约金|滞纳金", "late_fee"),
    (r"后果自负|走着瞧|不客气|找你(家人|单位)|上门堵", "threat"), (r"无赖|不要脸|赖皮|赖账", "insult"),
    (r"(通知|告知|联系).{0,4}(你|您)(的)?(单位|公司|家人|子女|学校)", "share_data"),
    (r"法院(传票|通知书)|公安(局|机关)通知", "false_court"),
    (r"不(予|给)?.{0,2}(维修|报修|服务)|停止.{0,4}服务", "stop_service"), (r"不(予|给)?.{0,2}办理?装修", "withhold_fitout"),
    (r"维修资金.{0,10}(扣|抵)", "use_fund"),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern), code) for pattern, code in _PHRASES)
_ANY = "|".join(f"(?:{pattern})" for pattern, _code in _PHRASES)
_DENIED = re.compile(f"(?:不会|不得|不能|绝不|禁止|并未)(?:(?:{_ANY})[、和或]?)+")
"""A denial counts only right before what it denies: 「不能缴费就停水」 announces a cut all the same."""


def measures_in(text: str) -> list[str]:
    """The measures that a text about a debt announces, by its words; a plain denial (不会停水) announces nothing."""
    said = _DENIED.sub("", text)
    return [code for pattern, code in _COMPILED if pattern.search(said)]
