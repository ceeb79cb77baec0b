"""Forms of the import pages."""

from __future__ import annotations

import dataclasses
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.access.models import Community
from wuyefei.foundation.kernel.errors import DomainError, spoken
from wuyefei.foundation.kernel.money import parse_yuan, yuan

from .rules import Field, Limits
from .rules.build import SheetColumns
from .rules.choices import Choices

NEW = "new"
LATE_FEE_CLAUSE = "违约金条款"


class UploadForm(forms.Form):
    """A file for a community that is there, or for a new one."""

    use_required_attribute = False
    place = forms.ChoiceField(label=_("导入到"))
    name = forms.CharField(label=_("新小区名称"), max_length=80)
    file = forms.FileField(
        label=_("文件"),
        help_text=_("xlsx、xls 或 CSV，最大 20 MB。列的顺序不限，按列名识别。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.xlsm,.csv,.txt"}),
    )

    def __init__(self, *args: Any, places: list[Community], may_found: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = {str(place.pk): place.name for place in places}
        found = [(NEW, _("新建小区"))] if may_found else []
        self.fields["name"].required = not self.is_bound or self.data.get("place") == NEW
        self.fields["place"].choices = [*found, *self.names.items()]  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        cap = Limits().max_bytes
        if file.size > cap:
            size, most = file.size >> 20, cap >> 20
            raise forms.ValidationError(_now("文件有 %(size)s MB，最大 %(most)s MB，请拆开上传。") % {"size": size, "most": most})
        return file

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("place") == NEW:
            given["community"] = given.get("name", "").strip()
        else:
            given["community"] = self.names.get(given.get("place", ""), "")
        return given


class ChoicesForm(forms.Form):
    """What is chosen beside the preview. Money as yuan; an empty total where there is money is an error of its own."""

    use_required_attribute = False
    takeover_on = forms.DateField(
        label=_("接管日"), help_text=_("从这一天起在这里计费"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    cycle_months = forms.IntegerField(label=_("收费周期（月）"), min_value=1, max_value=12, help_text=_("表里写了的按表"))
    due_day = forms.IntegerField(label=_("缴费日"), min_value=1, max_value=31)
    late_fee = forms.BooleanField(label=_("合同约定违约金：每日万分之五，上限 5%"), required=False)
    arrears = forms.CharField(label=_("期初欠费总数（元）"), required=False, max_length=24)
    prepayments = forms.CharField(label=_("期初预收总数（元）"), required=False, max_length=24)
    mode = forms.ChoiceField(choices=[("all", ""), ("valid", "")], initial="all")

    @classmethod
    def of(cls, choices: Choices) -> ChoicesForm:
        """The form as it was last chosen."""
        stated = (choices.arrears_total_fen, choices.prepayments_total_fen)
        arrears, prepayments = ("" if fen is None else yuan(fen) for fen in stated)
        return cls(
            initial={
                "takeover_on": choices.takeover_on, "cycle_months": choices.cycle_months, "due_day": choices.due_day,
                "late_fee": bool(choices.late_fee_clause), "arrears": arrears, "prepayments": prepayments,
                "mode": "valid" if choices.only_valid else "all",
            }
        )  # fmt: skip

    def _fen(self, name: str) -> int | None:
        text = self.cleaned_data[name].strip()
        if not text:
            return None
        try:
            return parse_yuan(text, str(self.fields[name].label))
        except DomainError as error:
            raise forms.ValidationError(error.text) from error

    def clean_arrears(self) -> int | None:
        return self._fen("arrears")

    def clean_prepayments(self) -> int | None:
        return self._fen("prepayments")

    def choices(self, before: Choices) -> Choices:
        """The choices with what this form says; how the file is read stays."""
        given = self.cleaned_data
        return dataclasses.replace(
            before,
            takeover_on=given["takeover_on"],
            cycle_months=given["cycle_months"],
            due_day=given["due_day"],
            late_fee_clause=LATE_FEE_CLAUSE if given["late_fee"] else "",
            arrears_total_fen=given["arrears"],
            prepayments_total_fen=given["prepayments"],
            only_valid=given["mode"] == "valid",
        )


class ColumnsForm(forms.Form):
    """Which column of a sheet is which field: one select a column, named ``c0``, ``c1`` …"""

    header_row = forms.IntegerField(label=_("表头在第几行"), min_value=1, max_value=200)
    number_rows = forms.BooleanField(label=_("没有房号列，按行号编房号"), required=False)
    charge_item = forms.CharField(label=_("单价和欠费的收费项目"), max_length=40)

    def __init__(self, *args: Any, sheet: SheetColumns, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheet = sheet
        options = [("", _("不导入")), *((field.value, spoken(field.label)) for field in Field)]
        for column in sheet.columns:
            name = column.header or column.letter
            self.fields[f"c{column.index}"] = forms.ChoiceField(label=name, choices=options, required=False)

    def mapping(self) -> dict[int, Field | None]:
        given = self.cleaned_data
        return {c.index: Field(value) if (value := given.get(f"c{c.index}")) else None for c in self.sheet.columns}

    def findings(self) -> list[str]:
        """What is wrong about the mapping as it stands: no room, one field twice."""
        used: dict[Field, str] = {}
        found = []
        for column in self.sheet.columns:
            field = self.mapping()[column.index]
            if field is None:
                continue
            name = column.header or column.letter
            if field in used:
                text = _now("「%(one)s」和「%(other)s」都对应「%(field)s」，只能留一列")
                found.append(text % {"one": used[field], "other": name, "field": spoken(field.label)})
            used.setdefault(field, name)
        if not {Field.ROOM, Field.SPACE} & set(used) and not self.cleaned_data.get("number_rows"):
            found.append(_now("没有房号列：请指定一列，或选「按行号编房号」"))
        return found
