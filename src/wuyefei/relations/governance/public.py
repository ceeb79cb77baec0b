"""The door of the room: what other rooms may use."""

from .actions import PUBLISH_KIND, ask_publish, new_statement, save_draft
from .filing import add_file
from .models import Statement, StatementFile
from .picture import composition_picture
from .queries import composition, entries_of, files_of, parts_of, published, published_file, sums
from .rules import PARTS, Entry, Part, Sums, compose, quarter_of
from .serving import shown_file
from .sheet import register_rate, render_sheet

__all__ = [
    "PARTS",
    "PUBLISH_KIND",
    "Entry",
    "Part",
    "Statement",
    "StatementFile",
    "Sums",
    "add_file",
    "ask_publish",
    "compose",
    "composition",
    "composition_picture",
    "entries_of",
    "files_of",
    "new_statement",
    "parts_of",
    "published",
    "published_file",
    "quarter_of",
    "register_rate",
    "render_sheet",
    "shown_file",
    "save_draft",
    "sums",
]
