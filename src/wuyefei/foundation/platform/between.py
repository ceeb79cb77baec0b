"""Lists narrowed to days: the ``from`` and ``to`` that an address asks for."""

from __future__ import annotations

import datetime as dt
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from wuyefei.foundation.kernel.dates import CHINA, DAY, parse_day
from wuyefei.foundation.kernel.errors import Invalid

Row = TypeVar("Row", bound=Model)


def between(rows: QuerySet[Row], field: str, sent: QueryDict) -> tuple[QuerySet[Row], str]:
    """The rows whose moment ``field`` lies on the days asked for, both included, in China's time; and what of the days could not
    be understood, for the page to say."""
    try:
        if sent.get("from"):
            rows = rows.filter(**{f"{field}__gte": _midnight(parse_day(sent["from"], _("从哪天")))})
        if sent.get("to"):
            rows = rows.filter(**{f"{field}__lt": _midnight(parse_day(sent["to"], _("到哪天")) + DAY)})
    except Invalid as error:
        return rows, error.text
    return rows, ""


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=CHINA)
