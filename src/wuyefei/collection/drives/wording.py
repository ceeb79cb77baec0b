"""A drive in words."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.insight.measures.public import rate

from .models import Drive
from .rules import Aim


def percent(part: Decimal | None) -> str:
    """Two decimals; a dash where there is nothing to divide by."""
    return "—" if part is None else f"{part * 100:.2f}%"


def share(part_fen: int, whole_fen: int) -> Decimal | None:
    """The part as a rate to four places; None of nothing."""
    return rate(part_fen, whole_fen)


def aim_text(drive: Drive) -> str:
    """The aim as it was set."""
    if drive.aim == Aim.RATE:
        return _("当期收缴率 %(rate)s") % {"rate": percent(drive.target_rate)}
    return _("收回 %(sum)s 元") % {"sum": yuan_text(drive.target_fen)}


def way_name(code: str, names: Mapping[str, Any]) -> str:
    return str(names.get(code, code))
