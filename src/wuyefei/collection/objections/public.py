"""The door of the room: what other rooms may use."""

from .actions import Talked, add_comparable, object_
from .models import Comparable, Objection
from .queries import comparables, conversion, get_objection, objections
from .rules import Kind, Rate, Remedy

__all__ = [
    "Comparable",
    "Kind",
    "Objection",
    "Rate",
    "Remedy",
    "Talked",
    "add_comparable",
    "comparables",
    "conversion",
    "get_objection",
    "object_",
    "objections",
]
