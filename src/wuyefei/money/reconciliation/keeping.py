"""The one place where a difference is opened and closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.platform import audit, clock

from .models import ChannelDay, Difference
from .rules import WORK_WITHIN, Gap, Kind

SIDES = frozenset({Kind.NOT_OURS, Kind.NOT_THEIRS, Kind.AMOUNT})
PAYOUT = frozenset({Kind.SETTLEMENT})


def keep(row: ChannelDay, gaps: Sequence[Gap], places: Mapping[str, int], actor: Actor, kinds: frozenset[Kind]) -> None:
    """Open what differs, or again what had vanished and differs by the same; what of ``kinds`` stood open and differs no more has
    vanished. ``places``: the community of a number."""
    now, seen = clock.now(), {(gap.kind.value, gap.number) for gap in gaps}
    there = {(one.kind, one.number): one for one in row.differences.all()}
    Difference.objects.bulk_create(
        [Difference(organisation_id=row.organisation_id, community_id=places.get(gap.number, row.community_id), channel_day=row,
                    kind=gap.kind.value, number=gap.number, ours_fen=gap.ours_fen, theirs_fen=gap.theirs_fen, owner_id=actor.user_id,
                    opened_at=now, due_at=now + WORK_WITHIN)
         for gap in gaps if (gap.kind.value, gap.number) not in there]
    )  # fmt: skip
    sums = {(gap.kind.value, gap.number): (gap.ours_fen, gap.theirs_fen) for gap in gaps}
    for key, one in there.items():
        if one.resolution == Difference.Resolution.VANISHED and sums.get(key) == (one.ours_fen, one.theirs_fen):
            reopen(one, actor)
        if key not in seen and one.closed_at is None and one.kind in kinds:
            close(one, Difference.Resolution.VANISHED, "", actor)


def reopen(one: Difference, actor: Actor) -> None:
    """It waits for somebody again."""
    one.resolution, one.note, one.closed_at, one.closed_by_id, one.due_at = "", "", None, None, clock.now() + WORK_WITHIN
    one.save(update_fields=["resolution", "note", "closed_at", "closed_by", "due_at"])
    audit.record(actor, "recon.reopen", one, community_id=one.community_id, after={"gap_fen": one.gap_fen})


def close(one: Difference, resolution: str, note: str, actor: Actor) -> None:
    one.resolution, one.note, one.closed_at, one.closed_by_id = resolution, note, clock.now(), actor.user_id
    one.save(update_fields=["resolution", "note", "closed_at", "closed_by"])
    audit.record(actor, "recon.resolve", one, community_id=one.community_id, after={"resolution": resolution, "gap_fen": one.gap_fen}, reason=note)
