"""What this room holds about people, for the register of personal data."""

from __future__ import annotations

from collections.abc import Iterable

from wuyefei.estate.people.public import Person
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.relations.privacy.public import CONTRACT, RETAINED, Holding, Row, register_holding

from .models import Answer


def _read(actor: Actor, person: Person) -> Iterable[Row]:
    places = actor.communities(Permission.SURVEY_WORK)
    for row in Answer.objects.filter(organisation_id=actor.organisation_id, community_id__in=places, person_id=person.pk).order_by("pk"):
        yield row.at.astimezone(CHINA).replace(tzinfo=None), str(row.get_kind_display()), row.score, row.text


def register() -> None:
    """Anonymous answers are nobody's: they are not found by person."""
    register_holding(
        Holding("survey", "满意度评价", "改进服务，回访不满意的住户", CONTRACT, RETAINED, ("时间", "种类", "评分", "内容"), _read, Permission.SURVEY_WORK)
    )
