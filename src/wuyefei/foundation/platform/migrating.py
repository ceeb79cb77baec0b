"""Migrations without drawing every related model anew after each step.

Django keeps a model class of every table while it migrates and, whenever a table or a field of it is made or changed, makes the
classes of all tables anew that are related to it: here, where every table leads to the organisation, nearly all of them, which
is most of the time a first start takes. A table just made has nobody pointing to it yet; an index or a constraint changes no
class; and of a changed field only the table itself need be drawn, for what points to it asks for its table and its key, which
stay. Where the key itself changes, all is drawn as Django does it. The state is marked as drawn in part (``is_delayed``), by
which Django draws all of it anew before a migration's own Python code and after the last step.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.utils import field_is_referenced

_PATCHED = ("add_model", "_append_option", "alter_field", "_find_reload_model")
_django = {name: getattr(ProjectState, name) for name in _PATCHED}


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


def _alter_field(state: Any, app_label: str, model_name: str, name: str, field: Any, preserve_default: bool) -> None:
    state.wy_whole = field_is_referenced(state, (app_label, model_name), (name, field))
    try:
        _django["alter_field"](state, app_label, model_name, name, field, preserve_default)
    finally:
        del state.wy_whole


def _find_reload_model(state: Any, app_label: str, model_name: str, delay: bool = False) -> set[tuple[str, str]]:
    if getattr(state, "wy_whole", False):
        found: set[tuple[str, str]] = _django["_find_reload_model"](state, app_label, model_name, delay)
        return found
    state.is_delayed = True
    return {(app_label, model_name.lower())}


@contextmanager
def quick_states() -> Iterator[None]:
    """While it lasts, migrations draw only what a step made or changed."""
    states: Any = ProjectState
    for name, ours in zip(_PATCHED, (_add_model, _append_option, _alter_field, _find_reload_model), strict=True):
        setattr(states, name, ours)
    try:
        yield
    finally:
        for name, theirs in _django.items():
            setattr(states, name, theirs)
