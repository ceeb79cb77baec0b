"""The door of the room: what other rooms may use."""

from .models import Target
from .papers.printing import pdf as pack_pdf
from .papers.printing import sentence as pack_sentence
from .papers.printing import xlsx as pack_xlsx
from .queries import (
    Ageing,
    ArrearsRow,
    Part,
    Rates,
    Scope,
    ageing,
    arrears,
    cells,
    check_day,
    places,
    rates,
    scope_of,
    whole,
)
from .queries.pack import Pack, pack
from .queries.targets import Goals
from .rules import (
    BUCKET_FROM,
    BUCKET_NAMES,
    MEASURES,
    Bucket,
    Figures,
    Measure,
    Options,
    Period,
    Unit,
    bucket_of,
    days_due,
    default_target,
    end_of,
    mean_of,
    rate,
)

__all__ = [
    "BUCKET_FROM",
    "BUCKET_NAMES",
    "MEASURES",
    "Ageing",
    "ArrearsRow",
    "Bucket",
    "Figures",
    "Goals",
    "Measure",
    "Options",
    "Pack",
    "Part",
    "Period",
    "Rates",
    "Scope",
    "Target",
    "Unit",
    "ageing",
    "arrears",
    "bucket_of",
    "cells",
    "check_day",
    "days_due",
    "default_target",
    "end_of",
    "mean_of",
    "pack",
    "pack_pdf",
    "pack_sentence",
    "pack_xlsx",
    "places",
    "rate",
    "rates",
    "scope_of",
    "whole",
]
