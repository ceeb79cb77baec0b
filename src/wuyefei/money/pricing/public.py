"""The door of the room: what other rooms may use."""

from .actions import AlreadyProposed, NewPrice, Overtaken, ask_price, propose
from .models import Proposal
from .queries import open_proposal, proposals

__all__ = ["AlreadyProposed", "NewPrice", "Overtaken", "Proposal", "ask_price", "open_proposal", "proposals", "propose"]
