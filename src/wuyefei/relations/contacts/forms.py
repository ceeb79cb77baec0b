"""Forms of contacts, wishes, grounds, limits and special days."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.kernel.dates import CHINA, EARLIEST, LATEST
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.shell.inputs import DayField
from wuyefei.money.billing.public import Receivable

from .models import CHANNELS, PURPOSES, RECIPIENTS, Contact, Ground, Wish
from .rules.limits import DEFAULTS, Cap, Limits, Window
from .rules.measures import BANS
from .rules.steps import CHANNEL_NAMES, Channel, Purpose, Recipient

BY_HAND = [(code, name) for code, name in PURPOSES if code not in (Purpose.CODE, Purpose.BILL)]
NO_MEASURE = [("", _("只是联系，不采取其他措施"))]
SENT_BY_PROGRAM = {"sent", "bounced"}


class MomentField(forms.DateTimeField):
    """A moment in China, as the browser's own picker gives it."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"], **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value.astimezone(CHINA) if isinstance(value, dt.datetime) and value.tzinfo else value

    def validate(self, value: dt.datetime | None) -> None:
        super().validate(value)
        if value and not EARLIEST <= value.date() <= LATEST:
            raise forms.ValidationError(_("日期应在 1950 到 2100 年之间。"))


class ContactForm(forms.Form):
    """One contact: what has happened, or what is planned."""

    state = forms.ChoiceField(
        label=_("这次联系"), widget=forms.RadioSelect,
        choices=[("done", _("已经联系")), ("in", _("对方来的")), ("planned", _("打算联系"))], initial="done",
    )  # fmt: skip
    channel = forms.ChoiceField(label=_("方式"), choices=CHANNELS)
    purpose = forms.ChoiceField(label=_("目的"), choices=BY_HAND, initial=Purpose.REMINDER.value)
    recipient = forms.ChoiceField(label=_("对谁"), choices=RECIPIENTS)
    at = MomentField(label=_("时间"))
    people = forms.IntegerField(label=_("同行人数"), min_value=1, max_value=9, initial=1, help_text=_("上门催缴至少两人。"))
    outcome = forms.ChoiceField(
        label=_("结果"), required=False, help_text=_("打算联系的不用选。"),
        choices=[("", "—"), *[pair for pair in Contact.Outcome.choices if pair[0] not in SENT_BY_PROGRAM]],
    )  # fmt: skip
    measure = forms.ChoiceField(label=_("附带措施"), required=False, choices=[*NO_MEASURE, *[(code, _(ban.name)) for code, ban in BANS.items()]])
    receivables = forms.TypedMultipleChoiceField(label=_("关于哪些账单"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple)
    note = forms.CharField(label=_("说了什么"), required=False, max_length=400, strip=True, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("只记与物业服务有关的，不记证件号、病情、家庭情况。"))

    def __init__(self, *args: Any, bills: list[Receivable], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["receivables"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (row.pk, f"{row.property.code} {row.item.name} {row.service_from:%Y-%m-%d}–{row.service_to:%m-%d} {yuan_text(row.outstanding_fen)}")
            for row in bills
        ]
        if not bills:
            del self.fields["receivables"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("state") in ("done", "in") and not data.get("outcome"):
            self.add_error("outcome", _("请选一项"))
        if data.get("state") != "planned" and data.get("measure"):
            self.add_error("measure", _("只有打算联系时才选；已经采取的措施请在说明里写明。"))
        return data

    @property
    def choice(self) -> dict[str, Any]:
        """What a draft is made from."""
        data = self.cleaned_data
        return {
            "channel": Channel(data["channel"]), "purpose": Purpose(data["purpose"]), "recipient": Recipient(data["recipient"]),
            "at": data["at"], "people": data["people"], "note": data["note"], "incoming": data["state"] == "in",
            "measures": frozenset({data["measure"]} if data["measure"] else ()), "receivable_ids": tuple(data.get("receivables", ())),
        }  # fmt: skip


class CloseForm(forms.Form):
    at = MomentField(label=_("时间"))
    outcome = forms.ChoiceField(label=_("结果"), choices=[pair for pair in Contact.Outcome.choices if pair[0] not in SENT_BY_PROGRAM])
    note = forms.CharField(label=_("说了什么"), required=False, max_length=400, strip=True, widget=forms.Textarea(attrs={"rows": 3}))


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("原因"), max_length=200, strip=True)


class WishForm(forms.Form):
    channel = forms.ChoiceField(label=_("方式"), choices=[pair for pair in CHANNELS if pair[0] != Channel.DESK])
    kind = forms.ChoiceField(label=_("意愿"), choices=[pair for pair in Wish.Kind.choices if pair[0] != Wish.Kind.WRONG])
    how = forms.CharField(label=_("依据"), max_length=120, strip=True, help_text=_("在哪里、怎么说的，如：11-20 来电说明。"))


class GroundForm(forms.Form):
    kind = forms.ChoiceField(label=_("依据种类"), choices=Ground.Kind.choices)
    proof = forms.CharField(label=_("凭证"), max_length=200, strip=True, help_text=_("写明文件、条款或者登记号。"))


class SpecialDayForm(forms.Form):
    day = DayField(label=_("日期"))
    rest = forms.ChoiceField(label=_("性质"), choices=[("rest", _("放假")), ("work", _("上班"))])
    name = forms.CharField(label=_("名称"), max_length=40, strip=True)
    source = forms.CharField(label=_("依据"), max_length=80, strip=True, help_text=_("如：国务院办公厅通知的文号。"))


class LimitsForm(forms.Form):
    """The caps of each channel and the hours of the firm."""

    def __init__(self, *args: Any, limits: Limits = DEFAULTS, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.limits = limits
        for channel, cap in limits.caps.items():
            for span, label in (("day", gettext("每天")), ("week", gettext("每 7 天")), ("month", gettext("每 30 天"))):
                field = forms.IntegerField(label=label, min_value=0, max_value=30, initial=getattr(cap, span))
                field.widget.attrs["aria-label"] = f"{gettext(CHANNEL_NAMES[channel])} {label}"
                self.fields[f"{channel.value}_{span}"] = field
        self.fields["all_day"] = forms.IntegerField(label=gettext("每天合计"), min_value=1, max_value=9, initial=limits.all_day, help_text=gettext("各种方式加在一起。"))
        for name, label, window in self._windows(limits):
            self.fields[f"{name}_starts"] = self._time(gettext("%(what)s起") % {"what": label}, window.starts)
            self.fields[f"{name}_ends"] = self._time(gettext("%(what)s止") % {"what": label}, window.ends)
        self.fields["rest_evening"] = self._time(gettext("休息日晚间起"), limits.rest_evening)
        self.fields["visitors"] = forms.IntegerField(label=gettext("上门人数"), min_value=1, max_value=9, initial=limits.visitors)
        self.fields["reason"] = forms.CharField(label=gettext("原因"), max_length=200, strip=True, help_text=gettext("会进审计记录。"))

    @staticmethod
    def _windows(limits: Limits) -> list[tuple[str, str, Window]]:
        noon, evening = limits.meals
        return [
            ("quiet", gettext("免打扰时段"), limits.quiet), ("visits", gettext("上门时段"), limits.visits), ("noon", gettext("午餐"), noon),
            ("evening", gettext("晚餐"), evening),
        ]  # fmt: skip

    @staticmethod
    def _time(label: str, initial: dt.time) -> forms.TimeField:
        return forms.TimeField(label=label, initial=initial, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))

    def caps(self) -> list[tuple[str, list[Any]]]:
        """Rows of the table: the channel's name and its three fields."""
        return [(gettext(CHANNEL_NAMES[channel]), [self[f"{channel.value}_{span}"] for span in ("day", "week", "month")]) for channel in self.limits.caps]

    def hours(self) -> list[Any]:
        names = [f"{name}_{end}" for name, _label, _window in self._windows(self.limits) for end in ("starts", "ends")]
        return [self[name] for name in [*names, "rest_evening", "all_day", "visitors"]]

    def chosen(self) -> Limits:
        data = self.cleaned_data

        def span(name: str) -> Window:
            return Window(data[f"{name}_starts"], data[f"{name}_ends"])

        return Limits(
            caps={channel: Cap(*(data[f"{channel.value}_{part}"] for part in ("day", "week", "month"))) for channel in self.limits.caps},
            all_day=data["all_day"], quiet=span("quiet"), visits=span("visits"), meals=(span("noon"), span("evening")),
            rest_evening=data["rest_evening"], visitors=data["visitors"],
        )  # fmt: skip
