"""Forms of sheets. Each turns what was typed into the head and the terms of a sheet."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.metering.public import kinds as meter_kinds
from wuyefei.estate.properties.public import Property, buildings, entrances
from wuyefei.estate.tariffs.public import By, ChargeItem, DepositPolicy, deposit_policies, items
from wuyefei.estate.turnover.public import leases
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.shell.inputs import DayField, MonthField, YuanField

from .prices import parse_changes, parse_price, parse_seasons
from .rules import parse_agreed
from .terms import DepositTerms, EachTerms, Head, MeteredTerms, Scope, SharedTerms, TurnoverTerms

MOST_CODES = 2000


class PriceField(forms.CharField):
    """One price, steps, or bands of the day, cleaned to ``Priced``."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return parse_price(text)
        except Invalid as error:
            raise forms.ValidationError(str(error.data["reason"])) from error


class ChangesField(forms.CharField):
    """Changes of a price by day, cleaned to ``Stage``."""

    widget = forms.Textarea(attrs={"rows": 2, "autocomplete": "off"})
    parse: Callable[[str], Any] = staticmethod(parse_changes)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return self.parse(text)
        except Invalid as error:
            raise forms.ValidationError(str(error.data["reason"])) from error


class SeasonsField(ChangesField):
    """Prices by the season of the year, cleaned to ``PricedSeason``."""

    parse = staticmethod(parse_seasons)


class AgreedField(forms.CharField):
    """``房号 系数``, one a line or with commas, cleaned to factors by code."""

    widget = forms.Textarea(attrs={"rows": 3})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return parse_agreed(text)
        except Invalid as error:
            raise forms.ValidationError(str(error.data["reason"])) from error


class CodesField(forms.CharField):
    """Codes of properties, one a line or with commas."""

    widget = forms.Textarea(attrs={"rows": 2})

    def clean(self, value: Any) -> Any:
        found = [code for code in re.split(r"[\s,，、;；]+", super().clean(value)) if code]
        if len(found) > MOST_CODES:
            raise forms.ValidationError(_("一次最多写 %(most)s 个房号。") % {"most": MOST_CODES})
        return tuple(dict.fromkeys(found))


