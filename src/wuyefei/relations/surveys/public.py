"""The door of the room: what other rooms may use."""

from .actions import Said, answer_wave, handle, open_due_waves, open_wave, rate_ticket
from .models import Answer, Wave
from .queries import Asked, answers, asked, can_rate, rating_of, results, to_call
from .rules import SCORES, AlreadyAnswered, check_score

__all__ = [
    "SCORES",
    "AlreadyAnswered",
    "Answer",
    "Asked",
    "Said",
    "Wave",
    "answer_wave",
    "answers",
    "asked",
    "can_rate",
    "check_score",
    "handle",
    "open_due_waves",
    "open_wave",
    "rate_ticket",
    "rating_of",
    "results",
    "to_call",
]
