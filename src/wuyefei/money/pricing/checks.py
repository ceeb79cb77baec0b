"""What ``verify`` proves of new prices."""

from __future__ import annotations

from collections.abc import Iterator

from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded, register_check

from .actions import KIND
from .models import Proposal

TABLE = "pricing_proposal"


def agreed(organisation_id: int) -> Iterator[Yielded]:
    """Every price that was agreed is the one asked for, was decided by somebody else than who asked, and stands as it was
    agreed."""
    rows = Proposal.objects.filter(organisation_id=organisation_id, state=Proposal.State.DONE).select_related("version").order_by("pk")
    for row in rows:
        yield Examined(1)
        version = row.version
        assert version is not None
        if (version.tariff_id, version.effective_from, version.per_unit, version.fixed, version.terms) != (
            row.tariff_id, row.effective_from, row.per_unit, row.fixed, row.terms
        ):  # fmt: skip
            yield Finding("pricing.agreed", TABLE, row.pk, "收费标准上的价格不是复核通过的价格")
        request = Request.objects.filter(pk=row.request_id or 0, kind=KIND, subject_id=row.pk, state=Request.State.APPROVED).select_related("decision").first()
        if request is None or request.maker_id != row.made_by_id or request.decision.person_id == row.made_by_id:
            yield Finding("pricing.agreed", TABLE, row.pk, "没有另一人通过的复核")


def register() -> None:
    register_check("pricing.agreed", "新价格正是另一人复核通过的", agreed)
