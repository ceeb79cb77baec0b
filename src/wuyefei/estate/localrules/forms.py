"""Forms of local rules and consultations."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.tariffs.public import tariffs
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.platform.pictures import MOST_BYTES
from wuyefei.foundation.shell.inputs import DayField

from .actions import Asked
from .packs import packs
from .rules import Votes

NUMBER = {"inputmode": "decimal", "class": "num", "autocomplete": "off"}


def number(label: Any, places: int = 2, **kwargs: Any) -> forms.DecimalField:
    widget = forms.TextInput(attrs=NUMBER)
    return forms.DecimalField(label=label, min_value=Decimal(0), max_digits=12, decimal_places=places, widget=widget, **kwargs)


def heads(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=1_000_000, widget=forms.TextInput(attrs=NUMBER | {"inputmode": "numeric"}))


class ChooseForm(forms.Form):
    pack = forms.ChoiceField(label=_("规则包"))
    since = DayField(label=_("自哪天起"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["pack"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(pack.code, f"{pack.city} {pack.version}") for pack in packs().values()]


class ConsultationForm(forms.Form):
    tariff = forms.TypedChoiceField(label=_("收费标准"), coerce=int)
    per_unit = number(_("征询的单价（元）"), 4, help_text=_("业主同意的最高单价。"))
    fixed = number(_("征询的固定金额（元）"), required=False, help_text=_("固定金额的标准填这里，单价填 0。"))
    effective_from = DayField(label=_("新价格生效日期"))
    announced_on = DayField(label=_("公示日"))
    voted_on = DayField(label=_("表决日"))
    all_area = number(_("全体业主面积（㎡）"))
    all_heads = heads(_("全体业主人数"))
    came_area = number(_("参与表决的面积（㎡）"))
    came_heads = heads(_("参与表决的人数"))
    yes_area = number(_("同意的面积（㎡）"))
    yes_heads = heads(_("同意的人数"))
    minutes = forms.FileField(label=_("会议纪要"), help_text=_("盖章的纪要或表决结果公告，PDF 或照片，3 MB 以内。"))
    note = forms.CharField(label=_("说明"), max_length=400, required=False)

    def __init__(self, actor: Actor, community: Community, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["tariff"]
        assert isinstance(field, forms.ChoiceField)
        rows = tariffs(actor).filter(community=community, ended_on__isnull=True).order_by("name")
        field.choices = [(row.pk, row.name) for row in rows]

    def asked(self) -> Asked:
        data = self.cleaned_data
        names = ("all_area", "all_heads", "came_area", "came_heads", "yes_area", "yes_heads")
        return Asked(
            data["tariff"], data["per_unit"], data["effective_from"], data["announced_on"], data["voted_on"],
            Votes(**{name: data[name] for name in names}), data["minutes"].read(MOST_BYTES + 1), data["fixed"] or Decimal(0), data["note"],
        )  # fmt: skip
