"""What the parts of a comparison share: the plan, what stands, the codes resolved so far, and where findings go."""

from __future__ import annotations

import datetime as dt

from wuyefei.estate.properties.public import normalise_code

from ..rules.choices import Choices
from ..rules.issues import Issue, Severity
from ..rules.plan import ImportPlan, Source
from ..standing import Home, Standing
from .work import PersonRef, Tally, Work


class Desk:
    """Mutable while comparing. ``codes`` names the properties of the plan as the estate does; ``refused`` are keys of
    the plan's properties that do not fit, ``persons`` who the plan's people are."""

    def __init__(self, plan: ImportPlan, standing: Standing, choices: Choices, today: dt.date) -> None:
        self.plan, self.standing, self.choices, self.today = plan, standing, choices, today
        self.work = Work()
        self.codes: dict[str, str] = {}
        self.refused: set[str] = set()
        self.spaces: dict[str, str] = {}
        self.taken: set[str] = set()
        """Codes that rows of this file stand for."""
        self.new_codes: set[str] = set()
        self.persons: dict[str, PersonRef] = {}
        self.since = min(choices.takeover_on, today)
        """From when people brought along are registered: a takeover yet to come does not hide them."""

    def tally(self, kind: str) -> Tally:
        return self.work.tallies[kind]

    def home(self, code: str) -> Home | None:
        """The property as it stands, None for one that is created now or is unknown."""
        return self.standing.homes.get(code)

    def knows(self, code: str) -> bool:
        return code in self.new_codes or code in self.standing.homes

    def code(self, key: str) -> str:
        """The estate's code for a property named in the plan; empty where it was refused or is unknown."""
        if key in self.refused or not key:
            return ""
        found = self.codes.get(key) or normalise_code(key.partition("/")[2] or key)
        return found if self.knows(found) else ""

    def note(self, severity: Severity, code: str, source: Source, message: str, hint: str = "", value: str = "") -> None:
        """A finding about a row, beside those of the reading."""
        self.work.issues.append(Issue(severity, code, source.sheet, source.row, "", "", value[:80], message, hint))

    def error(self, code: str, source: Source, message: str, hint: str = "", value: str = "") -> None:
        self.note(Severity.ERROR, code, source, message, hint, value)

    def warn(self, code: str, source: Source, message: str, hint: str = "", value: str = "") -> None:
        self.note(Severity.WARNING, code, source, message, hint, value)

    def say(self, severity: Severity, code: str, message: str, hint: str = "") -> None:
        """A finding about the whole file."""
        self.note(severity, code, Source("", 0), message, hint)
