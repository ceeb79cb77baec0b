"""How a person's numbers are written, masked and told apart (rows A3, A5)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase
from wuyefei.foundation.kernel.text import limited, mask_identity, mask_mobile, tidy

KINDS = ("individual", "company", "developer")
NUMBERS = ("mobile", "identity", "bank")
"""The fields kept locked, each with a mark for look-up and a masked form."""
NUMBER_NAMES = {"mobile": "手机号", "identity": "证件号码", "bank": "银行账号"}
ERASED_NAME = "已删除"
MIN_PURPOSE = 2

_MOBILE = re.compile(r"1[3-9]\d{9}")
_PLAIN_MOBILE = re.compile(r"1[3-9][0-9]{9}").fullmatch
"""A mobile number as it is stored: nothing to normalise."""
_LANDLINE = re.compile(r"0\d{9,11}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


class Erased(DomainError):
    code = "person_erased"
    message = "该人员的个人信息已删除，不能再修改或查看。"


class StillInUse(DomainError):
    code = "person_in_use"
    message = "还不能删除个人信息：{reason}"


class PurposeMissing(DomainError):
    code = "purpose_missing"
    message = "查看完整个人信息前，请写明用途。"


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person to be created; numbers in clear, blank where not known."""

    name: str
    kind: str = "individual"
    mobile: str = ""
    identity: str = ""
    bank: str = ""
    remark: str = ""
    external_ref: str = ""


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """What an import compares with: the marks tell equal numbers apart from others, and nothing else."""

    id: int
    name: str
    mobile_mark: str
    identity_mark: str
    external_ref: str


def normalise_mobile(text: object) -> str:
    """``+86 138-0000-2046`` → ``13800002046``; landlines with their area code too. Raises ``Invalid``; blank stays."""
    if type(text) is str and (not text or _PLAIN_MOBILE(text)):
        return text
    digits = re.sub(r"[\s\-()]", "", tidy(text))
    digits = re.sub(r"^(\+86|0086)(?=1[3-9]\d{9}$|0\d)", "", digits)
    if digits and not (_MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits)):
        raise Invalid(field="手机号", reason="应为 11 位手机号，或带区号的固定电话")
    return digits


def normalise_identity(text: object) -> str:
    """An identity, passport, permit or social credit number without spaces, upper case. Raises ``Invalid``."""
    if text == "":
        return ""
    value = re.sub(r"[\s\-]", "", tidy(text)).upper()
    if value and not re.fullmatch(r"[A-Z0-9()]{5,24}", value):
        raise Invalid(field="证件号码", reason="应为 5 到 24 位数字或字母")
    return value


def normalise_bank(text: object) -> str:
    """An account number of 8 to 30 digits, without spaces. Raises ``Invalid``."""
    if text == "":
        return ""
    value = re.sub(r"[\s\-]", "", tidy(text))
    if value and not re.fullmatch(r"\d{8,30}", value):
        raise Invalid(field="银行账号", reason="应为 8 到 30 位数字")
    return value


NORMALISE = {"mobile": normalise_mobile, "identity": normalise_identity, "bank": normalise_bank}


def masked(field: str, value: str) -> str:
    """The form shown: never enough of the number to use it."""
    if not value:
        return ""
    return mask_mobile(value) if field == "mobile" else mask_identity(value)


def identity_doubt(value: str) -> str | None:
    """Why an 18-digit identity number can hardly be right (its check digit), or None. A warning, no refusal."""
    if not re.fullmatch(r"\d{17}[\dX]", value):
        return None
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, value, strict=False))
    return None if "10X98765432"[total % 11] == value[-1] else "身份证号校验位不符，请核对"


def clean_person(row: PersonRow) -> PersonRow:
    """The row as it is stored; raises ``Invalid`` naming the field, never quoting a number."""
    if row.kind not in KINDS:
        raise Invalid(field="人员类型", reason=Phrase("「{kind}」不是已知的类型", kind=row.kind))
    return PersonRow(
        name=limited(row.name, "姓名", 80, required=True),
        kind=row.kind,
        mobile=normalise_mobile(row.mobile),
        identity=normalise_identity(row.identity),
        bank=normalise_bank(row.bank),
        remark=limited(row.remark, "备注", 200),
        external_ref=limited(row.external_ref, "外部编号", 60),
    )


def check_purpose(purpose: str) -> str:
    text = tidy(purpose)
    if len(text) < MIN_PURPOSE:
        raise PurposeMissing()
    return text
