"""What the worker does for this room."""

from __future__ import annotations

from procrastinate.contrib.django import app

from . import actions


@app.task(name=actions.TASK)
def answer(sealed: str) -> None:
    actions.answer(sealed)
