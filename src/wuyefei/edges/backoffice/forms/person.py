"""Forms of persons. Numbers are typed in clear and never shown back: a blank keeps what is there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.people.public import Person, PersonRow

from .base import Form

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
