"""The door of the room: what other rooms may use."""

from .actions import close, look
from .exporting import exportable, sheets_of, signs_of
from .models import Alert
from .queries import alerts, get_alert
from .rules import SIGN_NAMES, WEEK, Closed, NotOver, Sign, monday_of

__all__ = ["Alert", "Closed", "NotOver", "SIGN_NAMES", "Sign", "WEEK", "alerts", "close", "exportable", "get_alert", "look", "monday_of", "sheets_of", "signs_of"]
