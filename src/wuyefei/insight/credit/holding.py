"""What this room holds about people, in the register of personal data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from wuyefei.estate.people.public import Person
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.platform.exports import Cell, Fen
from wuyefei.relations.privacy.public import Holding, register_holding

from .queries import changes, reviews, showings

RETAINED = "最后一项关系结束后，到保存期满删除"
GROUND = "按小区公布的规则给优惠（个人信息保护法第十三条）；可随时退出、要求说明和人工复核（第二十四条、第四十四条）"
Row = Sequence[Cell | Fen]


def _day(at: dt.datetime | None) -> dt.date | None:
    return at.astimezone(CHINA).date() if at else None


def _changes(actor: Actor, person: Person) -> Iterable[Row]:
    for row in changes(actor, person.pk).order_by("pk"):
        yield row.on, row.was, row.letter, row.points, str(row.get_cause_display())


def _reviews(actor: Actor, person: Person) -> Iterable[Row]:
    for row in reviews(actor).filter(person_id=person.pk):
        yield _day(row.made_at), row.said, str(row.get_state_display()), row.answer


def _showings(actor: Actor, person: Person) -> Iterable[Row]:
    for row in showings(actor).filter(person_id=person.pk, state="given"):
        yield _day(row.given_at), row.receiver, row.purpose, str(row.get_ground_display()), row.given


def register_own() -> None:
    see = Permission.CREDIT_VIEW
    for holding in (
        Holding("credit", "信用等级", "给优惠：非紧急报修优先、免费服务", GROUND, RETAINED, ("日期", "原来", "变为", "分数", "原因"), _changes, see),
        Holding("credit_review", "信用异议", "人工复核并答复", GROUND, RETAINED, ("日期", "说明", "结果", "答复"), _reviews, see),
        Holding(
            "credit_showing", "信用等级对外提供", "证明给了谁、凭什么", "履行法定义务所必需（个人信息保护法第十三条第三项、第二十三条）", RETAINED,
            ("日期", "接收方", "用途", "依据", "内容"), _showings, see,
        ),
    ):  # fmt: skip
        register_holding(holding)
