"""The door of the pure rules: what pure rules of other rooms, and whoever tries a charge out, may use."""

from .deposits import DepositBy, DepositRule, deposit_fen
from .formula import BadFormula, all_values
from .pricing import (
    FORMULA,
    PARKING_DAY,
    PARKING_OWN,
    PER_HEAD,
    QUANTITY,
    RENT,
    SCHEDULED,
    TariffPrice,
    check_price,
    price_on,
)
from .rent import Escalation, Rent, RentStep, Turnover, prices, share_of_month, turnover_rent
from .schedule import SEASONS, DayPrice, NobodyLivesThere, Parts, by_season, proved, remade, schedule
from .score import score_of
from .seasons import BAND_CODES, BAND_NAMES, Band, check_apart, parse_stretch, turns, year_day_text
from .seasons import Stretch as YearStretch
from .shared import By, Participant, split
from .terms import ENGLISH_PARTS, PARTS, check_terms, lease, parts_named, turnover
from .tiers import Step, check_steps, tiered, tiered_fen
from .typed import formulas as typed_formulas
from .typed import rent as typed_rent
from .typed import score as typed_score
from .typed import seasons as typed_seasons
from .usage import QUANTITY_PLACES, Dial, Figure, Source, Stretch, cut, stretch

__all__ = [
    "QUANTITY_PLACES",
    "BAND_CODES",
    "BAND_NAMES",
    "ENGLISH_PARTS",
    "FORMULA",
    "PARKING_DAY",
    "PARKING_OWN",
    "PARTS",
    "PER_HEAD",
    "QUANTITY",
    "RENT",
    "SCHEDULED",
    "SEASONS",
    "BadFormula",
    "Band",
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
    "YearStretch",
    "all_values",
    "by_season",
    "check_apart",
    "check_price",
    "check_steps",
    "check_terms",
    "cut",
    "deposit_fen",
    "lease",
    "parse_stretch",
    "parts_named",
    "price_on",
    "prices",
    "proved",
    "remade",
    "schedule",
    "score_of",
    "share_of_month",
    "split",
    "stretch",
    "tiered",
    "tiered_fen",
    "turnover",
    "turnover_rent",
    "turns",
    "typed_formulas",
    "typed_rent",
    "typed_score",
    "typed_seasons",
    "year_day_text",
]
