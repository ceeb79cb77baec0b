"""One form field made ready for ``shell/_field.html``: classes, and its error or help tied to the control."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BoundField

BOXES = (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple)


def describe(field: BoundField, attrs: dict[str, Any]) -> dict[str, Any]:
    """Context of the partial: ``kind`` (``text`` ``check`` ``choices`` ``hidden``), the rendered ``control``, or for
    ``choices`` pairs of control and label."""
    attrs = dict(attrs)
    wide = bool(attrs.pop("wide", False))
    extra = str(attrs.pop("cls", ""))
    widget = field.field.widget
    given = widget.attrs.get("class", "")
    own = "wy-cb" if isinstance(widget, BOXES) else "wy-in"
    control = {key.replace("_", "-"): value for key, value in attrs.items()}
    control["class"] = " ".join(part for part in (own, given, extra) if part)
    errors, help_text = list(field.errors), str(field.help_text)
    note_id = f"{field.auto_id}_note" if (errors or help_text) and field.auto_id else ""
    if note_id:
        control["aria-describedby"] = note_id
    if errors:
        control["aria-invalid"] = "true"
    kind = _kind(field)
    if kind == "choices":
        widget.attrs = widget.attrs | control
    return {
        "field": field,
        "kind": kind,
        "control": "" if kind == "choices" else field.as_widget(attrs=control),
        "choices": [(choice.tag(), choice.choice_label) for choice in field] if kind == "choices" else [],
        "errors": errors,
        "help": help_text,
        "note_id": note_id,
        "wide": wide,
        "optional": not field.field.required and not isinstance(widget, BOXES),
    }


def _kind(field: BoundField) -> str:
    widget = field.field.widget
    if field.is_hidden:
        return "hidden"
    if isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
        return "choices"
    return "check" if isinstance(widget, forms.CheckboxInput) else "text"
