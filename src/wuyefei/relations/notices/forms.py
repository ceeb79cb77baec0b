"""Forms of batches, texts, carriers and addresses."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.access.actor import Actor, visible_communities
from wuyefei.foundation.access.rules import Permission

from .carriers import OPEN, SECRETS
from .models import CHANNELS, STEPS, Carrier, Trial

SETTING_NAMES = {
    "secret_id": _("密钥编号 SecretId"), "secret_key": _("密钥 SecretKey"), "access_id": _("密钥编号 AccessKey ID"), "access_secret": _("密钥 AccessKey Secret"), "app_id": _("应用编号 AppId"), "sign": _("短信签名"),
    "region": _("地域"), "endpoint": _("服务地址"), "host": _("服务器"), "port": _("端口"), "user": _("账号"),
    "password": _("密码"), "sender": _("发件地址"), "name": _("发件人名称"), "secret": _("密钥"), "token": _("回调令牌 Token"),
    "url": _("链接地址"), "page": _("小程序页面"), "return_address": _("寄件地址"),
}  # fmt: skip


class BatchForm(forms.Form):
    """A community and a due date on which something is open there."""

    community = forms.TypedChoiceField(label=_("小区"), coerce=int)
    due_on = forms.TypedChoiceField(label=_("到期日"), coerce=dt.date.fromisoformat, help_text=_("还有未缴账单的到期日。"))
    smart = forms.BooleanField(label=_("按各户的缴费习惯选时间"), required=False, help_text=_("不选就现在发；夜里的都等到早上。"))

    def __init__(self, actor: Actor, days: list[dt.date], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        community, due_on = self.fields["community"], self.fields["due_on"]
        assert isinstance(community, forms.ChoiceField) and isinstance(due_on, forms.ChoiceField)
        community.choices = [(place.pk, place.name) for place in visible_communities(actor, Permission.NOTICE_SEND)]
        due_on.choices = [(day.isoformat(), day.isoformat()) for day in days]


class TextForm(forms.Form):
    step = forms.ChoiceField(label=_("用途"), choices=STEPS)
    channel = forms.ChoiceField(label=_("渠道"), choices=CHANNELS)
    subject = forms.CharField(label=_("标题"), required=False, max_length=80, strip=True, help_text=_("邮件、推送和信函要写。"))
    body = forms.CharField(
        label=_("正文"), max_length=4000, widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=_("微信一行一个「关键词=内容」，如 thing1=您的{项目}。"),
    )  # fmt: skip
    carrier_template = forms.CharField(label=_("服务商模板编号"), required=False, max_length=64, strip=True, help_text=_("短信和微信要填服务商批准的模板编号。"))


class MannerForm(forms.Form):
    """How bills are announced in the whole organisation."""

    timing = forms.BooleanField(label=_("智能时机"), required=False, help_text=_("按每位缴费人过去的缴费日子和钟点发，看不出习惯的按合同的提前天数。"))
    smart_bill = forms.BooleanField(label=_("智能账单"), required=False, help_text=_("用已批准的「智能账单」模板代替账单通知；没有模板的渠道照旧。"))


class TrialForm(forms.Form):
    """A comparison as it is stated before its start; rates in per cent."""

    name = forms.CharField(label=_("名称"), max_length=80, strip=True)
    communities = forms.TypedMultipleChoiceField(label=_("小区"), coerce=int, widget=forms.CheckboxSelectMultiple)
    measure = forms.ChoiceField(label=_("比较什么"), choices=Trial.Measure.choices)
    usual = forms.DecimalField(label=_("现在的比率"), max_digits=4, decimal_places=1, help_text=_("%，普通账单大约有多少"))
    difference = forms.DecimalField(label=_("要看出的差别"), max_digits=3, decimal_places=1, initial=10, help_text=_("个百分点，越小要的户数越多"))

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        communities = self.fields["communities"]
        assert isinstance(communities, forms.MultipleChoiceField)
        communities.choices = [(place.pk, place.name) for place in visible_communities(actor, Permission.NOTICE_SEND)]


class NewsForm(forms.Form):
    """A sentence about what comes next in a community."""

    community = forms.TypedChoiceField(label=_("小区"), coerce=int)
    text = forms.CharField(label=_("内容"), max_length=40, strip=True, help_text=_("近期的活动或服务升级，40 字以内"))
    starts_on = forms.DateField(label=_("起"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    ends_on = forms.DateField(label=_("止"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        community = self.fields["community"]
        assert isinstance(community, forms.ChoiceField)
        community.choices = [(place.pk, place.name) for place in visible_communities(actor, Permission.NOTICE_SEND)]


class CarrierForm(forms.Form):
    """The settings of one channel; a held secret is never shown, blank keeps it."""

    enabled = forms.BooleanField(label=_("启用"), required=False)
    per_second = forms.IntegerField(label=_("每秒条数"), min_value=1, max_value=1000, initial=20)

    kind = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, kind: str, row: Carrier | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["kind"] = kind
        held = row.settings if row is not None and row.kind == kind else {}
        for name in OPEN[kind]:
            self.fields[name] = forms.CharField(label=SETTING_NAMES[name], required=False, max_length=200, strip=True, initial=held.get(name, ""))
        for name in SECRETS[kind]:
            self.fields[name] = forms.CharField(
                label=SETTING_NAMES[name], required=False, max_length=200, strip=True, help_text=_("已保存的不显示；留空不改。"),
                widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
            )  # fmt: skip
        if row is not None:
            self.initial.update(enabled=row.enabled, per_second=row.per_second)


class AddressForm(forms.Form):
    channel = forms.ChoiceField(label=_("渠道"), choices=[pair for pair in CHANNELS if pair[0] in ("email", "wechat", "mini", "app")])
    value = forms.CharField(label=_("地址"), required=False, max_length=120, strip=True, help_text=_("邮箱，或者公众号、App 里的用户编号；留空就去掉。"))
