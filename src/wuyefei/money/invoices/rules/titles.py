"""To whom an invoice is made out, and the unified social credit code 统一社会信用代码 (GB 32100-2015)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from wuyefei.foundation.kernel.errors import Invalid, Phrase
from wuyefei.foundation.kernel.text import limited, tidy

SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 signs of the code in order of value: I, O, S, V and Z are left out."""
LENGTH = 18
WEIGHTS = tuple(pow(3, place, 31) for place in range(LENGTH - 1))
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_IDENTITY = re.compile(r"[1-9]\d{16}[\dX]")
_IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


class TitleKind(StrEnum):
    PERSONAL = "personal"
    COMPANY = "company"


@dataclass(frozen=True, slots=True)
class Title:
    """``tax_number`` only of companies, ``identity`` (in clear, optional) only of persons."""

    kind: TitleKind
    name: str
    tax_number: str = ""
    identity: str = ""
    email: str = ""


def check_sign(body: str) -> str:
    """The 18th sign for the first 17: 31 less the weighted sum modulo 31 (GB 32100-2015, 5.2)."""
    total = sum(SIGNS.index(sign) * weight for sign, weight in zip(body, WEIGHTS, strict=True))
    return SIGNS[-total % 31]


def check_tax_number(text: object) -> str:
    """The code in its plain form. Raises ``Invalid``: wrong length, a sign the code does not have, a wrong check digit."""
    code = tidy(text).upper().replace(" ", "").replace("-", "")
    if len(code) != LENGTH:
        raise Invalid(field="税号", reason=Phrase("统一社会信用代码是 18 位，现有 {count} 位", count=len(code)))
    wrong = next((sign for sign in code if sign not in SIGNS), "")
    if wrong:
        raise Invalid(field="税号", reason=Phrase("不会有「{sign}」（代码不用 I、O、S、V、Z）", sign=wrong))
    if check_sign(code[:-1]) != code[-1]:
        raise Invalid(field="税号", reason="校验位不对，请核对有没有抄错")
    return code


def check_identity(text: object) -> str:
    """A resident identity number with its check digit (GB 11643), or an empty text. Raises ``Invalid``."""
    number = tidy(text).upper().replace(" ", "")
    if not number:
        return ""
    if not _IDENTITY.fullmatch(number):
        raise Invalid(field="身份证号", reason="应为 18 位")
    total = sum(int(digit) * weight for digit, weight in zip(number, _IDENTITY_WEIGHTS, strict=False))
    if "10X98765432"[total % 11] != number[-1]:
        raise Invalid(field="身份证号", reason="校验位不对，请核对有没有抄错")
    return number


def check_title(title: Title) -> Title:
    """The title as it is kept. Raises ``Invalid`` naming the field."""
    name = limited(title.name, "抬头名称", 100, required=True)
    email = limited(title.email, "电子邮箱", 100)
    if email and not _EMAIL.fullmatch(email):
        raise Invalid(field="电子邮箱", reason="写法不对，应如 name@example.com")
    if title.kind is TitleKind.COMPANY:
        return Title(title.kind, name, check_tax_number(title.tax_number), "", email)
    return Title(title.kind, name, "", check_identity(title.identity), email)
