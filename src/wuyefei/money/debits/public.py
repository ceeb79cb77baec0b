"""The door of the room: what other rooms may use."""

from .actions.batches import BillsMoved, NoTerms, NothingToDebit, file_of, give_up, make_batch, send, undo
from .actions.mandates import HasMandate, MandateDraft, end, sign
from .actions.returns import Answered, import_answer
from .actions.settling import MoreThanTaken, accept, settle
from .actions.terms import TermsDraft, save_terms
from .actions.unsettling import ask_unsettle
from .models import DebitBatch, DebitBill, DebitItem, DebitTerms, Mandate, ReturnFile
from .queries import batches, get_batch, get_mandate, last_tries, mandates, payer_debits
from .rules.answers import AnswerRefused
from .rules.layouts import CSV_COLUMNS

__all__ = [
    "AnswerRefused",
    "Answered",
    "CSV_COLUMNS",
    "BillsMoved",
    "DebitBatch",
    "DebitBill",
    "DebitItem",
    "DebitTerms",
    "HasMandate",
    "Mandate",
    "MandateDraft",
    "MoreThanTaken",
    "NoTerms",
    "NothingToDebit",
    "ReturnFile",
    "TermsDraft",
    "accept",
    "ask_unsettle",
    "batches",
    "end",
    "file_of",
    "get_batch",
    "get_mandate",
    "give_up",
    "import_answer",
    "last_tries",
    "make_batch",
    "mandates",
    "payer_debits",
    "save_terms",
    "send",
    "settle",
    "sign",
    "undo",
]
