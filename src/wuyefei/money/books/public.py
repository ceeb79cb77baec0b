"""The door of the room: what other rooms may use."""

from .actions import ExportedBefore, VoucherFile, export_vouchers, save_codes
from .models import AccountCode, VoucherExport
from .queries.exports import codes, exports
from .queries.reports import MOVED, income, movement_of, trial_balance
from .queries.scope import Scope, scope_of
from .queries.ties import ties
from .rules import TIE_NAMES, IncomeRow, Tie
from .vouchers import TARGETS

__all__ = [
    "MOVED",
    "TARGETS",
    "TIE_NAMES",
    "AccountCode",
    "ExportedBefore",
    "IncomeRow",
    "Scope",
    "Tie",
    "VoucherExport",
    "VoucherFile",
    "codes",
    "export_vouchers",
    "exports",
    "income",
    "movement_of",
    "save_codes",
    "scope_of",
    "ties",
    "trial_balance",
]
