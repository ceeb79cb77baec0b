"""The door of the room: what other rooms may use."""

from .actions import PUBLISH_KIND, ask_publish, new_statement, save_draft
from .models import Statement
from .picture import composition_picture
from .queries import composition, entries_of, parts_of, published, sums
from .rules import PARTS, Entry, Part, Sums, compose, quarter_of
from .sheet import register_rate, render_sheet

__all__ = [
    "PARTS",
    "PUBLISH_KIND",
    "Entry",
    "Part",
    "Statement",
    "Sums",
    "ask_publish",
    "compose",
    "composition",
    "composition_picture",
    "entries_of",
    "new_statement",
    "parts_of",
    "published",
    "quarter_of",
    "register_rate",
    "render_sheet",
    "save_draft",
    "sums",
]
