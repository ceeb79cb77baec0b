"""Going through communities one after the other: as a job that a person asks for, or by the clock once a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction

from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import audit, clock, jobs
from wuyefei.foundation.platform.models import Job

from .actor import Actor, get_community, visible_communities
from .models import Community, Organisation
from .permissions import Permission


@dataclass(frozen=True)
class Round:
    """``go`` works one community out as of a day, twice to the same end, and returns how much changed there; ``gone`` is the
    table (``community``, ``on``) that it writes; ``label`` names the job, for one community and for all; ``busy`` is the
    refusal while the last one still runs; ``first`` is what the night has done before and a job must do itself."""

    kind: str
    label: tuple[str, str]
    permission: Permission
    audited: str
    busy: Callable[[], DomainError]
    go: Callable[[int, dt.date], int]
    gone: type[models.Model]
    first: Callable[[int, dt.date], object] = lambda community_id, today: None

    def ask(self, community_id: int | None, *, actor: Actor) -> Job:
        """Go through a community, or every one of the actor's, now. Raises ``Forbidden``, ``NotFound`` or what ``busy`` says."""
        if community_id is not None:
            places = [get_community(actor, community_id, self.permission)]
        else:
            actor.require_anywhere(self.permission)
            places = visible_communities(actor, self.permission)
        if Job.objects.filter(organisation_id=actor.organisation_id, kind=self.kind, state__in=jobs.OPEN).exists():
            raise self.busy()
        label, place = (self.label[0], places[0].pk) if len(places) == 1 else (self.label[1], None)
        with transaction.atomic():
            job = jobs.start(self.kind, actor=actor, label=label, community_id=place, total=len(places), places=[one.pk for one in places])
            audit.record(actor, self.audited, job, community_id=place)
        return job

    def work(self, task: jobs.Task) -> dict[str, Any]:
        """The job: each community one transaction, so that one broken off goes on where it stopped."""
        places: list[int] = task.arguments["places"]
        changed = int(task.resume.get("changed", 0))
        for number, place in enumerate(places[task.done :], start=task.done + 1):
            task.check_stop()
            with transaction.atomic():
                self.first(place, clock.today())
                changed += self.go(place, clock.today())
                task.advance(number, resume={"changed": changed})
        return {"changed": changed}

    def nightly(self, organisation_id: int | None) -> int:
        """Every community (of one organisation, or of all) that was not gone through today; returns how much changed."""
        rows = Community.objects.filter(organisation__in=Organisation.objects.all())
        if organisation_id is not None:
            rows = rows.filter(organisation_id=organisation_id)
        today = clock.today()
        done = self.gone._default_manager.filter(on=today).values("community_id")
        return sum(self.go(place, today) for place in rows.exclude(pk__in=done).order_by("pk").values_list("pk", flat=True))
