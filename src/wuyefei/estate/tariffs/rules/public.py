"""The door of the pure rules: what pure rules of other rooms, and whoever tries a charge out, may use."""

from .formula import BadFormula, all_values
from .rent import Escalation, Rent, RentStep, Turnover, prices, turnover_rent
from .shared import By, Participant, split
from .tiers import Step, check_steps, tiered
from .usage import Dial, Figure, Source, Stretch, stretch

__all__ = [
    "BadFormula",
    "By",
    "Dial",
    "Escalation",
    "Figure",
    "Participant",
    "Rent",
    "RentStep",
    "Source",
    "Step",
    "Stretch",
    "Turnover",
    "all_values",
    "check_steps",
    "prices",
    "split",
    "stretch",
    "tiered",
    "turnover_rent",
]
