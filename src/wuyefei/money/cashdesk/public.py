"""The door of the room: what other rooms may use."""

from .actions import HANDOVER_KIND, Taken, charge, hand_over, open_shift, take
from .models import Shift, ShiftPayment
from .queries import Household, ShiftFigures, get_shift, household, open_shift_of, shift_figures, shifts
from .rules import HeldBills, NoOpenShift, NoteMissing, ShiftNotOpen, ShiftOpen
from .searching import Hit, find

__all__ = [
    "HANDOVER_KIND",
    "HeldBills",
    "Hit",
    "Household",
    "NoOpenShift",
    "NoteMissing",
    "Shift",
    "ShiftFigures",
    "ShiftNotOpen",
    "ShiftOpen",
    "ShiftPayment",
    "Taken",
    "charge",
    "find",
    "get_shift",
    "hand_over",
    "household",
    "open_shift",
    "open_shift_of",
    "shift_figures",
    "shifts",
    "take",
]
