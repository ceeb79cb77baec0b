"""The door of the room: what other rooms may use."""

from .actions import AlreadyProposed, Overtaken, ask_price, propose
from .models import Proposal
from .queries import open_proposal, proposals

__all__ = ["AlreadyProposed", "Overtaken", "Proposal", "ask_price", "open_proposal", "proposals", "propose"]
