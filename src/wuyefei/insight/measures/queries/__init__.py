"""The reports, computed over sets from the rows booked by the as-of day."""

from .arrears import Ageing, ArrearsRow, ageing, arrears
from .basis import Part, Scope, check_day, places, scope_of
from .rates import Rates, rates
from .sums import cells, whole

__all__ = [
    "Ageing", "ArrearsRow", "Part", "Rates", "Scope", "ageing", "arrears", "cells", "check_day", "places", "rates", "scope_of",
    "whole",
]  # fmt: skip
