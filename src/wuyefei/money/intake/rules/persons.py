"""People in sheets: placeholders taken as empty, one identity number under several names distrusted."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from wuyefei.foundation.kernel.errors import Phrase

from . import cells
from .cells import BadCell
from .issues import Severity
from .reader import Raw
from .rowreader import RowReader

_PLAIN_MOBILE = re.compile(r"1[3-9][0-9]{9}").fullmatch
ROLES = {"1001": "owner", "1002": "family", "1003": "tenant", "1004": "temporary"}
_ROLE_WORDS = {
    "owner": ("业主", "产权人", "户主", "房主", "本人"),
    "family": ("家庭成员", "家属", "亲属", "配偶", "子女", "父母"),
    "tenant": ("租客", "租户", "房屋租客", "承租人", "使用人", "商户"),
    "temporary": ("临时人员", "访客"),
}


@dataclass(frozen=True, slots=True)
class Columns:
    """The names of a sheet's columns that describe a person."""

    name: Hashable
    mobile: Hashable
    identity: Hashable


@dataclass(frozen=True, slots=True)
class Read:
    """A person as one row tells; names of several people in one cell come apart, the first keeps the papers."""

    names: tuple[str, ...]
    mobile: str
    identity: str

    def key(self, index: int, fallback: str) -> str:
        """The same name and mobile (or identity) are one person; a bare name is one only within ``fallback``."""
        name = self.names[index]
        if index == 0 and self.mobile:
            return f"{name}|{self.mobile}"
        if index == 0 and self.identity:
            return f"{name}|{self.identity}"
        return f"{name}@{fallback}"


def split_names(raw: Raw) -> tuple[str, ...]:
    return _split(cells.short_text(raw, 200))


@lru_cache(maxsize=16_384)
def _split(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(part.strip() for part in re.split(r"[,，、;；/]", text) if part.strip()))
    if any(len(name) > 60 for name in names):
        raise BadCell("too_long", "姓名过长，像是说明文字", "填姓名或单位名称")
    return names


def shared_identities(pairs: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Identity numbers that stand beside more than one name: a filler, nobody's own. Pairs are (identity, name)."""
    names: dict[str, set[str]] = {}
    for identity, name in pairs:
        if identity and name:
            names.setdefault(identity, set()).add(name)
    return frozenset(identity for identity, found in names.items() if len(found) > 1)


def identity_text(raw: Raw) -> str:
    """For the comparison beforehand: the number as text, or empty where it cannot be one."""
    try:
        return "" if cells.is_blank(raw) else cells.identity(raw)
    except BadCell:
        return ""


def read_person(reader: RowReader, columns: Columns, shared: frozenset[str]) -> Read | None:
    """The person of a row, or None where there is no name."""
    names = reader.read(columns.name, split_names)
    mobile = read_mobile(reader, columns.mobile)
    identity = read_identity(reader, columns.identity, shared)
    if not names:
        if mobile or identity:
            reader.warn("person_without_name", columns.name, "有手机号或证件号，却没有姓名，未建人员", "补上姓名")
        return None
    return Read(names, mobile, identity)


def read_mobile(reader: RowReader, name: Hashable) -> str:
    raw = reader.raw(name)
    if isinstance(raw, str) and not _PLAIN_MOBILE(raw):
        parts = [part for part in re.split(r"[,，、;；/\s]+", raw.strip()) if part]
        if len(parts) > 1 and all(re.fullmatch(r"1\d{10}", part) for part in parts):
            reader.warn("several_mobiles", name, Phrase("一格里有 {count} 个手机号，取第一个", count=len(parts)), "一格填一个手机号")
            return "" if cells.is_placeholder_mobile(parts[0]) else parts[0]
        if re.fullmatch(r"0\d{2,3}[-\s]?\d{7,8}|[2-8]\d{6,7}", raw.strip()):
            reader.warn("landline", name, "是固定电话，手机号按空处理", "填 11 位手机号")
            return ""
    mobile = reader.read(name, cells.mobile, sensitive=True)
    if mobile is None:
        return ""
    if cells.is_placeholder_mobile(mobile):
        reader.warn("placeholder_mobile", name, Phrase("{mobile} 是没有手机号时的填充值，按空处理", mobile=mobile), "有真实号码时再补")
        return ""
    return mobile


def read_identity(reader: RowReader, name: Hashable, shared: frozenset[str]) -> str:
    identity = reader.read(name, cells.identity, soft=True, sensitive=True)
    if identity is None:
        return ""
    if cells.is_placeholder_identity(identity):
        reader.warn("placeholder_identity", name, "是没有证件时的填充值，按空处理", "有真实号码时再补")
        return ""
    if identity in shared:
        reader.note(
            Severity.WARNING, "shared_identity", name, "几个不同的人用了同一个证件号码，按空处理",
            "填各人自己的证件号码", sensitive=True,
        )  # fmt: skip
        return ""
    if not cells.identity_checks(identity):
        reader.note(
            Severity.WARNING, "identity_checksum", name, "身份证号的位数或校验位不对，已照原样保留",
            "核对证件", sensitive=True,
        )  # fmt: skip
    return identity


def role_of(raw: Raw) -> str:
    """The role from the peer's code or from a word."""
    text = cells.text_of(raw)
    if text in ROLES:
        return ROLES[text]
    for role, words in _ROLE_WORDS.items():
        if text in words:
            return role
    raise BadCell("unknown_code", Phrase("「{text}」不是已知的人员类型", text=text[:20]), "1001 业主、1002 家庭成员、1003 租客、1004 临时人员")
