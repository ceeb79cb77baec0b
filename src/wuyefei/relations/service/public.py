"""The door of the room: what other rooms may use."""

from .actions import HOLD, answer, ask_instalments, close, complain, dispute, withdraw
from .models import Ticket
from .queries import get_ticket, get_ticket_of, instalment_months, tickets, tickets_of
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
)

__all__ = [
    "ANSWER_WITHIN",
    "HOLD",
    "KIND_NAMES",
    "OUTCOME_NAMES",
    "STATE_NAMES",
    "TOPIC_NAMES",
    "Kind",
    "Outcome",
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
    "tickets",
    "tickets_of",
    "withdraw",
]
