"""A file of a statement as it is sent to a browser."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponse

from .filing import PDF
from .models import StatementFile


def shown_file(row: StatementFile) -> HttpResponse:
    """A picture on the page, a PDF as a file to keep; the browser is told to believe the type that was found."""
    response = HttpResponse(bytes(row.content), content_type=row.content_type)
    kind = "attachment" if row.content_type == PDF else "inline"
    response.headers["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(row.name)}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
