"""Opening arrears and prepayments, and payments of the past: each line once, whatever file it comes in."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TypeVar

from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.kernel.money import yuan_text

from ..rules.plan import OpeningArrear, OpeningPrepayment
from .desk import Desk
from .work import NewMemo, Opening, PersonRef

Row = TypeVar("Row", OpeningArrear, OpeningPrepayment)
PAYING = ("payer", "owner", "developer")


def compare_opening(desk: Desk) -> None:
    owners = _owners(desk)
    desk.work.arrears_fen = _lines(desk, desk.plan.opening_arrears, "arrear", owners, desk.work.arrears)
    desk.work.prepayments_fen = _lines(desk, desk.plan.opening_prepayments, "prepayment", owners, desk.work.prepayments)
    _memos(desk)


def _owners(desk: Desk) -> dict[str, PersonRef]:
    """Who owes for a property now: a payer before the owner, the estate's before the file's."""
    found: dict[str, PersonRef] = {}
    for code, home in desk.standing.homes.items():
        present = [one for one in desk.standing.ties.get(home.id, ()) if one.ends_on is None or one.ends_on >= desk.today]
        for role in PAYING:
            person = next((one.person_id for one in present if one.role == role), None)
            if person is not None:
                found.setdefault(code, person)
    for role in PAYING:
        for tie in desk.work.ties:
            if tie.role == role:
                found.setdefault(tie.code, tie.person)
    return found


def _key(*parts: object) -> str:
    return hashlib.sha256("|".join("" if part is None else str(part) for part in parts).encode()).hexdigest()[:40]


def _lines(
    desk: Desk, rows: tuple[Row, ...], kind: str, owners: dict[str, PersonRef], wanted: list[Opening[Row]]
) -> int:
    """Plans what is not booked yet; returns the total of the good lines."""
    tally = desk.tally("opening_arrears" if kind == "arrear" else "opening_prepayments")
    seen: Counter[tuple[object, ...]] = Counter()
    total = 0
    for row in rows:
        code = desk.code(row.property_key)
        if not code:
            desk.error("unknown_property", row.source, Phrase("小区里没有房屋 {property_key}", property_key=row.property_key), "先导入房屋，或改正编号", row.property_key)
            continue
        payer = _payer(desk, row.person_key, code, owners)
        if payer is None:
            desk.error("no_payer", row.source, Phrase("{code} 没有可以记账的业主，期初余额不知道记在谁名下", code=code), "补上业主姓名；业主已换的先办过户", code)
            continue
        facts = (code, row.item, getattr(row, "first", None), getattr(row, "last", None), getattr(row, "origin", ""))
        seen[facts] += 1
        key = _key(kind, *facts, seen[facts])
        total += row.amount_fen
        booked = desk.standing.opened.get((kind, key))
        if booked is None:
            wanted.append(Opening(key, code, payer, row))
            tally.created += 1
        elif booked == row.amount_fen:
            tally.same += 1
        else:
            desk.warn(
                "opening_differs", row.source, Phrase("{code} 已按 {booked} 元入账，表里是 {amount_fen} 元，未改", code=code, booked=yuan_text(booked), amount_fen=yuan_text(row.amount_fen)),
                "要改请在账单里调整", code,
            )  # fmt: skip
            tally.skipped += 1
    return total


def _payer(desk: Desk, person_key: str, code: str, owners: dict[str, PersonRef]) -> PersonRef | None:
    """Whom the file names, if they are known or created; where it names nobody, whoever owes for the property now."""
    if not person_key:
        return owners.get(code)
    person = desk.persons.get(person_key)
    return person if isinstance(person, int) or person in desk.work.people else None


def _memos(desk: Desk) -> None:
    seen: Counter[tuple[object, ...]] = Counter()
    for row in desk.plan.payment_memos:
        code = desk.code(row.property_key)
        if not code:
            desk.error("unknown_property", row.source, Phrase("小区里没有房屋 {property_key}", property_key=row.property_key), "先导入房屋，或改正编号", row.property_key)
            continue
        facts = (code, row.item, row.first, row.last, row.paid_on, row.due_fen, row.paid_fen)
        seen[facts] += 1
        key = _key("memo", *facts, seen[facts])
        if key in desk.standing.memos:
            desk.tally("payment_memos").same += 1
        else:
            desk.work.memos.append(NewMemo(key, code, row))
            desk.tally("payment_memos").created += 1
