"""What the pages share."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.translation import gettext as _

from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.gate import actor_of as actor_of
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.insight.measures.public import BUCKET_NAMES, Bucket

from ..rules import STATE_NAMES, Filter, read_filter

AGES = {bucket: number for number, bucket in enumerate(Bucket)}
"""The shade of each bucket; 0 for what is not due."""


def filter_of(request: HttpRequest) -> tuple[Filter, list[Invalid]]:
    return read_filter(request.GET, frozenset(BUCKET_NAMES))


def number(request: HttpRequest, name: str) -> int | None:
    """A whole number from the query; anything else is taken for not given."""
    return whole_number(request.GET.get(name))


def link(query: dict[str, str], **changes: object) -> str:
    """A query with some values changed; None takes one out."""
    found = {key: str(value) for key, value in (query | changes).items() if value not in (None, "")}
    return "?" + urlencode(found)


def chips(chosen: Filter, choices: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(what, value, the address without it) of every filter that narrows."""
    query, named = chosen.query, _named(choices)
    found = []
    for key, label in LABELS.items():
        if key not in query:
            continue
        value = named.get(key, {}).get(query[key], query[key])
        if key.startswith("amount_"):
            value = yuan_text(getattr(chosen, key))
        gone: dict[str, object] = {"building": None, "entrance": None} if key == "community" else {}
        found.append((_(label), "" if key in ("held", "partial", "limit") else str(value), link(query, **{key: None}, **gone)))
    return found


LABELS = {
    "state": "状态", "region": "区域", "community": "小区", "building": "楼栋", "entrance": "单元", "home": "房号", "item": "收费项目",
    "kind": "业态", "bucket": "账龄", "days_from": "逾期天数从", "days_to": "逾期天数到", "amount_from": "欠费从", "amount_to": "欠费到",
    "text": "查找", "held": "已停计", "partial": "部分已缴", "limit": "快到时效",
}  # fmt: skip


def _named(choices: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {
        "state": {state.value: _(name) for state, name in STATE_NAMES.items()},
        "bucket": {bucket.value: _(name) for bucket, name in BUCKET_NAMES.items()},
        "kind": {value: str(name) for value, name in Property.Kind.choices},
        "home": {str(row.pk): row.code for row in choices.get("homes", ())},
        **{
            key: {str(row.pk): row.name for row in choices.get(f"{key}s", ())}
            for key in ("region", "community", "building", "entrance", "item")
        },
    }


def words(choices: dict[str, Any]) -> dict[str, Any]:
    """The fixed choices of the filter, in the reader's language."""
    return choices | {
        "states": [(state.value, _(name)) for state, name in STATE_NAMES.items()],
        "buckets": [(bucket.value, _(name)) for bucket, name in BUCKET_NAMES.items()],
        "kinds": Property.Kind.choices,
    }
