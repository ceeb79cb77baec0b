"""Pages of a list with the addresses of their neighbours; several lists may be paged apart on one page."""

from __future__ import annotations

from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from wuyefei.foundation.platform.paging import SIZE, Page, paginate

Row = TypeVar("Row", bound=Model)
NEWEST = ("-pk",)


def page_of(
    request: HttpRequest, rows: QuerySet[Row], order: tuple[str, ...], *, size: int = SIZE, name: str = "at"
) -> Page[Row]:
    """The page that the query's ``name`` asks for; its ``newer`` and ``older`` are whole addresses."""
    try:
        page = paginate(rows, order, request.GET.get(name, ""), size)
    except (ValueError, TypeError, ValidationError):  # a mark somebody has altered
        page = paginate(rows, order, "", size)
    return Page(page.rows, _link(request, name, page.newer), _link(request, name, page.older))


def _link(request: HttpRequest, name: str, mark: str) -> str:
    if not mark:
        return ""
    query = request.GET.copy()
    query.pop("part", None)
    query[name] = mark
    return f"{request.path}?{query.urlencode()}"
