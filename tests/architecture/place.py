"""What the walk calls a place: a community and one row of every kind in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from wuyefei.foundation.access.models import Community

START = dt.date(2026, 1, 1)
BILLED = dt.date(2026, 1, 2)
TODAY = dt.date(2026, 2, 20)


@dataclass(frozen=True)
class Mark:
    """What the names in a place begin with, in characters and in letters."""

    word: str
    letters: str

    @property
    def texts(self) -> tuple[str, ...]:
        """What no page of anybody else may hold."""
        return self.word, f"{self.letters}-", f"{self.letters}B1"


OURS, SECOND, FOREIGN = Mark("本里", "BL"), Mark("秘境", "MJ"), Mark("远邻", "YL")


@dataclass
class Place:
    """A community and the ids of one row of every kind in it, by the name of the kind."""

    mark: Mark
    community: Community
    ids: dict[str, list[int | str]] = field(default_factory=dict)

    def one(self, kind: str) -> int | str:
        return self.ids[kind][0]


@dataclass
class Places:
    ours: Place
    second: Place
    foreign: Place

    @property
    def elsewhere(self) -> tuple[Place, Place]:
        return self.second, self.foreign
