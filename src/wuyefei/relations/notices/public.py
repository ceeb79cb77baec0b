"""The door of the room: what other rooms may use."""

from .actions.choosing import plan_waiting
from .actions.debits import tell_failed
from .actions.habits import reckon_habits
from .actions.letters import letters_document, print_letters
from .actions.planning import NothingToSend, NotReady, resume_batch, start_batch, stop_batch
from .actions.receipts import take_receipt
from .actions.reminding import Reminded, remind, remind_the_late
from .actions.running import rounds
from .actions.settings import save_carrier, set_address, set_lead, set_manner
from .actions.staff import MailUnsure, send_staff_mail
from .actions.texts import ForbiddenText, decide_version, save_version
from .actions.transactional import CannotSend, Outsider, anybody_sends, missing_for, send_transactional
from .actions.trials import NoSmartText, TrialOpen, end_trial, say_news, start_trial, withdraw_news
from .models import (
    Address,
    Batch,
    Carrier,
    Habit,
    Message,
    News,
    Reminder,
    Target,
    Template,
    Transactional,
    Trial,
    Version,
)
from .queries import (
    Coverage,
    batches,
    coverage,
    get_batch,
    habits,
    messages,
    news_of,
    reminders,
    targets,
    templates,
    told,
)
from .rules.debits import reason_of
from .rules.ladder import GOAL, LADDER, LEAD_DAYS
from .telling import register_opened, register_phrase, register_picture
from .trials import result_of

__all__ = [
    "MailUnsure",
    "send_staff_mail",
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
    "News",
    "NoSmartText",
    "NotReady",
    "NothingToSend",
    "Outsider",
    "Reminded",
    "Reminder",
    "Target",
    "Template",
    "Transactional",
    "Trial",
    "TrialOpen",
    "Version",
    "anybody_sends",
    "batches",
    "coverage",
    "decide_version",
    "end_trial",
    "get_batch",
    "habits",
    "letters_document",
    "messages",
    "missing_for",
    "news_of",
    "plan_waiting",
    "print_letters",
    "reason_of",
    "reckon_habits",
    "register_opened",
    "register_phrase",
    "register_picture",
    "remind",
    "remind_the_late",
    "reminders",
    "result_of",
    "resume_batch",
    "rounds",
    "save_carrier",
    "save_version",
    "say_news",
    "send_transactional",
    "set_address",
    "set_lead",
    "set_manner",
    "start_batch",
    "start_trial",
    "stop_batch",
    "take_receipt",
    "targets",
    "tell_failed",
    "templates",
    "told",
    "withdraw_news",
]
