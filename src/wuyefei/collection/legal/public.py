"""The door of the room: what other rooms may use."""

from .actions.acting import NotEligible, act
from .actions.costs import CostOrder, ask_cost, ask_undo, award, link_dividend, refund_by_line
from .actions.following import tell
from .actions.letters import LetterWaits, arrived, followed, make_batch, make_letter, post, void
from .actions.opening import NotClaimable, open_matter, settle, watch
from .actions.papers import make_paper, printed
from .actions.urging import set_urging
from .composing.pack import Section, register_section
from .models import Claim, Cost, Event, Letter, Matter, Paper
from .queries.board import households
from .queries.matters import debts_of, get_matter, matters, open_matters
from .rules.eligibility import Road, roads
from .rules.expenses import Fee, Move
from .rules.limitation import Break, Interruption, Obstacle, clock_of
from .rules.road import Step

__all__ = [
    "Break",
    "Claim",
    "Cost",
    "CostOrder",
    "Event",
    "Fee",
    "Interruption",
    "Letter",
    "LetterWaits",
    "Matter",
    "Move",
    "NotClaimable",
    "NotEligible",
    "Obstacle",
    "Paper",
    "Road",
    "Section",
    "Step",
    "act",
    "arrived",
    "ask_cost",
    "ask_undo",
    "award",
    "clock_of",
    "debts_of",
    "followed",
    "get_matter",
    "households",
    "link_dividend",
    "make_batch",
    "make_letter",
    "make_paper",
    "matters",
    "open_matter",
    "open_matters",
    "post",
    "printed",
    "refund_by_line",
    "register_section",
    "roads",
    "set_urging",
    "settle",
    "tell",
    "void",
    "watch",
]
