"""Forms of buildings, properties, ties, parking and vehicles. Labels are the names that refusals use."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.occupancy.public import ROLE_NAMES
from wuyefei.estate.people.public import Person, find_people
from wuyefei.estate.properties.public import (
    Building,
    Entrance,
    Property,
    buildings,
    entrances,
    normalise_code,
    properties,
)
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community

from .base import Form, day_field


class EntranceChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.building.name} · {obj.name}"


class PropertyForm(Form):
    """One property. Building and entrance are chosen when it is made, and stay."""

    number = forms.CharField(label=_("房号"), max_length=40)
    code = forms.CharField(label=_("房屋编号"), max_length=80, required=False, help_text=_("留空则由楼栋、单元、房号组成"))
    kind = forms.ChoiceField(label=_("房屋类型"), choices=Property.Kind.choices)
    building = forms.ModelChoiceField(label=_("楼栋"), queryset=Building.objects.none(), required=False, empty_label=_("无"))
    entrance = EntranceChoice(label=_("单元"), queryset=Entrance.objects.none(), required=False, empty_label=_("无"))
    floor = forms.CharField(label=_("楼层"), max_length=10, required=False)
    layout = forms.CharField(label=_("户型"), max_length=20, required=False)
    area_m2 = forms.DecimalField(label=_("建筑面积"), required=False, help_text=_("平方米，最多两位小数"))
    inner_area_m2 = forms.DecimalField(label=_("套内面积"), required=False, help_text=_("平方米，最多两位小数"))
    delivered_on = day_field(_("交付日期"), required=False)
    external_ref = forms.CharField(label=_("外部编号"), max_length=60, required=False)
    vacant = forms.BooleanField(label=_("空置"), required=False)
    reason = forms.CharField(label=_("修改原因"), max_length=400, required=False)

    def __init__(self, *args: Any, actor: Actor, community: Community, editing: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if editing:
            del self.fields["building"], self.fields["entrance"]
            return
        del self.fields["reason"]
        doors = entrances(actor).filter(community=community).select_related("building")
        self.fields["entrance"].queryset = doors.order_by("building__sort_key", "name")  # type: ignore[attr-defined]
        houses = buildings(actor).filter(community=community)
        self.fields["building"].queryset = houses.order_by("sort_key")  # type: ignore[attr-defined]


class EndForm(Form):
    ended_on = day_field(_("停用日期"))
    reason = forms.CharField(label=_("原因"), max_length=400)


class AttachForm(Form):
    """By code: typing is quicker than a list of every flat."""

    flat = forms.CharField(label=_("归属房屋"), max_length=80, required=False, help_text=_("房屋编号，留空则解除归属"))

    def found(self, actor: Actor, community_id: int) -> Property | None:
        """The present property with exactly this code; adds an error where there is none."""
        text = self.cleaned_data["flat"]
        if not text:
            return None
        rows = properties(actor).filter(community_id=community_id, ended_on__isnull=True)
        home = rows.filter(code=normalise_code(text)).first()
        if home is None:
            self.add_error("flat", _("本项目没有编号为「%(code)s」的房屋") % {"code": text})
        return home


class VehicleForm(Form):
    plate = forms.CharField(label=_("车牌号"), max_length=12)
    model = forms.CharField(label=_("车型"), max_length=40, required=False)
    colour = forms.CharField(label=_("颜色"), max_length=20, required=False)


class TieForm(Form):
    """Join a person of the register to the property, found by name, pinyin or mobile; ``matches`` to pick from."""

    who = forms.CharField(label=_("人员"), max_length=80, help_text=_("姓名、拼音或手机号"))
    pick = forms.IntegerField(required=False, widget=forms.HiddenInput())
    role = forms.ChoiceField(label=_("关系"), choices=[(role, _(name)) for role, name in ROLE_NAMES.items()])
    starts_on = day_field(_("起始日期"))
    ends_on = day_field(_("结束日期"), required=False)

    def __init__(self, *args: Any, actor: Actor, community_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.community_id = actor, community_id
        self.matches: list[Person] = []

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("who"):
            return data
        found = find_people(self.actor, data["who"], self.community_id, limit=10)
        picked = next((person for person in found if person.pk == data.get("pick")), None)
        if picked is None and len(found) == 1:
            picked = found[0]
        if picked is None and found:
            self.matches = found
            self.add_error("who", _("找到多位，请在下面选定一位"))
        elif picked is None:
            self.add_error("who", _("没有找到，请先新建人员"))
        data["person"] = picked
        return data


class NameForm(Form):
    """A new building or entrance."""

    name = forms.CharField(label=_("名称"), max_length=40)
