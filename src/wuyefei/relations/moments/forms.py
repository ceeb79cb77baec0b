"""A source as typed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.access.actor import Actor, visible_communities
from wuyefei.foundation.access.rules import Permission

from .models import EVENTS, Source
from .rules import MOST_PER_DAY, PER_DAY


class SourceForm(forms.Form):
    """A new source; one that is there keeps its community and kind."""

    community = forms.TypedChoiceField(label=_("小区"), coerce=int)
    kind = forms.ChoiceField(label=_("种类"), choices=EVENTS)
    name = forms.CharField(label=_("名称"), max_length=40, strip=True, help_text=_("如 南门门禁"))
    per_day = forms.IntegerField(label=_("每天最多提醒"), min_value=1, max_value=MOST_PER_DAY, initial=PER_DAY, help_text=_("次，满了当天不再提醒"))
    enabled = forms.BooleanField(label=_("启用"), required=False)

    def __init__(self, actor: Actor, row: Source | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if row is None:
            community = self.fields["community"]
            assert isinstance(community, forms.ChoiceField)
            community.choices = [(place.pk, place.name) for place in visible_communities(actor, Permission.ADMIN)]
            del self.fields["enabled"]
        else:
            del self.fields["community"], self.fields["kind"]
            self.initial.update(name=row.name, per_day=row.per_day, enabled=row.enabled)
