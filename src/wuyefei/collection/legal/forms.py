"""Forms of the legal road, made from the table of acts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .rules.road import Act, Field


def form_of(act: Act, data: Any = None, initial: dict[str, Any] | None = None) -> forms.Form:
    """A form with the fields of the act; what is typed is judged by ``rules.road.read_facts``."""
    form = forms.Form(data, initial=initial)
    for field in act.fields:
        form.fields[field.name] = _control(field)
    return form


def _control(field: Field) -> forms.Field:
    label = _(field.label)
    if field.kind == "choice":
        return forms.CharField(label=label, required=field.required, widget=forms.Select(choices=[("", "—"), *((code, _(name)) for code, name in field.choices)]))
    if field.kind == "day":
        return forms.CharField(label=label, required=field.required, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    attrs = {"inputmode": "decimal"} if field.kind == "money" else {"maxlength": 200}
    return forms.CharField(label=label, required=field.required, widget=forms.TextInput(attrs=attrs))


class NewsForm(forms.Form):
    """What became of a letter."""

    tracking = forms.CharField(label=gettext_lazy("邮件号"), max_length=30, required=False)
    on = forms.DateField(label=gettext_lazy("日期"), required=False)
    proof = forms.CharField(label=gettext_lazy("凭证"), max_length=120, required=False)
