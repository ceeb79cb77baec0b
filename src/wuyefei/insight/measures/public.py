"""The door of the room: what other rooms may use."""

from .queries import Ageing, ArrearsRow, Rates, ageing, arrears, places, rates
from .rules import BUCKET_NAMES, MEASURES, Bucket, Measure, bucket_of, rate

__all__ = [
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
    "places",
    "rate",
    "rates",
]
