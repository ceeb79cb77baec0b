"""What the room's pages share: filters, paging and refusals."""

from __future__ import annotations

from typing import TypeVar

from django.contrib import messages
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.kernel.text import tidy
from wuyefei.foundation.kernel.text import whole_number as number_of

Row = TypeVar("Row", bound=Model)
PAGE = 50
EXPORT_LIMIT = 50_000


def page_of(rows: QuerySet[Row], sent: QueryDict) -> tuple[list[Row], str]:
    """One page, latest first, and the address of the older ones."""
    before = number_of(sent.get("before", ""))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: PAGE + 1])
    shown = found[:PAGE]
    if len(found) <= PAGE:
        return shown, ""
    query = sent.copy()
    query["before"] = str(shown[-1].pk)
    return shown, f"?{query.urlencode()}"


def about(text: str, prefix: str = "") -> Q:
    """Rows whose number, transaction, room or payer a searched text names."""
    text = tidy(text)[:40]
    names = ("number__icontains", "property__code__icontains", "payer__name__icontains")
    found = Q()
    for name in names:
        found |= Q(**{prefix + name: text})
    return found | Q(**{f"{prefix}transaction_id": text})


def back(request: HttpRequest, error: DomainError, to: str, *args: object) -> HttpResponse:
    """A refused act: back to the page, with the reason. What is not theirs stays not found."""
    if isinstance(error, (NotFound, Forbidden)):
        raise error
    messages.error(request, error.text)
    return redirect(to, *args)
