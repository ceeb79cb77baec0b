"""Every address of the site, from Django's resolver, and the rows that may stand in it.

A new address whose parameter is not known here fails the walk: say in ``KINDS`` which kind of row it names, and add
one such row to every place in ``places.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.architecture.place import Place
from wuyefei.foundation.access.gate import stages_of
from wuyefei.foundation.access.rules import Permission, Stage

KINDS: dict[str, str] = {
    "community_id": "community", "building_id": "building", "vehicle_id": "vehicle", "tie_id": "tie", "property_id": "property",
    "receivable_id": "receivable", "bill_id": "receivable",
    "inspection_id": "inspection", "ticket_id": "ticket", "statement_id": "statement", "person_id": "person", "tariff_id": "tariff", "contract_id": "contract", "hold_id": "hold",
    "grant_id": "grant", "payment_id": "payment", "shift_id": "shift", "receipt_id": "receipt", "token": "token",
    "setup_token": "setup_token", "order_id": "order", "exception_id": "exception", "refund_id": "refund", "invoice_id": "invoice", "setup_id": "setup",
    "admin/people/<int:pk>": "user", "admin/places/regions/<int:pk>": "region", "admin/places/communities/<int:pk>": "community",
    "approvals/<int:pk>": "request", "billing/runs/<int:pk>": "run", "billing/receivables/<int:pk>": "receivable",
    "meter_id": "meter", "lease_id": "lease", "consultation_id": "consultation", "reading_id": "reading", "sheet_id": "sheet",
    "imports/<int:pk>": "import", "jobs/<int:pk>": "job", "view_id": "view", "job_id": "export_job", "target_id": "target",
    "contact_id": "contact", "ground_id": "ground", "batch_id": "batch", "version_id": "version", "hook": "hook",
    "case_id": "case", "plan_id": "plan", "year_id": "year", "measure_id": "measure", "given_up_id": "given_up",
    "correction_id": "correction", "proposal_id": "proposal", "division_id": "division",
    "transfer_id": "transfer", "matter_id": "matter", "letter_id": "letter", "paper_id": "paper",
    "entry_id": "entry", "slip_id": "slip", "channel_day_id": "channel_day", "difference_id": "difference",
    "alert_id": "watch_alert",
    "reserve_run_id": "reserve_run", "single_id": "reserve_single",
    "draw_id": "draw", "sample_item_id": "sample_item", "control_id": "control", "mismatch_id": "mismatch",
    "source_id": "source", "source_hook": "source_hook", "handover_id": "handover", "objection_id": "objection",
    "fund_id": "fund", "money_id": "fund_money", "aid_id": "aid", "campaign_id": "campaign", "given_id": "given",
    "trial_id": "trial", "news_id": "news", "effort_id": "effort", "showing_id": "showing", "work_id": "work",
    "debit_batch_id": "debit_batch", "payout_file_id": "payout_file", "debit_item_id": "debit_item", "mandate_id": "mandate",
    "deposit_id": "deposit", "sharing_id": "sharing", "deduction_id": "deduction",
    "route_id": "route", "stop_id": "stop", "proof_id": "proof",
    "miss_id": "miss",
    "review_id": "credit_review", "act_id": "act", "attachment_id": "attachment",
    "drive_id": "drive",
    "cost_id": "cost", "passing_id": "passing",
    "answer_id": "survey_answer",
    "file_id": "statement_file",
    "delegation_id": "delegation",
    "bank_statement_id": "bank_statement", "bank_line_id": "bank_line",
    "contracts/lines/<int:line_id>": "line", "billing/runs/<int:pk>/lines/<int:line_id>": "draft_line",
}  # fmt: skip
"""The kind of row by parameter, or by the beginning of the address up to and with the parameter."""

WORDS: dict[str, list[str | int]] = {
    "work": [
        "rounds", "release_income", "risk_classes", "credit_ratings", "followup_cases", "followup_steps", "legal_matters", "prepaid_offset", "follow_plans",
        "follow_years", "follow_measures", "watch_minimums",
        "drive_lists", "followup_files", "visit_proofs",
    ],
    "group": ["identity", "payment", "parking", "contact"],
    "sheet_kind": ["metered", "shared", "each", "turnover", "deposit", "other"],
    "act": ["adjust", "waive", "reverse", "hold"],
    "channel": ["sms", "paper"], "side": ["former", "new"],
    "field": ["mobile", "identity", "bank", "history", "name"],
    "deed": ["early", "close"], "paper_kind": ["sums", "pack"], "news": ["posted", "delivered"],
    "book_month": ["2026-01"], "closing_act": ["close", "reopen"],
    "report": ["trial", "movement", "income", "page"], "target": ["kingdee", "yonyou"],
    "cost_move": ["paid", "awarded"],
    "place": ["nobodys"], "invitation_id": [1], "key": ["no-key"],
}  # fmt: skip
"""Parameters that are words and name no row, or rows that only an owner's session reaches (``tests/edges/portal``)."""

