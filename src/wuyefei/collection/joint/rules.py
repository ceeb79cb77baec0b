"""What may be shown for which purpose, what makes a joint visit and a three-party meeting, and the participation index
(product row G10; Personal Information Protection Law articles 5, 6 and 23: a stated purpose, the least data, on record)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from wuyefei.foundation.kernel.errors import Invalid, Phrase
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.kernel.text import mask_name


class Purpose(StrEnum):
    MEDIATE = "mediate"
    SERVICE = "service"
    HARDSHIP = "hardship"


PURPOSE_NAMES: dict[Purpose, str] = {Purpose.MEDIATE: "调解欠费", Purpose.SERVICE: "解决服务问题", Purpose.HARDSHIP: "帮扶困难家庭"}


class Field(StrEnum):
    ROOM = "room"
    SURNAME = "surname"
    REASON = "reason"
    PERIODS = "periods"
    OWED = "owed"


FIELD_NAMES: dict[Field, str] = {
    Field.ROOM: "房号", Field.SURNAME: "姓氏（名遮盖）", Field.REASON: "未缴原因", Field.PERIODS: "欠缴期数", Field.OWED: "欠费金额",
}  # fmt: skip
ALLOWED: dict[Purpose, tuple[Field, ...]] = {
    Purpose.MEDIATE: (Field.ROOM, Field.SURNAME, Field.REASON, Field.PERIODS, Field.OWED),
    Purpose.SERVICE: (Field.ROOM, Field.REASON),
    Purpose.HARDSHIP: (Field.ROOM, Field.SURNAME, Field.REASON),
}
"""The most that a purpose needs. Mobiles, identity numbers, call notes and classes are in no list."""
FEWEST_ON_VISIT = 2
MOST_HOUSEHOLDS = 60


class Side(StrEnum):
    STREET = "street"
    RESIDENTS = "residents"
    OWNERS = "owners"


SIDE_NAMES: dict[Side, str] = {Side.STREET: "街道", Side.RESIDENTS: "居委会", Side.OWNERS: "业主委员会或者业主代表"}
OFFICIAL = frozenset({Side.STREET, Side.RESIDENTS})


def check_fields(purpose: Purpose, fields: Collection[str]) -> tuple[Field, ...]:
    """The chosen fields in their order, the room always among them. Raises ``Invalid`` for one that the purpose does not need."""
    for code in fields:
        if code not in [field.value for field in ALLOWED[purpose]]:
            name = FIELD_NAMES[Field(code)] if code in list(Field) else code
            raise Invalid(field="提供的内容", reason=Phrase("「{purpose}」用不到「{field}」，不能提供", purpose=Phrase(PURPOSE_NAMES[purpose]), field=Phrase(name)))
    return tuple(field for field in ALLOWED[purpose] if field is Field.ROOM or field.value in fields)


def check_sides(sides: Collection[str]) -> tuple[Side, ...]:
    """The partners that were there, in order; raises ``Invalid`` for none that is known or without street or committee."""
    found = tuple(side for side in Side if side.value in sides)
    if not found or len(found) != len(set(sides)):
        raise Invalid(field="到场的", reason="请选街道、居委会或者业主代表")
    if not OFFICIAL & set(found):
        raise Invalid(field="到场的", reason="联合走访和三方会议须有街道或者居委会到场")
    return found


def check_people(count: int) -> int:
    if count < FEWEST_ON_VISIT:
        raise Invalid(field="人数", reason=Phrase("联合走访至少 {least} 人", least=FEWEST_ON_VISIT))
    return count


@dataclass(frozen=True, slots=True)
class Shown:
    """What is known of a household that a partner might be shown. Money in fen."""

    code: str
    name: str
    reason: str
    periods: int
    owed_fen: int


def row_of(shown: Shown, fields: Sequence[Field]) -> list[str]:
    """The household as the partner sees it: only these fields, the given name covered."""
    values = {
        Field.ROOM: shown.code, Field.SURNAME: mask_name(shown.name), Field.REASON: shown.reason or "—", Field.PERIODS: str(shown.periods),
        Field.OWED: yuan_text(shown.owed_fen),
    }  # fmt: skip
    return [values[field] for field in fields]


@dataclass(frozen=True, slots=True)
class Participation:
    """Of ``households``: ``reached`` were spoken with on a joint visit or came to a meeting, ``agreed`` have agreed on something;
    of ``meetings``, ``whole`` had street or committee and the owners' representatives beside the households."""

    households: int
    reached: int
    agreed: int
    meetings: int
    whole: int

    @property
    def index(self) -> int | None:
        """0 to 100: half for being reached, three tenths for agreeing (of those reached), two tenths for whole meetings;
        a part without anything to count gives nothing. Rounded half up; None without households."""
        if not self.households:
            return None
        parts = ((50, self.reached, self.households), (30, self.agreed, self.reached), (20, self.whole, self.meetings))
        top, bottom = 0, 1
        for weight, part, of in parts:
            if of:
                top, bottom = top * of + weight * part * bottom, bottom * of
        return (2 * top + bottom) // (2 * bottom)


def check_work(homes: int, cost_fen: int) -> None:
    """Raises ``Invalid`` naming the field."""
    if not 1 <= homes <= 100_000:
        raise Invalid(field="受益户数", reason="应为 1 到 100000")
    if not 0 < cost_fen <= 10_000_000_00:
        raise Invalid(field="预计花费", reason="应大于 0，不超过一千万元")


def cost_a_home(homes: int, cost_fen: int) -> int:
    """Fen a benefiting household, rounded half up: the small works with the large effect come first."""
    return (2 * cost_fen + homes) // (2 * homes)
