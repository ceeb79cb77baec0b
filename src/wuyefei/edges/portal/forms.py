"""What an owner types."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class MobileForm(forms.Form):
    mobile = forms.CharField(
        label=_("手机号"), max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel-national", "placeholder": ""}),
    )  # fmt: skip


class RoomForm(forms.Form):
    community = forms.CharField(label=_("小区名称"), max_length=80, help_text=_("写全名，如物业通知单上的名称"))
    room = forms.CharField(label=_("房号"), max_length=40, help_text=_("如 3-2-1201，或 3栋2单元1201"))
    name = forms.CharField(label=_("登记姓名"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"}))


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("验证码"), max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "code", "pattern": "[0-9 ]*"}),
    )  # fmt: skip
