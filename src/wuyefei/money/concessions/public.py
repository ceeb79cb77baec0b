"""The door of the room: what other rooms may use."""

from .actions.following import FOLLOW, follow_plan, follow_plans
from .actions.plans import HARDSHIP_KIND, POLICY_KIND, PlanTerms, assess, propose, sign
from .limiting import limits_of
from .models import Assessment, Plan, PlanBill, PlanPart
from .origins import Origin, register_origin
from .queries import get_plan, limitations, plan_from, plans, running_plan, verdicts
from .rules.plans import Basis, Going, Limitation, Seat, State, Verdict

__all__ = [
    "FOLLOW",
    "HARDSHIP_KIND",
    "POLICY_KIND",
    "Assessment",
    "Basis",
    "Going",
    "Limitation",
    "Origin",
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
    "limits_of",
    "plan_from",
    "plans",
    "propose",
    "register_origin",
    "running_plan",
    "sign",
    "verdicts",
]
