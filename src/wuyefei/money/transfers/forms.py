"""The form of a transfer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.people.public import PersonRow, normalise_mobile
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.shell.inputs import DayField

from .actions import Order
from .models import Transfer
from .rules import Basis, Held, Paid, Prepaid

DEFAULTS: dict[str, Any] = {"basis": Basis.SALE.value, "prepaid": Prepaid.LEAVE.value, "paid": Paid.LEAVE.value, "deposits": Held.LEAVE.value}


class TransferForm(forms.Form):
    """What is asked for. Days, basis and choices are enough for a preview: name and number are not."""

    on = DayField(label=_("过户日期"), help_text=_("新业主从这一天起承担费用。"))
    basis = forms.ChoiceField(label=_("依据"), choices=Transfer.Basis.choices)
    document = forms.CharField(label=_("证明材料"), max_length=80, required=False, help_text=_("如不动产权证号、判决书号。"))
    name = forms.CharField(label=_("新业主"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    mobile = forms.CharField(
        label=_("手机号"), max_length=20, help_text=_("姓名和手机号与已有人员相同时，就是这位。"),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )  # fmt: skip
    company = forms.BooleanField(label=_("新业主是单位"), required=False)
    also = forms.TypedMultipleChoiceField(
        label=_("一起过户的车位"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )  # fmt: skip
    paid = forms.ChoiceField(
        label=_("原业主已付过的日子"), choices=[("leave", _("不动，买卖双方自行结算")), ("split", _("按日拆分，多付的转为原业主预存"))]
    )
    prepaid = forms.ChoiceField(
        label=_("原业主的预存"), choices=[("leave", _("留给原业主，另行退款或结清欠费")), ("move", _("转给新业主"))]
    )

    deposits = forms.ChoiceField(
        label=_("原业主的押金"), required=False,
        choices=[("leave", _("留在原业主名下")), ("move", _("随房屋转给新业主，以后退给新业主")), ("settle", _("验收后退给原业主，过户日前退清"))],
    )

    def __init__(self, home: Property, spaces: list[Property], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.home = home
        also = self.fields["also"]
        assert isinstance(also, forms.TypedMultipleChoiceField)
        also.choices = [(one.pk, one.code) for one in spaces]
        if not spaces:
            del self.fields["also"]

    def clean_mobile(self) -> str:
        try:
            return normalise_mobile(self.cleaned_data["mobile"])
        except Invalid as error:
            raise forms.ValidationError(str(error.data["reason"])) from error

    def previewable(self) -> bool:
        """Whether enough is known to work the transfer out."""
        self.full_clean()
        return all(name in self.cleaned_data for name in ("on", "basis", "paid", "prepaid", "deposits"))

    def order(self) -> Order:
        data = self.cleaned_data
        buyer = PersonRow(data.get("name", ""), "company" if data.get("company") else "individual", data.get("mobile", ""))
        return Order(
            self.home.pk, buyer, data["on"], Basis(data["basis"]), tuple(data.get("also") or ()), data.get("document", ""),
            Prepaid(data["prepaid"]), Paid(data["paid"]), Held(data["deposits"] or Held.LEAVE),
        )  # fmt: skip
