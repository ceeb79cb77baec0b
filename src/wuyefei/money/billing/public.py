"""The door of the room: what other rooms may use."""

from .actions.ahead import bill_ahead, discount, take_back, years_ahead
from .actions.deferrals import RELEASE, release_income
from .actions.drafting import start_draft
from .actions.granting import Concession, Grant, grant
from .actions.holds import ask_hold, end_hold, place_hold
from .actions.losses import recover, write_off
from .actions.published import Published, register_after_publish, register_deposit_keeper, tell
from .actions.rebilling import DraftedAhead, Share, rebill, refuse_drafted
from .actions.receivables import (
    HasPayments,
    OpeningArrears,
    ask_adjustment,
    ask_reversal,
    ask_waiver,
    book_opening,
    charge_once,
    waive_part,
)
from .actions.runs import (
    PUBLISH_KIND,
    DraftResult,
    Selection,
    confirm_run,
    discard_run,
    draft_run,
    lines_digest,
    strike_line,
)
from .actions.sheets import SheetRow, book_sheet
from .actions.voiding import ask_void_run
from .explaining import Explanation, LateFee, explanation, late_fee_of
from .fees import (
    LATE_FEE_FEEDS_SQL,
    LATE_FEE_SET_SQL,
    LATE_FEE_SQL,
    Standing,
    history,
    late_fee_stopped,
    lock_receivables,
    lost_among,
    lost_fen,
    refresh,
    register_source,
    standings,
)
from .kinds import month_charges
from .models import Adjustment, Deferral, LateFeeHold, LateFeeWaiver, Receivable, Run, RunLine
from .queries import (
    DEFERRAL,
    INSTALMENT,
    OpenBill,
    deferred_on,
    get_receivable,
    get_run,
    open_bills,
    open_bills_each,
    receivables,
    run_lines,
    runs,
)
from .rules.ahead import Hindrance, Year, year_span
from .rules.cycles import cycles, due_date
from .rules.drafting import thawed_prices
from .rules.explaining import explain
from .rules.late_fee import DEFAULT_CAP, DEFAULT_RATE, Change, Stretch, stretches
from .rules.proration import Convention, Price, charge_by_month, share_of, share_text
from .settling import OpenAccount, OpenAccounts, lock_accounts

__all__ = [
    "DEFAULT_CAP",
    "DEFAULT_RATE",
    "DEFERRAL",
    "INSTALMENT",
    "LATE_FEE_FEEDS_SQL",
    "LATE_FEE_SET_SQL",
    "LATE_FEE_SQL",
    "PUBLISH_KIND",
    "Published",
    "RELEASE",
    "Adjustment",
    "Change",
    "Concession",
    "Convention",
    "Deferral",
    "DraftResult",
    "DraftedAhead",
    "Explanation",
    "Grant",
    "HasPayments",
    "Hindrance",
    "LateFee",
    "LateFeeHold",
    "LateFeeWaiver",
    "OpenAccount",
    "OpenAccounts",
    "OpenBill",
    "OpeningArrears",
    "Price",
    "Receivable",
    "Run",
    "RunLine",
    "Selection",
    "Share",
    "SheetRow",
    "Standing",
    "Stretch",
    "Year",
    "ask_adjustment",
    "ask_hold",
    "ask_reversal",
    "ask_void_run",
    "ask_waiver",
    "book_opening",
    "book_sheet",
    "charge_by_month",
    "charge_once",
    "confirm_run",
    "cycles",
    "discard_run",
    "draft_run",
    "due_date",
    "end_hold",
    "explain",
    "explanation",
    "get_receivable",
    "get_run",
    "grant",
    "history",
    "late_fee_of",
    "late_fee_stopped",
    "lines_digest",
    "lock_accounts",
    "lock_receivables",
    "month_charges",
    "open_bills",
    "open_bills_each",
    "place_hold",
    "rebill",
    "receivables",
    "refresh",
    "refuse_drafted",
    "register_after_publish",
    "register_deposit_keeper",
    "register_source",
    "release_income",
    "run_lines",
    "runs",
    "share_of",
    "share_text",
    "standings",
    "start_draft",
    "stretches",
    "tell",
    "strike_line",
    "waive_part",
    "bill_ahead",
    "deferred_on",
    "discount",
    "lost_among",
    "lost_fen",
    "recover",
    "write_off",
    "take_back",
    "year_span",
    "years_ahead",
    "thawed_prices",
]
