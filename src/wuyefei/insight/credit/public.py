"""The door of the room. For the owner's own pages, the demo and the command line alone: no other room reads a rating."""

from .actions.giving import give_free
from .actions.reckoning import reckon, reckon_all
from .actions.reviewing import assign, decide
from .actions.showing import Order, ask_showing, set_door
from .actions.wishes import choose_own, note_choice, object_for, object_own, withdraw_own
from .models import Change, Rating, Review
from .queries import (
    facts_of,
    own_changes,
    own_choice,
    own_free,
    own_rating,
    own_reviews,
    own_showings,
    ratings,
    reviewers,
)
from .rules import (
    ANSWER_DAYS,
    FREE_SERVICES,
    HEAD_START_HOURS,
    LETTER_NAMES,
    Rated,
    free_left,
    head_start,
    rate,
)

__all__ = [
    "ANSWER_DAYS",
    "FREE_SERVICES",
    "HEAD_START_HOURS",
    "LETTER_NAMES",
    "Change",
    "Order",
    "Rated",
    "Rating",
    "Review",
    "ask_showing",
    "assign",
    "choose_own",
    "decide",
    "facts_of",
    "free_left",
    "give_free",
    "head_start",
    "note_choice",
    "object_for",
    "object_own",
    "own_changes",
    "own_choice",
    "own_free",
    "own_rating",
    "own_reviews",
    "own_showings",
    "rate",
    "ratings",
    "reckon",
    "reckon_all",
    "reviewers",
    "set_door",
    "withdraw_own",
]
