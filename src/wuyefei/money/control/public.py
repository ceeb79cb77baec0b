"""The door of the room: what other rooms may use."""

from .actions import check, draw, settle, tick
from .models import Check, ControlPoint, ControlTest, Draw, Item, Mismatch, Pack, StubCheck
from .packing import Made, make_pack
from .points import PointDraft, end_control, note_test, register_control
from .queries import controls, draws, items, mismatches, month_stubs, point_of, stub_checks
from .rules import Already, NotOver, Quarter, SameHand, monday_of

__all__ = [
    "Already",
    "Check",
    "ControlPoint",
    "ControlTest",
    "Draw",
    "Item",
    "Made",
    "Mismatch",
    "NotOver",
    "Pack",
    "PointDraft",
    "Quarter",
    "SameHand",
    "StubCheck",
    "check",
    "controls",
    "draw",
    "draws",
    "end_control",
    "items",
    "make_pack",
    "mismatches",
    "monday_of",
    "month_stubs",
    "note_test",
    "point_of",
    "register_control",
    "settle",
    "stub_checks",
    "tick",
]