class HeadForm(forms.Form):
    """What every sheet has. ``span_name``: the field that is wrong when the days are."""

    item = forms.TypedChoiceField(label=_("收费项目"), coerce=int)
    title = forms.CharField(label=_("名称"), max_length=60, strip=True, help_text=_("业主在账单上看到的，如 2026 年 10 月水费。"))
    due_on = DayField(label=_("到期日"))

    def __init__(self, actor: Actor, community: Community, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        item = self.fields["item"]
        assert isinstance(item, forms.ChoiceField)
        item.choices = [(one.pk, f"{one.name}（{one.get_nature_display()}）") for one in items(actor).exclude(nature=ChargeItem.Nature.ADVANCE)]

    def head(self, first: dt.date, last: dt.date) -> Head:
        data = self.cleaned_data
        return Head(data["item"], data["title"], Span(first, last), data["due_on"])


class SpanForm(HeadForm):
    service_from = DayField(label=_("服务自"))
    service_to = DayField(label=_("服务至"), help_text=_("缴费人按这一天算。"))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        first, last = found.get("service_from"), found.get("service_to")
        if first and last and last < first:
            self.add_error("service_to", _("不能早于服务自。"))
        return found


class ScopeForm(SpanForm):
    scope = forms.ChoiceField(label=_("范围"), required=False)
    kinds = forms.MultipleChoiceField(
        label=_("房屋种类"), choices=Property.Kind.choices, required=False, widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    only = CodesField(label=_("只有这些房屋"), required=False, help_text=_("写房号，一行一个。写了就不看上面的范围。"))
    leave_out = CodesField(label=_("不参加的房屋"), required=False)

    def __init__(self, actor: Actor, community: Community, *args: Any, **kwargs: Any) -> None:
        super().__init__(actor, community, *args, **kwargs)
        choices: list[tuple[str, Any]] = [("", _("整个小区"))]
        doors = list(entrances(actor).filter(community=community).select_related("building").order_by("building__sort_key", "name"))
        for building in buildings(actor).filter(community=community).order_by("sort_key"):
            choices.append((f"b{building.pk}", building.name))
            choices += [(f"e{door.pk}", f"{building.name} · {door.name}") for door in doors if door.building_id == building.pk]
        scope = self.fields["scope"]
        assert isinstance(scope, forms.ChoiceField)
        scope.choices = choices

    def chosen(self) -> Scope:
        data, place = self.cleaned_data, self.cleaned_data["scope"]
        building = int(place[1:]) if place.startswith("b") else None
        entrance = int(place[1:]) if place.startswith("e") else None
        return Scope(building, entrance, tuple(data["kinds"]), data["only"], data["leave_out"])


class MeteredForm(HeadForm):
    meter_kind = forms.ChoiceField(label=_("表的种类"))
    until = DayField(label=_("抄到哪天"), help_text=_("这天以前没计过费的读数都算进来。"))
    since = DayField(label=_("从哪天之后"), required=False, help_text=_("只在启用时用：这天及以前的读数在别处收过了。"))
    steps = PriceField(
        label=_("单价"), max_length=400, help_text=_("一个价写 3.45；阶梯写 180 2.07，260 4.07，不限 6.07；分时写 峰 1.2，平 0.8，谷 0.4。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    stage_from = DayField(label=_("阶梯周期自"), help_text=_("通常是一月一日。这天起已计费的用量占档位。"))
    changes = ChangesField(
        label=_("周期中换价"), required=False, max_length=800,
        help_text=_("没有换价就空着。一行一次：哪天起 新单价，如 2026-03-16 3.65。跨过那天的用量按日分。"),
    )  # fmt: skip
    seasons = SeasonsField(
        label=_("分季单价"), required=False, max_length=800,
        help_text=_("全年一个价就空着。一行一季：名称 起 止 单价，如 夏季 06-01 09-30 3.9；其余日子按上面的单价。跨季的用量按日分。"),
    )  # fmt: skip
    field_order = ["item", "title", "meter_kind", "until", "steps", "seasons", "stage_from", "changes", "due_on", "since"]

    def __init__(self, actor: Actor, community: Community, *args: Any, **kwargs: Any) -> None:
        super().__init__(actor, community, *args, **kwargs)
        kind = self.fields["meter_kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = [(one, one) for one in meter_kinds(actor, community.pk)]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        for name in ("stage_from", "since"):
            if found.get(name) and found.get("until") and found[name] > found["until"]:
                self.add_error(name, _("不能晚于抄到哪天。"))
        if found.get("seasons") and found.get("changes"):
            self.add_error("changes", _("写了分季单价就不能再写换价。"))
        return found

    def order(self) -> tuple[Head, MeteredTerms]:
        data = self.cleaned_data
        price = data["steps"]
        terms = MeteredTerms(
            data["meter_kind"], price.steps, data["stage_from"], data["since"], data["changes"], price.bands, data["seasons"]
        )
        return self.head(data["until"], data["until"]), terms


class SharedForm(ScopeForm):
    total = YuanField(label=_("分摊总额（元）"), max_length=20)
    by = forms.ChoiceField(
        label=_("分摊方式"),
        choices=[
            ("area", _("按建筑面积")), ("unit", _("按户")), ("usage", _("按用量")), ("persons", _("按居住人数")), ("agreed", _("按约定系数")),
        ],
    )  # fmt: skip
    meter_kind = forms.ChoiceField(label=_("按哪种表的用量"), required=False)
    vacant = forms.DecimalField(
        label=_("空置房屋的系数"), initial=Decimal(1), min_value=Decimal(0), max_value=Decimal(1), decimal_places=2,
        help_text=_("1 和别人一样，0.7 打七折，0 不摊。"), widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num"}),
    )  # fmt: skip
    agreed = AgreedField(
        label=_("约定系数"), required=False, max_length=40_000,
        help_text=_("一行一户：房号 系数。按约定系数分摊时每户都要写；其他方式只写和别人不同的，如一楼不用电梯写 0.5。"),
    )  # fmt: skip
    field_order = [
        "item", "title", "service_from", "service_to", "total", "by", "meter_kind", "vacant", "agreed", "due_on", "scope", "kinds", "only",
        "leave_out",
    ]  # fmt: skip

    def __init__(self, actor: Actor, community: Community, *args: Any, **kwargs: Any) -> None:
        super().__init__(actor, community, *args, **kwargs)
        kind = self.fields["meter_kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = [("", "—"), *((one, one) for one in meter_kinds(actor, community.pk))]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("by") == "usage" and not found.get("meter_kind"):
            self.add_error("meter_kind", _("按用量分摊要选表的种类。"))
        if found.get("by") == "agreed" and not found.get("agreed") and "agreed" not in self.errors:
            self.add_error("agreed", _("按约定系数分摊要写每户的系数。"))
        return found

    def order(self) -> tuple[Head, SharedTerms]:
        data = self.cleaned_data
        kind = data["meter_kind"] if data["by"] == "usage" else ""
        terms = SharedTerms(data["total"], By(data["by"]), self.chosen(), data["vacant"], kind, data["agreed"])
        return self.head(data["service_from"], data["service_to"]), terms


class EachForm(ScopeForm):
    price = forms.DecimalField(
        label=_("单价（元）"), max_digits=12, decimal_places=4, widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num"})
    )
    by = forms.ChoiceField(label=_("计价方式"), choices=[("unit", _("每户")), ("area", _("每平方米建筑面积"))])
    field_order = [
        "item", "title", "service_from", "service_to", "price", "by", "due_on", "scope", "kinds", "only", "leave_out",
    ]  # fmt: skip

    def order(self) -> tuple[Head, EachTerms]:
        data = self.cleaned_data
        return self.head(data["service_from"], data["service_to"]), EachTerms(data["price"], By(data["by"]), self.chosen())


class DepositForm(HeadForm):
    on = DayField(label=_("收取日"), help_text=_("按这一天的押金标准和缴费人。"))
    codes = CodesField(label=_("哪些房屋"), help_text=_("写房号，一行一个。已收过这项押金的不重复收。"))
    pieces = forms.IntegerField(label=_("件数"), initial=1, min_value=1, max_value=1000, help_text=_("按件收的（如门禁卡）每户几件。"))
    return_on = DayField(label=_("预计退还日"), required=False, help_text=_("过了这天还在押，会列入逾期未退。"))
    field_order = ["item", "title", "on", "due_on", "codes", "pieces", "return_on"]

    def __init__(self, actor: Actor, community: Community, *args: Any, **kwargs: Any) -> None:
        super().__init__(actor, community, *args, **kwargs)
        held = deposit_policies(actor).filter(community=community)
        item = self.fields["item"]
        assert isinstance(item, forms.ChoiceField)
        item.choices = list(dict.fromkeys((row.item_id, row.item.name) for row in held))

    def order(self) -> tuple[Head, DepositTerms]:
        data = self.cleaned_data
        return self.head(data["on"], data["on"]), DepositTerms(data["codes"], data["pieces"], data["return_on"])


class PolicyForm(forms.Form):
    """A deposit policy from a day on."""

    item = forms.TypedChoiceField(label=_("押金"), coerce=int)
    by = forms.ChoiceField(label=_("怎么算"), choices=DepositPolicy.By.choices)
    figure = forms.DecimalField(
        label=_("标准"), max_digits=12, decimal_places=2, help_text=_("元；按租金的填几个月，1 到 3。"),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num", "autocomplete": "off"}),
    )  # fmt: skip
    effective_from = DayField(label=_("生效日期"))
    note = forms.CharField(label=_("说明"), max_length=200, required=False)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        item = self.fields["item"]
        assert isinstance(item, forms.ChoiceField)
        item.choices = [(one.pk, one.name) for one in items(actor).filter(nature=ChargeItem.Nature.DEPOSIT)]


class TurnoverForm(HeadForm):
    until = MonthField(label=_("到哪个月"), max_length=7, help_text=_("这个月及以前已确认、还没计过费的营业额都算进来。"))
    field_order = ["item", "title", "until", "due_on"]

    def __init__(self, actor: Actor, community: Community, *args: Any, **kwargs: Any) -> None:
        super().__init__(actor, community, *args, **kwargs)
        held = set(leases(actor).filter(community=community).values_list("tariff__item_id", flat=True))
        item = self.fields["item"]
        assert isinstance(item, forms.ChoiceField)
        item.choices = [(one.pk, one.name) for one in items(actor) if one.pk in held]

    def order(self) -> tuple[Head, TurnoverTerms]:
        month = self.cleaned_data["until"]
        return self.head(month.first, month.last), TurnoverTerms(month)
