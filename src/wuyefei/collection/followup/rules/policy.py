"""A cadence as data: what is done how long after a debt fell due, in versions with a first day (product row G2). Money in fen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from wuyefei.foundation.kernel.errors import Invalid, Phrase

from .cadence import APP, LADDER, LETTER, PHONE, SMS, VISIT, WECHAT, Release, Rung, Start
from .grades import LARGE_FEN

MANY = 2
"""So many periods unpaid make a debt a repeated one."""
MOST_RUNGS = 10
EARLIEST_DAY, LATEST_DAY = -30, 365
LONGEST_DRIVE = -30
WAYS = (PHONE, WECHAT, SMS, APP, LETTER, VISIT)
NOT_CONTACT = frozenset({APP})
"""A way that no person of ours takes: only the notices before the due date go by it."""
TRACK_NAMES: dict[str, str] = {"": "全部", "household": "住户", "business": "企业商铺"}
"""Whom a policy is for."""


@dataclass(frozen=True, slots=True)
class Policy:
    """``rungs`` in order of time; from ``large_fen`` on (more than it) a debt is large, from ``many`` periods on repeated.
    ``number`` 0 is the built-in one."""

    rungs: tuple[Rung, ...] = LADDER
    large_fen: int = LARGE_FEN
    many: int = MANY
    number: int = 0

    def is_serious(self, owed_fen: int, periods: int) -> bool:
        return owed_fen > self.large_fen or periods >= self.many

    @property
    def drive(self) -> Rung | None:
        """The drive at a quarter's end."""
        return next((rung for rung in self.rungs if rung.start is Start.QUARTER), None)

    def rung(self, code: str) -> Rung | None:
        return next((one for one in self.rungs if one.code == code), None)

    def release_of(self, code: str) -> Release:
        """Who lets a step of this rung go; routine contacts and promises follow the rule."""
        found = self.rung(code)
        return found.release if found else Release.RULE


DEFAULT = Policy()


@dataclass(frozen=True, slots=True)
class Version:
    """A policy kept for a place (None: the whole organisation) and a track, from a day on."""

    community_id: int | None
    track: str
    effective_from: dt.date
    policy: Policy


def policy_for(versions: Iterable[Version], community_id: int, track: str, today: dt.date) -> Policy:
    """The policy of a debt: the place's own before the organisation's, the track's own before everybody's; of those that
    have begun, the latest first day and then the latest number. The built-in one where there is none."""
    found = [
        one for one in versions
        if one.effective_from <= today and one.community_id in (None, community_id) and one.track in ("", track)
    ]  # fmt: skip
    if not found:
        return DEFAULT
    return max(found, key=lambda one: (one.community_id is not None, one.track != "", one.effective_from, one.policy.number)).policy


def check_policy(policy: Policy) -> Policy:
    """Raises ``Invalid`` naming the line and what should stand there."""
    if not policy.rungs:
        raise Invalid(field="节奏", reason="至少要有一步")
    if len(policy.rungs) > MOST_RUNGS:
        raise Invalid(field="节奏", reason=Phrase("最多 {most} 步", most=MOST_RUNGS))
    if not any(_asks(rung) for rung in policy.rungs):
        raise Invalid(field="节奏", reason="到期以后至少要有一步不分金额的联系")
    if policy.large_fen < 0 or policy.many < 1:
        raise Invalid(field="大额", reason="金额不能是负数，期数至少是 1")
    for turn, rung in enumerate(policy.rungs, start=1):
        _check_rung(turn, rung)
    codes = [rung.code for rung in policy.rungs]
    if len(set(codes)) != len(codes):
        raise Invalid(field="节奏", reason="有两步的代号相同")
    if sum(rung.start is Start.QUARTER for rung in policy.rungs) > 1:
        raise Invalid(field="节奏", reason="季末集中催缴只能有一步")
    days = [rung.day for rung in policy.rungs if rung.start is Start.DUE]
    if days != sorted(set(days)):
        raise Invalid(field="节奏", reason="按到期日排的各步，天数应一步比一步晚")
    return policy


def _asks(rung: Rung) -> bool:
    return rung.start is Start.DUE and rung.day > 0 and not rung.serious


def _check_rung(turn: int, rung: Rung) -> None:
    field = Phrase("第 {turn} 步", turn=turn)
    if not rung.name.strip() or len(rung.name) > 20 or len(rung.whom) > 40:
        raise Invalid(field=field, reason="名称应有 1 到 20 个字，对象最多 40 个字")
    if not rung.channels or any(way not in WAYS for way in rung.channels):
        raise Invalid(field=field, reason="请选联系方式")
    first, last = {Start.DUE: (EARLIEST_DAY, LATEST_DAY), Start.NOTICE: (0, 30), Start.QUARTER: (LONGEST_DRIVE, 0)}[rung.start]
    if not first <= rung.day <= last:
        raise Invalid(field=field, reason=Phrase("天数应在 {first} 到 {last} 之间", first=first, last=last))
    if rung.start is Start.DUE and rung.day == 0:
        raise Invalid(field=field, reason="到期当天还可以缴，请改为前一天或后一天")
    if not (rung.start is Start.DUE and rung.day < 0) and set(rung.channels) & NOT_CONTACT:
        raise Invalid(field=field, reason="App 推送只用于到期前的账单提醒")


def to_plain(policy: Policy) -> dict[str, Any]:
    """The policy as JSON holds it."""
    return {
        "large_fen": policy.large_fen, "many": policy.many,
        "rungs": [
            {"code": one.code, "name": one.name, "start": one.start.value, "day": one.day, "channels": list(one.channels), "whom": one.whom,
             "serious": one.serious, "release": one.release.value}
            for one in policy.rungs
        ],
    }  # fmt: skip


def of_plain(stored: Mapping[str, Any], number: int) -> Policy:
    """The policy from its stored form."""
    rungs = tuple(
        Rung(one["code"], one["name"], Start(one["start"]), one["day"], tuple(one["channels"]), one["whom"], one["serious"], Release(one["release"]))
        for one in stored["rungs"]
    )
    return Policy(rungs, stored["large_fen"], stored["many"], number)
