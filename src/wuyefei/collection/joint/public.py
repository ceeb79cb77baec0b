"""The door of the room: what other rooms may use."""

from .actions import (
    EffortClosed,
    JoinedElsewhere,
    Minutes,
    Opening,
    Went,
    close_effort,
    join,
    leave,
    met,
    open_effort,
    plan_work,
    show,
    visited,
    work_done,
)
from .models import Effort, Household, Meeting, Showing, Visit, Work
from .queries import efforts, get_effort, participation
from .rules import Participation

__all__ = [
    "Effort",
    "EffortClosed",
    "Household",
    "JoinedElsewhere",
    "Meeting",
    "Minutes",
    "Opening",
    "Participation",
    "Showing",
    "Visit",
    "Went",
    "Work",
    "close_effort",
    "efforts",
    "get_effort",
    "join",
    "leave",
    "met",
    "open_effort",
    "participation",
    "plan_work",
    "show",
    "visited",
    "work_done",
]
