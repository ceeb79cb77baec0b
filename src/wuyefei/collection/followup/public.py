"""The door of the room: what other rooms may use."""

from .actions.acting import CaseClosed, CaseMoved, Log, Logged, end_lane, grant_lane, log, set_next
from .actions.handing import assign, hand_over, take_back
from .actions.policies import save_policy
from .actions.reckoning import reckon, reckon_all
from .actions.scripts import ForbiddenWords, save_script
from .actions.steps import adjust, draft_all, draft_now, drop, release
from .models import Act, CadencePolicy, Case, Handover, Lane, Promise, Script, Step
from .queries.cases import cases, get_case, open_cases, workable
from .rules.cadence import LADDER, Age
from .rules.grades import Grade, Minimum
from .rules.nextstep import Kind, Situation, next_step
from .rules.policy import DEFAULT, Policy

__all__ = [
    "DEFAULT",
    "LADDER",
    "Act",
    "Age",
    "CadencePolicy",
    "Case",
    "CaseClosed",
    "CaseMoved",
    "ForbiddenWords",
    "Grade",
    "Handover",
    "Kind",
    "Lane",
    "Log",
    "Logged",
    "Minimum",
    "Policy",
    "Promise",
    "Script",
    "Situation",
    "Step",
    "adjust",
    "assign",
    "cases",
    "draft_all",
    "draft_now",
    "drop",
    "end_lane",
    "get_case",
    "grant_lane",
    "hand_over",
    "log",
    "next_step",
    "open_cases",
    "reckon",
    "reckon_all",
    "release",
    "save_policy",
    "save_script",
    "set_next",
    "take_back",
    "workable",
]
