"""Compares a plan with what stands: what is created, changed, the same already, and what does not fit."""

from __future__ import annotations

import datetime as dt

from ..rules.choices import Choices
from ..rules.plan import ImportPlan
from ..standing import Standing
from .charges import compare_charges
from .desk import Desk
from .opening import compare_opening
from .persons import compare_people
from .places import compare_places
from .work import Work

__all__ = ["Work", "compare"]


def compare(plan: ImportPlan, standing: Standing, choices: Choices, today: dt.date) -> Work:
    """The work that brings the estate to what the plan says. Nothing is written; order matters, each part builds on
    the one before."""
    desk = Desk(plan, standing, choices, today)
    compare_places(desk)
    compare_people(desk)
    compare_charges(desk)
    compare_opening(desk)
    return desk.work
