"""The door of the room: what other rooms may use."""

from .actions import HANDOVER_KIND, Taken, charge, hand_over, open_shift, take
from .models import DepositSlip, Shift, ShiftPayment
from .queries import Household, ShiftFigures, get_shift, household, open_shift_of, shift_figures, shifts
from .rules import HeldBills, NoOpenShift, NoteMissing, ShiftNotOpen, ShiftOpen
from .searching import Hit, find
from .slips import (
    SlipDraft,
    ask_void_slip,
    cash_on_hand,
    get_slip,
    make_slip,
    open_slips,
    settle_slip,
    shift_cash,
    shift_late,
    slip_late,
    slips,
    to_be_banked,
    unbanked,
)

__all__ = [
    "DepositSlip",
    "SlipDraft",
    "ask_void_slip",
    "cash_on_hand",
    "get_slip",
    "make_slip",
    "open_slips",
    "settle_slip",
    "shift_cash",
    "shift_late",
    "slip_late",
    "slips",
    "to_be_banked",
    "unbanked",
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
