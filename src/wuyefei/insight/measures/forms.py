"""Setting a target."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wuyefei.foundation.access.models import Community
from wuyefei.foundation.kernel.errors import Invalid

from .rules import Period


class TargetForm(forms.Form):
    community = forms.ChoiceField(label=gettext_lazy("项目"))
    period = forms.CharField(label=gettext_lazy("账期"), max_length=8, help_text=gettext_lazy("如 2026（全年）、2026-Q4（季）、2026-11（月）"))
    rate = forms.DecimalField(
        label=gettext_lazy("目标收缴率（%）"), min_value=Decimal(1), max_value=Decimal(100), max_digits=5, decimal_places=2
    )

    def __init__(self, *args: Any, communities: Sequence[Community], everywhere: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(place.pk), place.name) for place in communities]
        field = self.fields["community"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = ([("all", _("全部项目"))] if everywhere else []) + choices

    def clean_period(self) -> Period:
        try:
            return Period.parse(self.cleaned_data["period"])
        except Invalid as error:
            raise ValidationError(error.text) from error

    @property
    def community_id(self) -> int | None:
        chosen = self.cleaned_data["community"]
        return None if chosen == "all" else int(chosen)
