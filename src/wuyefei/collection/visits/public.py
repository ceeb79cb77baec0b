"""The door of the room: what other rooms may use."""

from .actions import Order, Visited, cancel_route, finish, leave_out, make_route, name_number, start, visited
from .models import Proof, Route, Stop
from .queries import routes, stops
from .rules import READINESS

__all__ = [
    "READINESS",
    "Order",
    "Proof",
    "Route",
    "Stop",
    "Visited",
    "cancel_route",
    "finish",
    "leave_out",
    "make_route",
    "name_number",
    "routes",
    "start",
    "stops",
    "visited",
]
