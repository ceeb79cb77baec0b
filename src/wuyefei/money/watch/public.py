"""The door of the room: what other rooms may use."""

from .actions import close, look
from .exporting import exportable, sheets_of, signs_of
from .models import Alert
from .queries import alerts, get_alert
from .rules import SIGN_NAMES, Closed, NotOver, Sign

__all__ = ["Alert", "Closed", "NotOver", "SIGN_NAMES", "Sign", "alerts", "close", "exportable", "get_alert", "look", "sheets_of", "signs_of"]
