"""Forms of follow-up."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.kernel.dates import CHINA, EARLIEST, LATEST
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.foundation.shell.inputs import DayField, YuanField
from wuyefei.relations.contacts.public import Contact

from .models import AGES, Reason
from .rules.scripts import LONGEST

WAYS = [("phone", _("电话")), ("wechat", _("微信")), ("sms", _("短信")), ("visit", _("上门")), ("letter", _("信函")), ("desk", _("到前台面谈"))]
BY_HAND = [pair for pair in Contact.Outcome.choices if pair[0] not in ("bounced", "delivered", "read")]


class MoneyField(forms.Field):
    """Yuan as people write them, kept as fen."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            return parse_yuan(text[:20], "金额")
        except Invalid as error:
            raise forms.ValidationError(error.text) from error


class NextField(forms.CharField):
    """The moment of a next contact in ISO form with its zone; blank for what the rules say."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            moment = dt.datetime.fromisoformat(text)
        except ValueError as error:
            raise forms.ValidationError(_("时间应如 2026-11-26 18:30。")) from error
        moment = moment if moment.tzinfo else moment.replace(tzinfo=CHINA)
        if not EARLIEST <= moment.date() <= LATEST:
            raise forms.ValidationError(_("日期应在 1950 到 2100 年之间。"))
        return moment


class LogForm(forms.Form):
    """A contact as it went."""

    client_key = forms.CharField(max_length=64)
    seen = forms.IntegerField(min_value=0)
    channel = forms.ChoiceField(label=_("方式"), choices=WAYS)
    outcome = forms.ChoiceField(label=_("结果"), choices=BY_HAND)
    reason = forms.ChoiceField(label=_("未缴原因"), choices=[("", "—"), *Reason.choices], required=False)
    note = forms.CharField(label=_("说了什么"), max_length=400, required=False, strip=True)
    at = NextField(label=_("时间"), required=False)
    promise_on = forms.DateField(label=_("承诺日期"), required=False)
    promise = MoneyField(label=_("承诺金额"), required=False)
    next_at = NextField(label=_("下一步"), required=False)
    script = forms.IntegerField(required=False, min_value=1)


class StepForm(forms.Form):
    """The next contact, planned by hand."""

    channel = forms.ChoiceField(label=_("方式"), choices=WAYS[:-1])
    day = forms.DateField(label=_("日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    time = forms.TimeField(label=_("时间"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))

    @property
    def at(self) -> dt.datetime:
        return dt.datetime.combine(self.cleaned_data["day"], self.cleaned_data["time"], tzinfo=CHINA)


class ScriptForm(forms.Form):
    age = forms.ChoiceField(label=_("适用"), choices=AGES)
    first = forms.CharField(label=_("肯定"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2}))
    second = forms.CharField(label=_("事实"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}))
    third = forms.CharField(label=_("邀请"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2}))


STARTS = [("due", _("到期日")), ("notice", _("账单通知")), ("quarter", _("季末"))]
RELEASES = [("rule", _("按规则放行")), ("hand", _("由人放行"))]
CONTACT_WAYS = [("phone", _("电话")), ("wechat", _("微信")), ("sms", _("短信")), ("app", _("App 推送")), ("letter", _("信函")), ("visit", _("上门"))]


class RungForm(forms.Form):
    """One line of a cadence; a line without a name is left out."""

    code = forms.CharField(max_length=10, required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=_("做什么"), max_length=20, required=False, strip=True)
    start = forms.ChoiceField(label=_("从哪天算"), choices=STARTS, initial="due")
    day = forms.IntegerField(label=_("几天后"), required=False, min_value=-30, max_value=365)
    channels = forms.MultipleChoiceField(label=_("方式"), choices=CONTACT_WAYS, required=False, widget=forms.CheckboxSelectMultiple)
    whom = forms.CharField(label=_("对象说明"), max_length=40, required=False, strip=True)
    serious = forms.BooleanField(label=_("只给大额、多期"), required=False)
    release = forms.ChoiceField(label=_("放行"), choices=RELEASES, initial="rule")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("name") and data.get("day") is None and "day" not in self.errors:
            self.add_error("day", _("请写天数；到期前写负数。"))
        return data


RungForms = forms.formset_factory(RungForm, extra=2, max_num=10, validate_max=True)


class PolicyForm(forms.Form):
    """Where, for whom and from when a cadence holds."""

    effective_from = DayField(label=_("生效日期"))
    large = YuanField(label=_("超过多少元算大额"), max_length=20)
    many = forms.IntegerField(label=_("几期未缴算多期"), min_value=1, max_value=60)
    reason = forms.CharField(label=_("为什么改"), max_length=200, strip=True)


class AdjustForm(forms.Form):
    """Another way or moment for chosen steps; blank leaves it."""

    channel = forms.ChoiceField(label=_("方式"), choices=[("", "—"), *WAYS[:-1]], required=False)
    at = NextField(label=_("时间"), required=False)
