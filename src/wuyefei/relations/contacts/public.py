"""The door of the room: what other rooms may use."""

from .actions.guarding import StepRefused, keep_refusal, reason_text
from .actions.logging import (
    ContactChanged,
    Draft,
    cancel,
    cancel_planned,
    close,
    lock_people,
    log_sent,
    plan,
    record,
    settle_sent,
    try_step,
)
from .actions.settings import remove_day, save_day, save_limits
from .actions.wishes import add_ground, end_ground, set_wish
from .models import Contact, Ground, Refusal, Wish
from .preferences import InBulk, Preference, register_preferences
from .queries import (
    DISPUTE,
    Wanted,
    contacts,
    gather,
    get_contact,
    likes,
    limits_of,
    ordinary,
    plain_facts,
    refusals,
    wishes_of,
    work_calendar,
)
from .rules.guard import Allowed, Facts, Refused, Verdict, check, next_moment
from .rules.limits import DEFAULTS, Cap, Limits, Window, check_limits
from .rules.measures import BANS, Ban
from .rules.phrases import measures_in
from .rules.sources import SOURCES
from .rules.steps import CHANNEL_NAMES, Channel, Past, Purpose, Recipient, Step

__all__ = [
    "BANS",
    "DEFAULTS",
    "DISPUTE",
    "SOURCES",
    "Allowed",
    "Ban",
    "Cap",
    "CHANNEL_NAMES",
    "Channel",
    "Contact",
    "ContactChanged",
    "Draft",
    "Facts",
    "Ground",
    "InBulk",
    "Limits",
    "Past",
    "Preference",
    "Purpose",
    "Recipient",
    "Refusal",
    "Refused",
    "Step",
    "StepRefused",
    "Verdict",
    "Wanted",
    "Window",
    "Wish",
    "add_ground",
    "cancel",
    "cancel_planned",
    "check",
    "check_limits",
    "close",
    "contacts",
    "end_ground",
    "gather",
    "get_contact",
    "keep_refusal",
    "likes",
    "limits_of",
    "lock_people",
    "log_sent",
    "measures_in",
    "next_moment",
    "ordinary",
    "plain_facts",
    "plan",
    "reason_text",
    "record",
    "refusals",
    "register_preferences",
    "remove_day",
    "save_day",
    "save_limits",
    "set_wish",
    "settle_sent",
    "try_step",
    "wishes_of",
    "work_calendar",
]
