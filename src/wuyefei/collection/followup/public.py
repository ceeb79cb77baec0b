"""The door of the room: what other rooms may use."""

from .actions.acting import CaseClosed, CaseMoved, Log, Logged, assign, end_lane, grant_lane, log, set_next
from .actions.reckoning import reckon, reckon_all
from .actions.scripts import ForbiddenWords, save_script
from .models import Act, Case, Lane, Promise, Script
from .queries.cases import cases, get_case, open_cases, workable
from .rules.cadence import LADDER, Age
from .rules.grades import Grade, Minimum
from .rules.nextstep import Kind, Situation, next_step

__all__ = [
    "LADDER",
    "Act",
    "Age",
    "Case",
    "CaseClosed",
    "CaseMoved",
    "ForbiddenWords",
    "Grade",
    "Kind",
    "Lane",
    "Log",
    "Logged",
    "Minimum",
    "Promise",
    "Script",
    "Situation",
    "assign",
    "cases",
    "end_lane",
    "get_case",
    "grant_lane",
    "log",
    "next_step",
    "open_cases",
    "reckon",
    "reckon_all",
    "save_script",
    "set_next",
    "workable",
]
