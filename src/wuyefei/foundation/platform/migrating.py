"""Migrations without drawing every related model anew after each step.

Django keeps a model class of every table while it migrates and, whenever a table is made or gets an index or a constraint,
makes the classes of all tables anew that are related to it: here, where every table leads to the organisation, nearly all
of them, which is most of the time a first start takes. A table just made has nobody pointing to it yet, and an index or a
constraint changes no class; for these three kinds of step only what is new is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.state import ModelState, ProjectState


def _add_model(state: Any, model_state: ModelState) -> None:
    key = model_state.app_label, model_state.name_lower
    state.models[key] = model_state
    if state._relations is not None:
        state.resolve_model_relations(key)
    if "apps" in state.__dict__:
        state.apps.render_multiple([model_state])


def _append_option(state: Any, app_label: str, model_name: str, option_name: str, obj: Any) -> None:
    options = state.models[app_label, model_name].options
    options[option_name] = [*options[option_name], obj]


@contextmanager
def quick_states() -> Iterator[None]:
    """While it lasts, migrations draw only what a step made."""
    states: Any = ProjectState
    kept = states.add_model, states._append_option
    states.add_model, states._append_option = _add_model, _append_option
    try:
        yield
    finally:
        states.add_model, states._append_option = kept
