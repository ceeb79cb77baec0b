"""Forms of sign-in, one's own account, and the administration of people and places."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import Community, Region
from .queries import Branch
from .rules import ROLE_NAMES, Role

SECRET = {"autocomplete": "current-password"}


class SignInForm(forms.Form):
    username = forms.CharField(
        label=_("用户名"),
        max_length=60,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )
    password = forms.CharField(
        label=_("密码"), max_length=128, strip=False, widget=forms.PasswordInput(attrs=SECRET)
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("动态码"),
        max_length=12,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "autofocus": True,
                "class": "wy-code",
            }
        ),
    )


class PasswordForm(forms.Form):
    current = forms.CharField(
        label=_("当前密码"), max_length=128, strip=False, widget=forms.PasswordInput(attrs=SECRET)
    )
    new = forms.CharField(
        label=_("新密码"),
        max_length=128,
        strip=False,
        help_text=_("至少 10 位，不能全是数字，不要用常见密码或用户名。"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("再输一次新密码"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("new") and given.get("again") and given["new"] != given["again"]:
            self.add_error("again", _("两次输入的新密码不一样。"))
        return given


class PersonForm(forms.Form):
    name = forms.CharField(
        label=_("姓名"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    username = forms.CharField(
        label=_("用户名"),
        max_length=40,
        help_text=_("登录用，2–40 位字母、数字、点、下划线或短横线。"),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )


class GrantForm(forms.Form):
    """``place``: ``all``, or the id of a region after ``r``, of a community after ``c``."""

    role = forms.ChoiceField(
        label=_("角色"), choices=[("", _("请选择"))] + [(role.value, _(ROLE_NAMES[role])) for role in Role]
    )
    place = forms.ChoiceField(label=_("范围"))
    starts_on = forms.DateField(
        label=_("开始日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, branches: list[Branch], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        regions = [
            (f"r{line.region.pk}", "　" * line.depth + line.region.name) for line in branches if line.region
        ]
        places = [
            (f"c{line.community.pk}", line.community.name)
            for line in branches
            if line.community and line.community.ended_on is None
        ]
        choices: list[Any] = [("all", _("整个企业"))]
        choices += [(_("区域"), regions)] if regions else []
        choices += [(_("小区"), places)] if places else []
        self.fields["place"].choices = choices  # type: ignore[attr-defined]

    def place_ids(self) -> dict[str, int | None]:
        value = self.cleaned_data["place"]
        number = int(value[1:]) if value != "all" else None
        return {
            "region_id": number if value[0] == "r" else None,
            "community_id": number if value[0] == "c" else None,
        }


class _RegionField(forms.ChoiceField):
    """A region of the organisation, or none."""

    def offer(self, branches: list[Branch], none: Any, but: Region | None = None) -> None:
        lines = [line for line in branches if line.region and line.region != but]
        self.choices = [
            ("", none),
            *((str(line.region.pk), "　" * line.depth + line.region.name) for line in lines if line.region),
        ]

    def clean(self, value: Any) -> int | None:
        value = super().clean(value)
        return int(value) if value else None


class RegionForm(forms.Form):
    name = forms.CharField(
        label=_("区域名称"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    parent = _RegionField(label=_("上级区域"), required=False)

    def __init__(
        self, *args: Any, branches: list[Branch], region: Region | None = None, **kwargs: Any
    ) -> None:
        if region is not None:
            kwargs["initial"] = {"name": region.name, "parent": region.parent_id or ""}
        super().__init__(*args, **kwargs)
        self.fields["parent"].offer(branches, _("没有上级"), region)  # type: ignore[attr-defined]


class CommunityForm(forms.Form):
    name = forms.CharField(
        label=_("小区名称"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    region = _RegionField(label=_("所属区域"), required=False)
    receipt_prefix = forms.CharField(
        label=_("收据字头"),
        max_length=8,
        required=False,
        help_text=_("印在收据号前面，以后不能改；不填则取名称的拼音首字母。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    address = forms.CharField(label=_("地址"), max_length=160, required=False)
    phone = forms.CharField(
        label=_("服务电话"),
        max_length=40,
        required=False,
        help_text=_("通知、催缴函和业主手机页上写的电话。"),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )

    def __init__(
        self, *args: Any, branches: list[Branch], community: Community | None = None, **kwargs: Any
    ) -> None:
        if community is not None:
            kwargs["initial"] = {
                "name": community.name,
                "region": community.region_id or "",
                "address": community.address,
                "phone": community.phone,
            }
        super().__init__(*args, **kwargs)
        self.fields["region"].offer(branches, _("直属企业"))  # type: ignore[attr-defined]
        if community is not None:
            del self.fields["receipt_prefix"]


class EndForm(forms.Form):
    ended_on = forms.DateField(
        label=_("撤场日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
