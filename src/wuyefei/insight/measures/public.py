"""The door of the room: what other rooms may use."""

from .queries import Ageing, ArrearsRow, Rates, ageing, arrears, check_day, places, rates
from .rules import BUCKET_FROM, BUCKET_NAMES, MEASURES, Bucket, Measure, bucket_of, days_due, end_of, rate

__all__ = [
    "BUCKET_FROM",
    "BUCKET_NAMES",
    "MEASURES",
    "Ageing",
    "ArrearsRow",
    "Bucket",
    "Measure",
    "Rates",
    "ageing",
    "arrears",
    "bucket_of",
    "check_day",
    "days_due",
    "end_of",
    "places",
    "rate",
    "rates",
]
