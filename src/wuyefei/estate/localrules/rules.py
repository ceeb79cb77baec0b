"""Packs, votes, and whether a price may rise (product rows B4, B5; Civil Code 278). Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase

TOPICS = {"price": "价格形式", "notice": "公示期限", "vote": "业主表决", "late_fee": "违约金", "fund": "维修资金", "ban": "禁止的做法"}
RESIDENTIAL = "residential"


@dataclass(frozen=True, slots=True)
class LocalRule:
    """One rule of a place. ``checked``: compared with the text it cites. Its figures, where it has any: ``notice_months``
    before a new price, ``vote`` for which kind of property, ``quorum`` as a fraction, ``rate_max`` and ``cap_max`` of a late
    fee as shares, ``ceiling`` yuan a m² and month; ``forbids``: measures of the law guard."""

    pack: str
    topic: str
    says: str
    source: str
    checked: bool
    notice_months: int = 0
    vote: str = ""
    quorum: tuple[int, int] = (2, 3)
    rate_max: Decimal | None = None
    cap_max: Decimal | None = None
    ceiling: Decimal | None = None
    forbids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pack:
    """The rules of a place, those it inherits first."""

    code: str
    city: str
    version: str
    since: dt.date
    rules: tuple[LocalRule, ...]

    @property
    def notice_months(self) -> int:
        """The longest notice that a checked rule asks for."""
        return max((rule.notice_months for rule in self.rules if rule.checked), default=0)

    @property
    def vote(self) -> LocalRule | None:
        """The checked rule that asks for a vote before homes pay more, or None."""
        return next((rule for rule in reversed(self.rules) if rule.checked and rule.vote == RESIDENTIAL), None)

    @property
    def forbids(self) -> frozenset[str]:
        return frozenset(code for rule in self.rules if rule.checked for code in rule.forbids)


class BadPack(DomainError):
    code = "bad_rule_pack"
    message = "规则包 {name} 有误：{reason}。"


_FIELDS = {"topic", "says", "source", "checked", "notice_months", "vote", "quorum", "rate_max", "cap_max", "ceiling", "forbids"}


def read_pack(name: str, data: Mapping[str, Any], known: Mapping[str, Pack]) -> Pack:
    """A pack from its file. Raises ``BadPack`` naming what is wrong."""
    try:
        inherited = known[data["extends"]].rules if "extends" in data else ()
        rules = tuple(_rule(name, row) for row in data["rules"])
        return Pack(data["code"], data["city"], data["version"], data["since"], (*inherited, *rules))
    except KeyError as error:
        raise BadPack(name=name, reason=Phrase("缺少 {key}", key=error.args[0])) from error


def _rule(name: str, row: Mapping[str, Any]) -> LocalRule:
    unknown = set(row) - _FIELDS
    if unknown or row["topic"] not in TOPICS:
        raise BadPack(name=name, reason=Phrase("不认识「{key}」", key=min(unknown, default=row["topic"])))
    if not row["source"]:
        raise BadPack(name=name, reason="有一条没有来源")
    figures = {key: Decimal(row[key]) for key in ("rate_max", "cap_max", "ceiling") if key in row}
    over, under = row.get("quorum", ("2", "3"))
    return LocalRule(
        name, row["topic"], row["says"], row["source"], bool(row["checked"]), notice_months=int(row.get("notice_months", 0)),
        vote=row.get("vote", ""), quorum=(int(over), int(under)), forbids=tuple(row.get("forbids", ())), **figures,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Votes:
    """A ballot by area (m²) and heads: of all, of those who took part, of those in favour."""

    all_area: Decimal
    all_heads: int
    came_area: Decimal
    came_heads: int
    yes_area: Decimal
    yes_heads: int


def check_votes(votes: Votes) -> None:
    """Raises ``Invalid`` where more came than there are, or more agreed than came."""
    for field, some, whole in (
        ("参与表决的面积", votes.came_area, votes.all_area), ("参与表决的人数", votes.came_heads, votes.all_heads),
        ("同意的面积", votes.yes_area, votes.came_area), ("同意的人数", votes.yes_heads, votes.came_heads),
    ):  # fmt: skip
        if not 0 <= some <= whole:
            raise Invalid(field=field, reason=Phrase("应在 0 到 {whole} 之间", whole=whole))
    if votes.all_area <= 0 or votes.all_heads <= 0:
        raise Invalid(field="全体业主", reason="面积和人数都要大于 0")


def short_of(votes: Votes, quorum: tuple[int, int] = (2, 3)) -> list[str]:
    """Why a ballot was not carried; empty where it was. 三分之二以上 counts the two thirds themselves, 过半数 does not
    count the half (Civil Code 1259)."""
    over, under = quorum
    found = []
    if votes.came_area * under < votes.all_area * over:
        found.append("参与表决的面积不到三分之二")
    if votes.came_heads * under < votes.all_heads * over:
        found.append("参与表决的人数不到三分之二")
    if votes.yes_area * 2 <= votes.came_area:
        found.append("同意的面积没有过半数")
    if votes.yes_heads * 2 <= votes.came_heads:
        found.append("同意的人数没有过半数")
    return found


@dataclass(frozen=True, slots=True)
class Agreed:
    """A confirmed consultation: up to which price, from when, announced when, and how the ballot went."""

    per_unit: Decimal
    fixed: Decimal
    effective_from: dt.date
    announced_on: dt.date
    votes: Votes


class NeedsConsultation(DomainError):
    code = "needs_consultation"
    message = "住宅涨价要先征询业主：{reason}。来源：{source}"


def earliest(announced_on: dt.date, months: int) -> dt.date:
    """The first day on which a price announced then may begin."""
    return Month.of(announced_on).plus(months).day(announced_on.day)


def check_increase(pack: Pack, per_unit: Decimal, fixed: Decimal, day: dt.date, agreed: Iterable[Agreed]) -> None:
    """Whether a higher price may begin on ``day``. Raises ``NeedsConsultation`` with the nearest reason."""
    rule = pack.vote
    if rule is None:
        return
    reasons: Sequence[str] = ["没有经另一人确认的征询记录，请到「涨价征询」登记"]
    for one in agreed:
        reasons = _reasons(one, pack, rule, per_unit, fixed, day)
        if not reasons:
            return
    raise NeedsConsultation(reason=reasons[0], source=rule.source)


def _reasons(one: Agreed, pack: Pack, rule: LocalRule, per_unit: Decimal, fixed: Decimal, day: dt.date) -> list[str]:
    if per_unit > one.per_unit or fixed > one.fixed:
        return [Phrase("征询的价格是 {price}，新价格更高", price=one.per_unit if per_unit > one.per_unit else one.fixed)]
    if day < one.effective_from:
        return [Phrase("征询的生效日期是 {day}，新价格更早", day=one.effective_from)]
    first = earliest(one.announced_on, pack.notice_months)
    if day < first:
        return [Phrase("{announced} 公示，满 {months} 个月后最早可自 {first} 生效", announced=one.announced_on, months=pack.notice_months, first=first)]
    return short_of(one.votes, rule.quorum)
