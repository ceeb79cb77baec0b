"""Whose money a line is, and how sure that is (product row D1). The weights are worked in ``docs/rules/matching.md``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice


class Reason(StrEnum):
    """What speaks for a household."""

    ACCOUNT = "account"
    HABIT = "habit"
    ROOM = "room"
    NAME = "name"
    MEMO_NAME = "memo_name"
    AMOUNT = "amount"


WEIGHTS: dict[Reason, int] = {
    Reason.ACCOUNT: 60,
    Reason.HABIT: 60,
    Reason.ROOM: 50,
    Reason.NAME: 30,
    Reason.MEMO_NAME: 20,
    Reason.AMOUNT: 30,
}
SURE = 80
"""A line is booked by itself from this score on …"""
LEAD = 30
"""… where the next payer is this far behind, and nobody else is named by account, habit or name."""
IDENTITY = frozenset({Reason.ACCOUNT, Reason.HABIT, Reason.NAME})
MOST = 5
"""So many households are proposed to whoever claims the line."""
NAMESAKES = 8
"""Of more people with one name, only so many are proposed for the name alone."""


class Doubt(StrEnum):
    """Why a line is not booked by itself though somebody was found."""

    WEAK = "weak"
    CLOSE = "close"
    OTHER = "other"
    SURPLUS = "surplus"
    CHANGED = "changed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a line says. ``mark`` is the payer's account as it is looked up by, empty where the line names none."""

    amount_fen: int
    payer_name: str = ""
    mark: str = ""
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """An open bill of a payer, in order of due date; ``fen`` with its late fee as of the line's day."""

    receivable_id: int
    property_id: int
    fen: int


@dataclass(slots=True)
class Directory:
    """Everybody of a community, by what a line may say of them."""

    payers: dict[int, list[int]] = field(default_factory=dict)
    """Who pays for a property now, by property."""
    homes: dict[int, list[int]] = field(default_factory=dict)
    """The properties a person pays for, by person; the main one first."""
    by_mark: dict[str, list[int]] = field(default_factory=dict)
    by_habit: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    by_name: dict[str, dict[int, None]] = field(default_factory=dict)
    """The people of each name, in order: a dictionary, because there may be hundreds of one."""
    by_room: dict[str, list[int]] = field(default_factory=dict)

    def add(self, property_id: int, code: str, payer_id: int, name: str, mark: str = "") -> None:
        """A property and who pays for it."""
        self.payers.setdefault(property_id, []).append(payer_id)
        homes = self.homes.setdefault(payer_id, [])
        homes.append(property_id)
        rooms = self.by_room.setdefault(room_key(code), [])
        if property_id not in rooms:
            rooms.append(property_id)
        if len(homes) == 1:
            self.by_name.setdefault(name_key(name), {})[payer_id] = None
            if mark:
                self.by_mark.setdefault(mark, []).append(payer_id)


_BITS: dict[Reason, int] = {reason: 1 << place for place, reason in enumerate(Reason)}
_SETS: list[frozenset[Reason]] = [frozenset(one for one in Reason if bits & _BITS[one]) for bits in range(1 << len(Reason))]
"""Every set of reasons once, by its bits: a large file names hundreds of thousands of them."""
_SCORES: dict[frozenset[Reason], int] = {reasons: sum(WEIGHTS[one] for one in reasons) for reasons in _SETS}
_WITH_AMOUNT = {reasons: _SETS[bits | _BITS[Reason.AMOUNT]] for bits, reasons in enumerate(_SETS)}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A payer with the household the money would be for."""

    property_id: int
    payer_id: int
    reasons: frozenset[Reason]

    @property
    def score(self) -> int:
        return _SCORES[self.reasons]


@dataclass(frozen=True, slots=True)
class Verdict:
    """``ranked``: the likeliest first, one a payer. ``doubt`` is None where the first is sure. ``receivable_ids``: the
    bills of the room that was named, where the money fits into them; else the payer's oldest."""

    ranked: tuple[Candidate, ...] = ()
    doubt: Doubt | None = None
    receivable_ids: tuple[int, ...] | None = None

    @property
    def sure(self) -> bool:
        return bool(self.ranked) and self.doubt is None


_PARTS = re.compile(r"[A-Za-z0-9]+")
_ROOMS = re.compile(
    r"[A-Za-z]?\d{1,4}[A-Za-z]?(?:\s*(?:(?:号楼|单元|栋|幢|座|楼|区)[-－—–]?|[-－—–_/#.])\s*[A-Za-z]?\d{1,5}[A-Za-z]?)+(?!\s*(?:月|年|日|季|元|\d))"
)
_NAMES = re.compile(r"[一-鿿]{2,40}")
_AHEAD = "预"


def room_key(code: str) -> str:
    """``3栋2单元1201室``, ``3-2-1201`` → ``3-2-1201``: the numbers and letters of a code, joined."""
    return "-".join(_PARTS.findall(code)).upper()


def name_key(name: str) -> str:
    return re.sub(r"[\s·.]", "", name)


def rooms_in(memo: str) -> Iterator[str]:
    """Every room a text may name: ``缴3-2-1201物业费`` names ``3-2-1201``, and ``2-1201`` where codes are so short."""
    for found in _ROOMS.finditer(memo):
        parts = _PARTS.findall(found[0].upper())
        for length in range(len(parts), 1, -1):
            for start in range(len(parts) - length + 1):
                yield "-".join(parts[start : start + length])


