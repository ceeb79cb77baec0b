"""The door of the room: the counterparts and the demo's sandbox channels."""

from .counterpart import Counterpart, Faults, Lie, Trade
from .install import install, install_everywhere
from .keyring import Keyring, keep, make
from .server import Sandbox, send_notice

__all__ = [
    "Counterpart",
    "Faults",
    "Keyring",
    "Lie",
    "Sandbox",
    "Trade",
    "install",
    "install_everywhere",
    "keep",
    "make",
    "send_notice",
]
