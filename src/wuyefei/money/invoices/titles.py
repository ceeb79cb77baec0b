"""From what a form holds to a title, for the desk and the owner's phone alike."""

from __future__ import annotations

from collections.abc import Mapping

from .actions.requests import remembered
from .models import InvoiceTitle
from .rules.titles import Title, TitleKind

FIELDS = {"抬头名称": "name", "税号": "tax_number", "身份证号": "identity", "电子邮箱": "email"}
"""Which input a refused field is."""


def title_of(sent: Mapping[str, str], known: list[InvoiceTitle]) -> Title:
    """The title as entered; a person's identity number left empty is the one kept with that name, if there is one."""
    kind = TitleKind.COMPANY if sent.get("kind") == TitleKind.COMPANY else TitleKind.PERSONAL
    name, identity = sent.get("name", "").strip(), sent.get("identity", "").strip()
    if kind is TitleKind.PERSONAL and not identity:
        same = next((one for one in known if one.kind == kind and one.name == name), None)
        identity = remembered(same).identity if same else ""
    return Title(kind, name, sent.get("tax_number", ""), identity, sent.get("email", ""))


def start_of(known: list[InvoiceTitle], payer_name: str, *, company: bool) -> dict[str, str]:
    """What the form begins with: the title used last, else the payer's own name."""
    if not known:
        return {"kind": TitleKind.COMPANY if company else TitleKind.PERSONAL, "name": payer_name}
    last = known[0]
    return {"kind": last.kind, "name": last.name, "tax_number": last.tax_number, "email": last.email}
