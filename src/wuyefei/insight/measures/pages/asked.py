"""What a page of this room is asked for, in its address; and the addresses of other questions beside it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from wuyefei.estate.properties.public import Building
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import parse_day
from wuyefei.foundation.kernel.errors import Invalid, Phrase
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock

from ..queries.basis import Part, Scope, scope_of
from ..queries.groups import Dimension
from ..rules import Bucket, Options, Period, Unit

NARROW = ("region", "community", "building", "item", "kind", "housekeeper")
OPTIONS = {"prepaid": ("prepaid", True), "fees": ("late_fees", False), "waived": ("waived", True)}
"""Options by their word in the address: the field and what it is where the address does not say."""


@dataclass(frozen=True)
class Asked:
    """A question as asked: the scope, the dimension, and the words of the address that differ from the defaults."""

    scope: Scope
    dimension: Dimension
    words: dict[str, str]

    def address(self, page: str = "measures:dashboard", /, **changes: Any) -> str:
        """The address of a page about the same, with some words changed; None takes a word out."""
        words = self.words | {key: str(value) for key, value in changes.items() if value is not None}
        for key, value in changes.items():
            if value is None:
                words.pop(key, None)
        query = urlencode({key: value for key, value in words.items() if value != ""})
        return reverse(page) + (f"?{query}" if query else "")

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Words that the filter's form has no field for and passes on."""
        return [(key, value) for key, value in self.words.items() if key in (*OPTIONS, "by", "housekeeper")]

    def narrowed_by(self, key: str) -> str:
        return self.words.get(key, "")


def read(sent: QueryDict, actor: Actor) -> Asked:
    """Raises ``Invalid`` naming what cannot be understood, ``NotFound`` and ``Forbidden`` for places that are not theirs."""
    words = {key: str(sent[key]) for key in (*NARROW, *OPTIONS, "by", "period", "as_of") if sent.get(key)}
    today = clock.today()
    as_of = parse_day(words["as_of"], "截止日") if "as_of" in words else today
    unit = _choice(Unit, sent.get("unit", ""), "账期") if sent.get("unit") else Unit.MONTH
    period = Period.parse(words["period"]) if "period" in words else Period.of(unit, as_of)
    if period.unit is not Unit.MONTH or not period.first <= as_of <= period.last:
        words["period"] = str(period)
    numbers = {key: _number(words, key) for key in ("region", "community", "building", "item", "housekeeper")}
    if numbers["building"] and not _building_there(actor, numbers["building"], numbers["community"]):
        numbers["building"] = None
        words.pop("building")
    part = Part(numbers["item"], numbers["building"], words.get("kind", "")[:12], numbers["housekeeper"])
    options = Options(**{name: words[key] == "1" if key in words else default for key, (name, default) in OPTIONS.items()})
    scope = scope_of(actor, period, as_of, community_id=numbers["community"], region_id=numbers["region"], options=options, part=part)
    default = Dimension.BUILDING if len(scope.communities) == 1 else Dimension.COMMUNITY
    dimension = _choice(Dimension, words["by"], "维度") if "by" in words else default
    return Asked(scope, dimension, words)


def _building_there(actor: Actor, building_id: int, community_id: int | None) -> bool:
    """Whether the building is in the community asked for: another one may have been chosen since."""
    allowed = actor.communities(Permission.REPORT_VIEW) if community_id is None else {community_id}
    return Building.objects.filter(pk=building_id, organisation_id=actor.organisation_id, community_id__in=allowed).exists()


def _number(words: dict[str, str], key: str) -> int | None:
    text = words.get(key, "")
    if not text:
        return None
    if whole_number(text) is None:
        raise Invalid(field=key, reason=Phrase("「{value}」不是编号", value=text[:20]))
    return int(text)


def _choice(kind: Any, text: str, field: str) -> Any:
    try:
        return kind(text)
    except ValueError as error:
        raise Invalid(field=field, reason=Phrase("没有「{value}」", value=text[:20])) from error


def bucket_asked(sent: QueryDict) -> Bucket | None:
    return _choice(Bucket, str(sent["bucket"]), "账龄") if sent.get("bucket") else None


def period_text(period: Period) -> str:
    """2026 年 11 月, 2026 年第 4 季度, 2026 年第 47 周, 2026 年."""
    facts = {"year": period.year, "number": period.number, "month": period.number}
    match period.unit:
        case Unit.MONTH:
            return _("%(year)d 年 %(month)d 月") % facts
        case Unit.QUARTER:
            return _("%(year)d 年第 %(number)d 季度") % facts
        case Unit.WEEK:
            return _("%(year)d 年第 %(number)d 周") % facts
        case Unit.YEAR:
            return _("%(year)d 年") % facts


def beside(asked: Asked, period: Period) -> str:
    """The address of the same page for another period: of one that is over, as it stands on the day looked from."""
    return asked.address(period=str(period))


def units(asked: Asked) -> list[tuple[str, str, bool]]:
    """Month, quarter, year: the word, the address, whether it is the one shown."""
    names = ((Unit.MONTH, _("月")), (Unit.QUARTER, _("季")), (Unit.YEAR, _("年")))
    period, day = asked.scope.period, asked.scope.period.cut(asked.scope.as_of)
    return [(name, asked.address(period=str(Period.of(unit, day))), unit is period.unit) for unit, name in names]


def as_of_end(asked: Asked, day: dt.date) -> Asked:
    """The same question as of another day."""
    return replace(asked, words=asked.words | {"as_of": day.isoformat()}, scope=replace(asked.scope, as_of=day))