def names_in(memo: str) -> Iterator[str]:
    """Every run of two to four characters in a text: names are found among them."""
    for run in _NAMES.findall(memo):
        for length in (4, 3, 2):
            for start in range(len(run) - length + 1):
                yield run[start : start + length]


def candidates(facts: Facts, directory: Directory) -> list[Candidate]:
    """Who the line may be from, by everything but the amount."""
    found: dict[tuple[int, int], int] = {}
    payers: dict[int, int] = {}
    for payer_id in directory.by_mark.get(facts.mark, ()) if facts.mark else ():
        payers[payer_id] = payers.get(payer_id, 0) | _BITS[Reason.ACCOUNT]
    for home in directory.by_habit.get(facts.mark, ()) if facts.mark else ():
        found[home] = found.get(home, 0) | _BITS[Reason.HABIT]
    for property_id in _rooms(facts.memo, directory) if facts.memo else ():
        for payer_id in directory.payers[property_id]:
            found[property_id, payer_id] = found.get((property_id, payer_id), 0) | _BITS[Reason.ROOM]
    seen = {payer_id for _property, payer_id in found} | set(payers)
    for payer_id in _named(name_key(facts.payer_name), directory, seen) if facts.payer_name else ():
        payers[payer_id] = payers.get(payer_id, 0) | _BITS[Reason.NAME]
    for name in names_in(facts.memo) if facts.memo else ():
        for payer_id in _named(name, directory, seen):
            payers[payer_id] = payers.get(payer_id, 0) | _BITS[Reason.MEMO_NAME]
    named = list(found)
    for payer_id, reasons in payers.items():
        for home in [home for home in named if home[1] == payer_id] or [(directory.homes[payer_id][0], payer_id)]:
            found[home] = found.get(home, 0) | reasons
    return [Candidate(property_id, payer_id, _SETS[reasons]) for (property_id, payer_id), reasons in found.items()]


def _named(name: str, directory: Directory, seen: set[int]) -> Sequence[int]:
    """The people of a name: all, or of very many those found by something else and a few beside."""
    people = directory.by_name.get(name)
    if people is None:
        return ()
    if len(people) <= NAMESAKES:
        return list(people)
    return [*(one for one in seen if one in people), *(one for one in islice(people, NAMESAKES) if one not in seen)]


def _rooms(memo: str, directory: Directory) -> list[int]:
    """The properties of the longest room named; a shorter reading of the same words does not count beside it."""
    best: list[int] = []
    length = 0
    for key in rooms_in(memo):
        parts = key.count("-")
        if key in directory.by_room and parts >= length:
            best = directory.by_room[key] if parts > length else [*best, *directory.by_room[key]]
            length = parts
    return list(dict.fromkeys(best))


def judge(facts: Facts, found: Sequence[Candidate], dues: Mapping[int, Sequence[Due]]) -> Verdict:
    """Weigh the candidates, the amount among the rest. ``dues`` by payer, in order of due date."""
    if not found:
        return Verdict()
    weighed = [_weighed(one, facts.amount_fen, dues.get(one.payer_id, ())) for one in found]
    ranked = _one_a_payer(weighed)
    best = ranked[0]
    doubt = _doubt(best, ranked[1:], facts, dues.get(best.payer_id, ()))
    return Verdict(tuple(ranked[:MOST]), doubt, _chosen(best, facts.amount_fen, dues.get(best.payer_id, ())))


def _fits(fen: int, sums: Sequence[int]) -> bool:
    """Whether an amount is that of the oldest bills, of all, or of one."""
    total = 0
    for each in sums:
        total += each
        if total == fen or each == fen:
            return True
    return False


def _weighed(one: Candidate, fen: int, dues: Sequence[Due]) -> Candidate:
    here = [due.fen for due in dues if due.property_id == one.property_id]
    if _fits(fen, here) or (len(here) < len(dues) and _fits(fen, [due.fen for due in dues])):
        return Candidate(one.property_id, one.payer_id, _WITH_AMOUNT[one.reasons])
    return one


def _one_a_payer(found: Sequence[Candidate]) -> list[Candidate]:
    """The best household of each payer, the best payer first; equals in order of their ids."""
    best: dict[int, Candidate] = {}
    for one in sorted(found, key=lambda one: (-one.score, one.property_id, one.payer_id)):
        best.setdefault(one.payer_id, one)
    return list(best.values())


def _doubt(best: Candidate, others: Sequence[Candidate], facts: Facts, dues: Sequence[Due]) -> Doubt | None:
    if best.score < SURE:
        return Doubt.WEAK
    if others and best.score - others[0].score < LEAD:
        return Doubt.CLOSE
    if any((other.reasons & IDENTITY) - best.reasons for other in others):
        return Doubt.OTHER
    if facts.amount_fen > sum(due.fen for due in dues) and _AHEAD not in facts.memo:
        return Doubt.SURPLUS
    return None


def _chosen(best: Candidate, fen: int, dues: Sequence[Due]) -> tuple[int, ...] | None:
    if Reason.ROOM not in best.reasons:
        return None
    here = [due for due in dues if due.property_id == best.property_id]
    return tuple(due.receivable_id for due in here) if here and fen <= sum(due.fen for due in here) else None
