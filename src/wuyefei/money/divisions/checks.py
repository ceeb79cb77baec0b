"""What ``verify`` proves of divisions."""

from __future__ import annotations

from collections.abc import Iterator

from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.kernel.money import yuan
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded, register_check

from .models import Division

TABLE = "divisions_division"


def conserved(organisation_id: int) -> Iterator[Yielded]:
    """The parts add up to what was divided and stand as bills of their shops; taken back, none of them stands any more."""
    rows = Division.objects.filter(organisation_id=organisation_id).select_related("bill").order_by("pk")
    for row in rows:
        parts = list(row.parts.select_related("receivable"))
        yield Examined(len(parts))
        total = sum(part.amount_fen for part in parts)
        if total != row.amount_fen:
            yield Finding("divisions.parts", TABLE, row.pk, Phrase("各份合计 {has}，应为 {should}", has=yuan(total), should=yuan(row.amount_fen)))
        booked = row.state in (Division.State.DONE, Division.State.UNDONE)
        for part in parts:
            made = part.receivable
            if (made is not None) != booked:
                yield Finding("divisions.parts", "divisions_part", part.pk, "没有对应的账单，或不该有")
            elif made is not None and (made.amount_fen, made.property_id, made.payer_id) != (part.amount_fen, part.property_id, part.payer_id):
                yield Finding("divisions.parts", "divisions_part", part.pk, "账单和拆分的不一致")
            elif made is not None and row.state == Division.State.UNDONE and made.reversed_at is None:
                yield Finding("divisions.parts", "divisions_part", part.pk, "拆分已撤销，这份账单还没有红冲")


def register() -> None:
    register_check("divisions.parts", "账单拆分到商铺，合计不变", conserved)
