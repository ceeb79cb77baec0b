"""Forms of persons. Numbers are typed in clear and never shown back: a blank keeps what is there."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.people.public import Person, PersonRow
from wuyefei.estate.properties.public import Property, normalise_code, properties
from wuyefei.foundation.access.actor import Actor

from .base import Form, day_field

NUMBERS = {"mobile": _("手机号"), "identity": _("证件号码"), "bank": _("银行账号")}


class PersonForm(Form):
    name = forms.CharField(label=_("姓名"), max_length=80)
    kind = forms.ChoiceField(label=_("人员类型"), choices=Person.Kind.choices)
    mobile = forms.CharField(label=NUMBERS["mobile"], max_length=30, required=False)
    identity = forms.CharField(label=NUMBERS["identity"], max_length=40, required=False)
    bank = forms.CharField(label=NUMBERS["bank"], max_length=40, required=False)
    remark = forms.CharField(label=_("备注"), max_length=200, required=False)
    external_ref = forms.CharField(label=_("外部编号"), max_length=60, required=False)
    clear = forms.MultipleChoiceField(
        label=_("清除"), choices=list(NUMBERS.items()), required=False, widget=forms.CheckboxSelectMultiple()
    )
    reason = forms.CharField(label=_("修改原因"), max_length=400, required=False)

    def __init__(self, *args: Any, person: Person | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if person is None:
            del self.fields["clear"], self.fields["reason"]
            return
        held = []
        for name in NUMBERS:
            shown = getattr(person, f"{name}_shown")
            if shown:
                self.fields[name].help_text = _("现在 %(shown)s，留空不改") % {"shown": shown}
                held.append((name, NUMBERS[name]))
        if held:
            self.fields["clear"].choices = held  # type: ignore[attr-defined]
        else:
            del self.fields["clear"]

    def row(self) -> PersonRow:
        data = self.cleaned_data
        names = ("name", "kind", "mobile", "identity", "bank", "remark", "external_ref")
        return PersonRow(**{name: data[name] for name in names})

    def changes(self, person: Person) -> dict[str, str]:
        """What is to be changed: a number only where a new one was typed or its clearing was asked for."""
        data = self.cleaned_data
        wanted = {
            name: data[name] for name in ("name", "kind", "remark", "external_ref") if data[name] != getattr(person, name)
        }
        for name in NUMBERS:
            if data[name]:
                wanted[name] = data[name]
            elif name in data.get("clear", []):
                wanted[name] = ""
        return wanted


class PaysForm(Form):
    """Many properties at once, by code, of which somebody becomes the payer from a day on."""

    codes = forms.CharField(
        label=_("房屋编号"), max_length=8000, widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        help_text=_("一行一个，或用逗号隔开。如总部替各家门店缴费。"),
    )  # fmt: skip
    starts_on = day_field(_("起始日期"))

    def found(self, actor: Actor, community_id: int) -> list[Property]:
        """The present properties with exactly these codes, in their order; adds an error naming those that are not there."""
        wanted = list(dict.fromkeys(normalise_code(part) for part in re.split(r"[\n,，、;；]+", self.cleaned_data["codes"]) if part.strip()))
        rows = properties(actor).filter(community_id=community_id, ended_on__isnull=True, code__in=wanted)
        by_code = {row.code: row for row in rows}
        missing = [code for code in wanted if code not in by_code]
        if missing:
            self.add_error("codes", _("本项目没有编号为「%(code)s」的房屋") % {"code": "、".join(missing[:5])})
        return [by_code[code] for code in wanted if code in by_code]
