"""The door of the room: what other rooms may use."""

from .actions import (
    confirm,
    estimate_missing,
    install,
    lock_readings,
    put_on,
    read_one,
    record,
    register_use_check,
    replace,
    void,
)
from .models import Dial, Reading
from .queries import (
    Stop,
    dials_of,
    get_reading,
    held,
    history_of,
    kinds,
    latest_of,
    on_round,
    readings,
    stops,
    usual_of,
    without_dial,
)
from .rules import Installed, ReadingRow

__all__ = [
    "Dial",
    "Installed",
    "Reading",
    "ReadingRow",
    "Stop",
    "confirm",
    "dials_of",
    "estimate_missing",
    "get_reading",
    "held",
    "history_of",
    "install",
    "kinds",
    "latest_of",
    "lock_readings",
    "on_round",
    "put_on",
    "read_one",
    "readings",
    "record",
    "register_use_check",
    "replace",
    "stops",
    "usual_of",
    "void",
    "without_dial",
]
