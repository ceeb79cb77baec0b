"""The door of the room: what other rooms may use."""

from .actions.acting import CaseClosed, CaseMoved, Log, Logged, end_lane, grant_lane, log, set_next
from .actions.attaching import attach
from .actions.firstcalls import let_go
from .actions.handing import assign, hand_over, take_back, workers
from .actions.nightly import draft_all, draft_now
from .actions.policies import save_policy
from .actions.reckoning import reckon, reckon_all
from .actions.scripts import ForbiddenWords, save_script
from .actions.steps import adjust, drop, held_steps, release
from .keeping import KEPT, KEPT_YEARS, KeptFile, files_of, over, register_files, register_keeper
from .models import Act, CadencePolicy, Case, FirstCall, Handover, Lane, Promise, Reason, Script, Step
from .queries.cases import attachments, cases, get_case, open_cases, overdue_bills, workable
from .queries.firstcalls import first_calls
from .queries.policies import Span, usual_drive
from .queries.steps import steps
from .rules.cadence import LADDER, Age
from .rules.grades import MINIMUMS, Grade, Minimum
from .rules.nextstep import SILENT, Kind, Situation, next_step
from .rules.policy import DEFAULT, Policy
from .rules.scripts import interval

__all__ = [
    "DEFAULT",
    "LADDER",
    "MINIMUMS",
    "SILENT",
    "Act",
    "attach",
    "attachments",
    "Age",
    "CadencePolicy",
    "Case",
    "CaseClosed",
    "CaseMoved",
    "ForbiddenWords",
    "FirstCall",
    "Grade",
    "Handover",
    "KeptFile",
    "KEPT",
    "KEPT_YEARS",
    "Kind",
    "Lane",
    "Log",
    "Logged",
    "Minimum",
    "Policy",
    "Promise",
    "Reason",
    "Script",
    "Situation",
    "Span",
    "Step",
    "adjust",
    "assign",
    "cases",
    "draft_all",
    "draft_now",
    "drop",
    "end_lane",
    "files_of",
    "first_calls",
    "get_case",
    "grant_lane",
    "hand_over",
    "held_steps",
    "interval",
    "let_go",
    "log",
    "next_step",
    "open_cases",
    "overdue_bills",
    "over",
    "register_files",
    "register_keeper",
    "reckon",
    "reckon_all",
    "release",
    "save_policy",
    "save_script",
    "set_next",
    "steps",
    "take_back",
    "usual_drive",
    "workable",
    "workers",
]
