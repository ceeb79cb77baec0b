"""The door of the room: what other rooms may use."""

from .actions.following import FOLLOW, follow_plan, follow_plans
from .actions.given_up import GivingUp, ask_giving_up, take_up_again
from .actions.measures import (
    FOLLOW_MEASURES,
    MEASURE_KIND,
    MeasureOrder,
    ask_measure,
    end_measure,
    follow_measures,
    record_service,
)
from .actions.plans import HARDSHIP_KIND, POLICY_KIND, PlanTerms, assess, propose, sign
from .actions.years import FOLLOW_YEARS, YEAR_KIND, ask_year, follow_year, follow_years
from .granted import Granted, granted_on
from .limiting import limits_of
from .measures import get_measure, measures
from .models import Assessment, GivenUp, Measure, MeasureBill, Plan, PlanBill, PlanPart, YearBill
from .origins import Origin, register_origin
from .queries import SEATS, get_plan, limitations, may_take_seat, plan_from, plans, running_plan, verdicts
from .rules.emergency import MeasureState
from .rules.emergency import Terms as MeasureTerms
from .rules.given_up import Ground, Paper, Way
from .rules.plans import SEAT_NAMES, Basis, Going, Limitation, NotAgreed, Seat, SeatTaken, State, Verdict
from .rules.yearly import Offer, YearState

__all__ = [
    "FOLLOW",
    "HARDSHIP_KIND",
    "POLICY_KIND",
    "Assessment",
    "Basis",
    "Going",
    "Granted",
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
    "granted_on",
    "limitations",
    "limits_of",
    "plan_from",
    "plans",
    "propose",
    "register_origin",
    "running_plan",
    "sign",
    "verdicts",
    "FOLLOW_MEASURES",
    "FOLLOW_YEARS",
    "MEASURE_KIND",
    "Measure",
    "MeasureBill",
    "MeasureState",
    "NotAgreed",
    "SEATS",
    "may_take_seat",
    "SEAT_NAMES",
    "SeatTaken",
    "get_measure",
    "measures",
    "MeasureOrder",
    "ask_measure",
    "end_measure",
    "follow_measures",
    "record_service",
    "MeasureTerms",
    "Offer",
    "YEAR_KIND",
    "YearBill",
    "YearState",
    "ask_year",
    "follow_year",
    "follow_years",
    "GivenUp",
    "GivingUp",
    "Ground",
    "Paper",
    "Way",
    "ask_giving_up",
    "take_up_again",
]
