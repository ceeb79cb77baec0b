"""A refused step: kept for the manager, and said to whoever tried it."""

from __future__ import annotations

import datetime as dt

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import DomainError, Phrase, spoken
from wuyefei.foundation.platform import clock

from ..models import Refusal
from ..rules.guard import Refused
from ..rules.sources import SOURCES
from ..rules.steps import Step


class StepRefused(DomainError):
    """The guard turned the step away; nothing was saved but the attempt. ``verdict`` holds reason, source and choice."""

    code = "step_refused"
    message = "{reason}。来源：{source}"

    def __init__(self, verdict: Refused) -> None:
        self.verdict = verdict
        source = "；".join(SOURCES[code] for code in verdict.sources)
        super().__init__(reason=verdict.reason, source=source, refused=verdict.code)


def keep_refusal(
    step: Step, verdict: Refused, *, actor: Actor, community_id: int, person_id: int, property_id: int | None, happened: bool = False
) -> Refusal:
    """Log the attempt for the manager; ``happened`` where it was done before it was judged."""
    reason = verdict.reason
    pattern, facts = (reason.pattern, reason.facts) if isinstance(reason, Phrase) else (reason, {})
    return Refusal.objects.create(
        organisation_id=actor.organisation_id, community_id=community_id, person_id=person_id, property_id=property_id,
        channel=step.channel.value, purpose=step.purpose.value, recipient=step.recipient.value, wanted_at=step.at,
        code=verdict.code, pattern=pattern, facts={name: str(value) for name, value in facts.items()},
        sources=list(verdict.sources), happened=happened, made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip


def reason_text(row: Refusal) -> str:
    """Why, in the reader's language, from the columns."""
    return spoken(Phrase(row.pattern, **{name: Phrase(str(value)) if "{" not in str(value) else value for name, value in row.facts.items()}))


def when(moment: dt.datetime) -> str:
    """``2026-11-24 18:30`` in China."""
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}"
