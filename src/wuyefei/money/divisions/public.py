"""The door of the room: what other rooms may use."""

from .actions import ask_division, ask_undo
from .models import Division, Part
from .queries import divided_on, divisions, get_division
from .rules import Way

__all__ = ["Division", "Part", "Way", "ask_division", "ask_undo", "divided_on", "divisions", "get_division"]
