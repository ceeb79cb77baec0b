"""The form of an agreement by share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.occupancy.public import parse_share
from wuyefei.estate.people.public import Person
from wuyefei.foundation.kernel.errors import Invalid

from .base import Form, day_field


class SharingForm(Form):
    """A share for each of the persons named (``share_<id>``), empty for those who pay nothing."""

    starts_on = day_field(_("起始日期"), help_text=_("要晚于已经出账的日子。"))
    ends_on = day_field(_("结束日期"), required=False)
    document = forms.CharField(label=_("依据"), max_length=80, required=False, help_text=_("如协议编号。"))

    def __init__(self, persons: Sequence[Person], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.persons = persons
        for person in persons:
            self.fields[f"share_{person.pk}"] = forms.CharField(
                label=person.name, max_length=20, required=False, widget=forms.TextInput(attrs={"autocomplete": "off", "class": "num"})
            )

    def by_person(self) -> list[forms.BoundField]:
        return [self[f"share_{person.pk}"] for person in self.persons]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        shares = []
        for person in self.persons:
            text = data.get(f"share_{person.pk}", "")
            if text:
                try:
                    shares.append((person.pk, parse_share(text)))
                except Invalid as error:
                    self.add_error(f"share_{person.pk}", str(error.data["reason"]))
        data["shares"] = shares
        return data
