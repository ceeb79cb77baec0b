"""The forms of the room."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.foundation.platform.pictures import MOST_BYTES
from wuyefei.foundation.shell.inputs import DayField, YuanField

from .actions.keeping import Facts
from .actions.returning import ReturnDraft, Withheld
from .models import Return
from .rules import MOST_DEDUCTIONS


class FactsForm(forms.Form):
    use_required_attribute = False
    purpose = forms.CharField(label=_("用途"), max_length=80)
    document = forms.CharField(label=_("依据"), max_length=80, required=False, help_text=_("如租赁合同号、装修许可证号。"))
    expected_on = DayField(label=_("预计退还日"), required=False, help_text=_("过了这天还在押，会列入逾期未退。"))

    def facts(self) -> Facts:
        data = self.cleaned_data
        return Facts(data["purpose"], data["document"], data["expected_on"])


class ReturnForm(forms.Form):
    """An inspection; deductions are numbered ``reason_1``, ``amount_1``, ``document_1``, ``photo_1`` and so on."""

    use_required_attribute = False
    inspected_on = DayField(label=_("验收日期"))
    finding = forms.CharField(label=_("验收情况"), max_length=200)
    refund = YuanField(label=_("退还（元）"), max_length=16)
    way = forms.ChoiceField(label=_("退款方式"), choices=Return.Way.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, MOST_DEDUCTIONS + 1):
            self.fields[f"reason_{number}"] = forms.CharField(label=_("扣款原因"), max_length=80, required=False)
            self.fields[f"amount_{number}"] = forms.CharField(label=_("扣款（元）"), max_length=16, required=False)
            self.fields[f"document_{number}"] = forms.CharField(label=_("单据编号"), max_length=60, required=False)
            self.fields[f"photo_{number}"] = forms.FileField(label=_("照片"), required=False)

    def lines(self) -> list[list[forms.BoundField]]:
        names = ("reason", "amount", "document", "photo")
        return [[self[f"{name}_{number}"] for name in names] for number in range(1, MOST_DEDUCTIONS + 1)]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        kept = []
        for number in range(1, MOST_DEDUCTIONS + 1):
            reason, amount, document, photo = (found.get(f"{name}_{number}") for name in ("reason", "amount", "document", "photo"))
            if not (reason or amount or document or photo):
                continue
            try:
                fen = parse_yuan(amount or "", str(_("扣款（元）")))
            except Invalid as error:
                self.add_error(f"amount_{number}", str(error.data["reason"]))
                continue
            if photo and photo.size > MOST_BYTES:
                self.add_error(f"photo_{number}", _("照片太大。"))
                continue
            kept.append(Withheld(reason or "", fen, document or "", photo.read() if photo else b""))
        found["withheld"] = tuple(kept)
        return found

    def draft(self, deposit_id: int) -> ReturnDraft:
        data = self.cleaned_data
        return ReturnDraft(deposit_id, data["inspected_on"], data["finding"], data["refund"], data["withheld"], data["way"])
