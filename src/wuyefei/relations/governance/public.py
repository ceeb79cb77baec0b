"""The door of the room: what other rooms may use."""

from .rules import PARTS, Part, compose

__all__ = ["PARTS", "Part", "compose"]
