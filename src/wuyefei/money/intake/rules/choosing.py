"""A file that holds several communities: only the rows of the one chosen go on."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from wuyefei.foundation.kernel.errors import DomainError

from .plan import Ignored, ImportPlan


class OtherCommunities(DomainError):
    code = "other_communities"
    message = "文件里有 {count} 个小区（{names}），没有「{wanted}」。请选其中一个，或把这一列对应到别的含义。"


def of_community(plan: ImportPlan, wanted: str) -> ImportPlan:
    """The part of the plan that belongs to ``wanted``. A file with one community or none is taken as it is.

    Raises ``OtherCommunities`` where a file names several and ``wanted`` is not among them.
    """
    if len(plan.communities) < 2:
        return plan
    if wanted not in plan.communities:
        names = "、".join(plan.communities[:5]) + ("…" if len(plan.communities) > 5 else "")
        raise OtherCommunities(count=len(plan.communities), names=names, wanted=wanted)
    properties = tuple(one for one in plan.properties if one.community in ("", wanted))
    keys = {one.key for one in properties}
    ties = _at(plan.ties, keys)
    spaces = tuple(one for one in plan.parking_spaces if one.property_key in keys)
    people = {one.person_key for one in ties} | {one.person_key for one in spaces}
    lines = _at(plan.contract_lines, keys)
    prices = {line.tariff_key for line in lines}
    left = len(plan.properties) - len(properties)
    return dataclasses.replace(
        plan,
        communities=(wanted,),
        buildings=tuple(one for one in plan.buildings if one.community in ("", wanted)),
        entrances=tuple(one for one in plan.entrances if one.community in ("", wanted)),
        properties=properties,
        people=tuple(one for one in plan.people if one.key in people),
        ties=ties,
        parking_spaces=spaces,
        vehicles=_at(plan.vehicles, keys),
        tariffs=tuple(one for one in plan.tariffs if one.key in prices),
        contract_lines=lines,
        meters=_at(plan.meters, keys),
        opening_arrears=_at(plan.opening_arrears, keys),
        opening_prepayments=_at(plan.opening_prepayments, keys),
        payment_memos=_at(plan.payment_memos, keys),
        ignored=(*plan.ignored, Ignored("", "别的小区的房屋，未导入", left)),
    )


def _at(rows: Iterable[Any], keys: set[str]) -> tuple[Any, ...]:
    return tuple(row for row in rows if row.property_key in keys)
