"""Previews and results as JSON documents: what pages and the command line show. Personal data masked."""

from __future__ import annotations

from typing import Any

from django.utils import translation

from wuyefei.estate.properties.public import Property
from wuyefei.foundation.kernel.errors import Phrase, packed, spoken, unpacked
from wuyefei.foundation.kernel.money import yuan

from .comparing.work import KINDS, Change, Work
from .rules.choices import Choices
from .rules.issues import Issue, Severity, group_issues
from .rules.plan import ImportPlan
from .rules.rowtable import DUPLICATE, ERROR, WARNING, SheetView, shown_message, shown_value

GROUPS, CHANGES = 200, 200
FIELD_NAMES = {
    "kind": "房屋类型", "floor": "楼层", "layout": "户型", "area_m2": "建筑面积", "inner_area_m2": "套内面积",
    "delivered_on": "交付日期", "vacant": "空置", "mobile": "手机号", "identity": "证件号码",
}  # fmt: skip


def issues_document(issues: tuple[Issue, ...], limit: int = GROUPS) -> list[dict[str, Any]]:
    """Alike issues together, errors first; numbers of people masked."""
    return [
        {
            "severity": group.first.severity.value, "code": group.first.code, "sheet": group.first.sheet,
            "row": group.first.row, "column": group.first.column, "header": group.first.header,
            "value": shown_value(group.first), "message": packed(shown_message(group.first)), "expected": packed(group.first.hint),
            "count": group.count, "rows": [row for row in group.rows if row],
        }
        for group in group_issues(issues)[:limit]
    ]  # fmt: skip


def _shown(name: str, value: Any) -> str:
    if name in ("mobile", "identity"):
        return Phrase("（新号码）")
    if name == "kind" and value:
        with translation.override("zh-hans"):
            return Phrase(str(Property.Kind(value).label))
    if isinstance(value, bool):
        return Phrase("是" if value else "否")
    return Phrase("空") if value in (None, "") else str(value)


def _changes(kind: str, changes: list[Change]) -> list[dict[str, Any]]:
    return [
        {
            "kind": kind, "name": change.name, "field": FIELD_NAMES[name],
            "before": "" if name in ("mobile", "identity") else packed(_shown(name, change.before.get(name))),
            "after": packed(_shown(name, value)),
        }
        for change in changes[:CHANGES]
        for name, value in change.after.items()
    ]  # fmt: skip


def _counts(work: Work, what: str) -> dict[str, int]:
    return {kind: getattr(tally, what) for kind, tally in work.tallies.items()}


def result_document(plan: ImportPlan, work: Work, choices: Choices, community: str) -> dict[str, Any]:
    """What is created, changed, the same and left out, the totals, and every group of issues."""
    issues = (*plan.issues, *work.issues)
    severities = [issue.severity for issue in issues]
    return {
        "file": plan.file_name,
        "layout": plan.layout,
        "community": community,
        "communities": list(plan.communities)[:50],
        "takeover_on": choices.takeover_on.isoformat(),
        "rows_read": plan.rows_read,
        "created": _counts(work, "created"),
        "changed": _counts(work, "changed"),
        "ignored": _counts(work, "same"),
        "left_out": _counts(work, "skipped"),
        "changes": _changes("房屋", work.property_changes) + _changes("业主与住户", work.people_changes),
        "totals": {"opening_arrears": yuan(work.arrears_fen), "opening_prepayments": yuan(work.prepayments_fen)},
        "arrears_fen": work.arrears_fen,
        "prepayments_fen": work.prepayments_fen,
        "errors": severities.count(Severity.ERROR),
        "warnings": severities.count(Severity.WARNING),
        "issues": issues_document(issues),
        "unread": [{"sheet": one.sheet, "what": packed(one.what), "count": one.count} for one in plan.ignored],
    }


def preview_document(
    plan: ImportPlan, work: Work, choices: Choices, community: str, table: tuple[SheetView, ...], columns: list[dict[str, Any]]
) -> dict[str, Any]:
    """The result that is to be expected, with the figures of the preview page."""
    results = [row.result for view in table for row in view.rows]
    counts = {result: results.count(result) for result in (ERROR, DUPLICATE, WARNING)}
    document = result_document(plan, work, choices, community)
    return document | {
        "hint": plan.community_hint,
        "columns": columns,
        "has_money": bool(plan.opening_arrears or plan.opening_prepayments),
        "has_lines": bool(plan.contract_lines),
        "empty": work.is_empty,
        "rows": {"all": len(results), "good": len(results) - counts[ERROR] - counts[DUPLICATE], **counts},
    }


def spoken_document(document: dict[str, Any]) -> dict[str, Any]:
    """A document as kept, its words said in the reader's language."""
    issues = [one | {key: spoken(unpacked(one[key])) for key in ("message", "expected")} for one in document["issues"]]
    unread = [one | {"what": spoken(unpacked(one["what"]))} for one in document["unread"]]
    changes = [
        one | {key: spoken(one[key]) for key in ("kind", "field")} | {key: _said(one[key]) for key in ("before", "after")}
        for one in document["changes"]
    ]
    return document | {"issues": issues, "unread": unread, "changes": changes}


def _said(kept: Any) -> str:
    """A fact stays as it is; words of ours are said."""
    return spoken(unpacked(kept)) if isinstance(kept, dict) else str(kept)


def summary(document: dict[str, Any], what: str = "created") -> str:
    """``房屋 34019、楼栋 5708`` of what is not zero."""
    found = [f"{spoken(KINDS[kind])} {count}" for kind, count in document[what].items() if count]
    return "、".join(found)
