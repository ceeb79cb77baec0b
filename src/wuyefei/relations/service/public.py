"""The door of the room: what other rooms may use."""

from .actions import HOLD, Asked, answer, ask_instalments, close, complain, dispute, raise_ticket, withdraw
from .models import Ticket
from .queries import (
    Record,
    get_ticket,
    get_ticket_of,
    instalment_months,
    months_offered,
    record_of,
    tickets,
    tickets_for,
    tickets_of,
)
from .rules import (
    ANSWER_WITHIN,
    KIND_NAMES,
    OUTCOME_NAMES,
    STATE_NAMES,
    TOPIC_NAMES,
    Kind,
    Outcome,
    State,
    Topic,
    words,
)

__all__ = [
    "ANSWER_WITHIN",
    "HOLD",
    "KIND_NAMES",
    "OUTCOME_NAMES",
    "STATE_NAMES",
    "TOPIC_NAMES",
    "Asked",
    "Kind",
    "Outcome",
    "Record",
    "State",
    "Ticket",
    "Topic",
    "answer",
    "ask_instalments",
    "close",
    "complain",
    "dispute",
    "get_ticket",
    "get_ticket_of",
    "instalment_months",
    "months_offered",
    "raise_ticket",
    "record_of",
    "tickets",
    "tickets_for",
    "tickets_of",
    "withdraw",
    "words",
]
