"""The door of the room: what other rooms may use."""

from .actions.choosing import plan_waiting
from .actions.habits import reckon_habits
from .actions.letters import print_letters
from .actions.planning import NothingToSend, NotReady, resume_batch, start_batch, stop_batch
from .actions.receipts import take_receipt
from .actions.reminding import Reminded, remind, remind_the_late
from .actions.running import rounds
from .actions.settings import save_carrier, set_address, set_lead, set_manner
from .actions.texts import ForbiddenText, decide_version, save_version
from .actions.transactional import CannotSend, Outsider, anybody_sends, missing_for, send_transactional
from .models import (
    Address,
    Batch,
    Carrier,
    Habit,
    Message,
    Reminder,
    Target,
    Template,
    Transactional,
    Version,
)
from .queries import Coverage, batches, coverage, get_batch, messages, targets, templates, told
from .rules.ladder import GOAL, LADDER, LEAD_DAYS

__all__ = [
    "GOAL",
    "LADDER",
    "LEAD_DAYS",
    "Address",
    "Batch",
    "CannotSend",
    "Carrier",
    "Coverage",
    "ForbiddenText",
    "Habit",
    "Message",
    "NotReady",
    "NothingToSend",
    "Outsider",
    "Reminded",
    "Reminder",
    "Target",
    "Template",
    "Transactional",
    "Version",
    "anybody_sends",
    "batches",
    "coverage",
    "decide_version",
    "get_batch",
    "messages",
    "missing_for",
    "plan_waiting",
    "print_letters",
    "reckon_habits",
    "remind",
    "remind_the_late",
    "resume_batch",
    "rounds",
    "save_carrier",
    "save_version",
    "send_transactional",
    "set_address",
    "set_lead",
    "set_manner",
    "start_batch",
    "stop_batch",
    "take_receipt",
    "targets",
    "templates",
    "told",
]
