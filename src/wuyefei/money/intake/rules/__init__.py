"""Reading an upload into a plan: pure functions from bytes to frozen dataclasses. No Django, no clock, no disk."""

from .build import SheetColumns, build_plan, build_plan_from, describe_columns
from .errorbook import error_workbook
from .headers import Field
from .issues import Issue, IssueGroup, Severity, group_issues
from .limits import Limits, UploadRefused
from .options import Options
from .plan import ImportPlan
from .reader import Workbook, read_upload

__all__ = [
    "Field",
    "ImportPlan",
    "Issue",
    "IssueGroup",
    "Limits",
    "Options",
    "Severity",
    "SheetColumns",
    "UploadRefused",
    "Workbook",
    "build_plan",
    "build_plan_from",
    "describe_columns",
    "error_workbook",
    "group_issues",
    "read_upload",
]