OWNERS = "portal:"
"""Pages with a sign-in of their own: to staff and to nobody they are the way to it."""

PUBLIC = {
    "access:sign_in", "access:sign_out", "access:language", "receipts:verify", "channels:notify", "notices:receipts", "moments:events",
}
"""Addresses open to people who have not signed in."""


@dataclass(frozen=True)
class Address:
    """One pattern: ``params`` in the order of the address, ``kinds`` the kind of row of each (empty for a word)."""

    route: str
    name: str
    view: Callable[..., Any]
    params: tuple[str, ...]
    kinds: tuple[str, ...]

    @property
    def permission(self) -> Permission | None:
        return getattr(self.view, "permission", None)

    @property
    def wide(self) -> bool:
        """Whether the permission is asked for over the whole organisation."""
        return bool(getattr(self.view, "wide", False))

    @property
    def public(self) -> bool:
        return Stage.SIGN_IN in stages_of(self.view)

    @property
    def rows(self) -> int:
        """How many rows the address names."""
        return sum(bool(kind) for kind in self.kinds)

    def path(self, values: tuple[int | str, ...]) -> str:
        return reverse(self.name, kwargs=dict(zip(self.params, values, strict=True)))

    def paths(self, *places: Place, brief: bool = False) -> Iterator[str]:
        """The address with rows of a place; with two places, the last row is of the second one. ``brief``: one each."""
        last = max((number for number, kind in enumerate(self.kinds) if kind), default=-1)
        choices: list[list[int | str]] = []
        for number, (param, kind) in enumerate(zip(self.params, self.kinds, strict=True)):
            place = places[-1] if number == last else places[0]
            choices.append(list(WORDS[param]) if not kind else place.ids[kind])
        for values in product(*(choice[:1] for choice in choices) if brief else choices):
            yield self.path(values)


def every_address() -> list[Address]:
    return list(_walk(get_resolver(), "", ""))


def _walk(resolver: URLResolver, route: str, namespace: str) -> Iterator[Address]:
    for found in resolver.url_patterns:
        whole = route + str(found.pattern)
        if isinstance(found, URLResolver):
            inner = f"{namespace}{found.namespace}:" if found.namespace else namespace
            yield from _walk(found, whole, inner)
        else:
            yield _address(found, whole, namespace)


def _address(found: URLPattern, route: str, namespace: str) -> Address:
    assert found.name, f"{route} has no name"
    params = tuple(found.pattern.converters) or tuple(found.pattern.regex.groupindex)
    kinds = tuple(kind_of(param, route) for param in params)
    return Address(route, f"{namespace}{found.name}", found.callback, params, kinds)


def kind_of(param: str, route: str) -> str:
    """The kind of row that a parameter of an address names."""
    if param in WORDS:
        return ""
    start = route.partition(f":{param}>")[0] + f":{param}>"
    kind = KINDS.get(start) or KINDS.get(param)
    assert kind, f"{route}: what <{param}> names is not known; see tests/architecture/addresses.py"
    return kind
