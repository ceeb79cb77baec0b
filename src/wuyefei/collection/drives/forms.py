"""Forms of a drive."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.access.models import Community
from wuyefei.foundation.shell.inputs import DayField, YuanField

from .actions import COST_NOTE, LESSON, TITLE
from .models import AIMS
from .rules import Aim


class SomeYuan(YuanField):
    """An amount in yuan that may be left out: None then."""

    def clean(self, value: Any) -> Any:
        return super().clean(value) if str(value or "").strip() else None


class OpenForm(forms.Form):
    """A drive to be opened: ``place_N`` chooses a community, ``fen_N`` says what it is to bring in."""

    title = forms.CharField(label=_("名称"), max_length=TITLE, strip=True)
    first = DayField(label=_("开始"), help_text=_("以后的日子，名单在当天 03:10 列出。"))
    last = DayField(label=_("结束"))
    aim = forms.ChoiceField(label=_("目标"), choices=AIMS, widget=forms.RadioSelect)
    rate = forms.DecimalField(
        label=_("当期收缴率（%）"), max_digits=5, decimal_places=2, min_value=Decimal(0), max_value=Decimal(100), required=False,
        help_text=_("按当季到期的账单算；目标选当期收缴率时填。"), widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num", "autocomplete": "off"}),
    )  # fmt: skip
    people = forms.TypedMultipleChoiceField(label=_("参加人"), coerce=int, widget=forms.CheckboxSelectMultiple)
    hands_over = forms.BooleanField(label=_("行动期间，A、B 级案件由名单上的人办理，结束后退回"), required=False, initial=True)

    def __init__(self, *args: Any, places: Sequence[Community], people: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = places
        self.fields["people"].choices = people  # type: ignore[attr-defined]
        for place in places:
            self.fields[f"place_{place.pk}"] = forms.BooleanField(label=place.name, required=False)
            money = SomeYuan(label=_("目标（元）"), max_length=16, required=False)
            money.widget.attrs |= {"class": "wy-in num", "aria-label": f"{place.name} {_('目标（元）')}"}
            self.fields[f"fen_{place.pk}"] = money

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("aim") == Aim.RATE and data.get("rate") is None and "rate" not in self.errors:
            self.add_error("rate", _("请填当期收缴率。"))
        if data.get("aim") == Aim.AMOUNT:
            for pk in self.chosen(data):
                if data.get(f"fen_{pk}") is None and f"fen_{pk}" not in self.errors:
                    self.add_error(f"fen_{pk}", _("请填这个小区要收回多少。"))
        return data

    def chosen(self, data: dict[str, Any]) -> tuple[int, ...]:
        """The communities that were ticked; the only one where there is one."""
        if len(self.places) == 1:
            return (self.places[0].pk,)
        return tuple(place.pk for place in self.places if data.get(f"place_{place.pk}"))


class CloseForm(forms.Form):
    """How a drive ended."""

    lesson = forms.CharField(
        label=_("总结"), max_length=LESSON, strip=True, widget=forms.Textarea(attrs={"rows": 5}), help_text=_("什么有效，什么没有用，下个季度怎么做。")
    )
    cost = SomeYuan(label=_("花费（元）"), max_length=16, required=False, help_text=_("加班、印刷、短信等；没有记就空着。"))
    cost_note = forms.CharField(label=_("花在哪里"), max_length=COST_NOTE, required=False, strip=True)


class PassForm(forms.Form):
    """Whose list somebody else does, until when and why."""

    giver = forms.TypedChoiceField(label=_("谁的名单"), coerce=int)
    taker = forms.TypedChoiceField(label=_("转给谁"), coerce=int)
    last = DayField(label=_("到哪天"))
    reason = forms.CharField(label=_("原因"), max_length=60, strip=True)

    def __init__(self, people: Sequence[tuple[int, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("giver", "taker"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = list(people)


class CallOffForm(forms.Form):
    """Why a drive does not take place."""

    lesson = forms.CharField(label=_("原因"), max_length=LESSON, strip=True, widget=forms.Textarea(attrs={"rows": 2}))
