"""The door of the room: what other rooms may use."""

from .actions.following import FOLLOW, follow_plan, follow_plans
from .actions.plans import HARDSHIP_KIND, POLICY_KIND, PlanTerms, assess, propose, sign
from .models import Assessment, Plan, PlanBill, PlanPart
from .queries import get_plan, limitations, plans, running_plan, verdicts
from .rules import Basis, Going, Limitation, Seat, State, Verdict

__all__ = [
    "FOLLOW",
    "HARDSHIP_KIND",
    "POLICY_KIND",
    "Assessment",
    "Basis",
    "Going",
    "Limitation",
    "Plan",
    "PlanBill",
    "PlanPart",
    "PlanTerms",
    "Seat",
    "State",
    "Verdict",
    "assess",
    "follow_plan",
    "follow_plans",
    "get_plan",
    "limitations",
    "plans",
    "propose",
    "running_plan",
    "sign",
    "verdicts",
]
