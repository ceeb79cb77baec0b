"""The door of the pure rules: what pure rules of other rooms, and whoever tries a charge out, may use."""

from .deposits import DepositBy, DepositRule, deposit_fen
from .formula import BadFormula, all_values
from .pricing import TariffPrice, check_price
from .rent import Escalation, Rent, RentStep, Turnover, prices, share_of_month, turnover_rent
from .schedule import DayPrice, NobodyLivesThere, Parts, remade, schedule
from .shared import By, Participant, split
from .terms import ENGLISH_PARTS, PARTS, check_terms, lease, turnover
from .tiers import Step, check_steps, tiered
from .typed import formulas as typed_formulas
from .typed import rent as typed_rent
from .usage import Dial, Figure, Source, Stretch, cut, stretch

__all__ = [
    "ENGLISH_PARTS",
    "PARTS",
    "BadFormula",
    "By",
    "DayPrice",
    "DepositBy",
    "DepositRule",
    "Dial",
    "Escalation",
    "Figure",
    "NobodyLivesThere",
    "Participant",
    "Parts",
    "Rent",
    "RentStep",
    "Source",
    "Step",
    "Stretch",
    "TariffPrice",
    "Turnover",
    "all_values",
    "check_price",
    "check_steps",
    "check_terms",
    "cut",
    "deposit_fen",
    "lease",
    "prices",
    "remade",
    "schedule",
    "share_of_month",
    "split",
    "stretch",
    "tiered",
    "turnover",
    "turnover_rent",
    "typed_formulas",
    "typed_rent",
]
