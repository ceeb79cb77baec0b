"""The rows of each part of the audit pack, in an order that never changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import MONEY_APPROVALS
from wuyefei.foundation.approvals.actions import kind_of
from wuyefei.foundation.approvals.queries import requests
from wuyefei.foundation.kernel.errors import spoken
from wuyefei.foundation.platform.exports import Cell, Fen
from wuyefei.foundation.platform.models import Job
from wuyefei.money.ledger.public import ACCOUNT_NAMES, journal, period_closes
from wuyefei.money.reconciliation.public import differences

from . import layouts
from .models import Check
from .queries import controls, items, mismatches, moments, stub_checks
from .rules import Quarter

Rows = Iterator[Sequence[Cell | Fen]]
PROOF_JOB = "verify"


@dataclass(frozen=True)
class Scope:
    """Whose pack: ``community`` None for the whole firm; ``places`` its communities, which the caller has checked."""

    actor: Actor
    organisation: str
    community: Community | None
    places: list[Community]
    quarter: Quarter

    @property
    def here(self) -> Q:
        """Rows of the pack's communities; of the whole firm's pack also those of no community."""
        return Q(community_id=self.community.pk) if self.community else Q()

    def within(self, name: str) -> Q:
        """Moments of the quarter."""
        first, after = moments(self.quarter.first, self.quarter.last)
        return Q(**{f"{name}__gte": first, f"{name}__lt": after})

    def days(self, name: str) -> Q:
        return Q(**{f"{name}__gte": self.quarter.first, f"{name}__lte": self.quarter.last})


def _place(community: Community | None) -> str:
    return community.name if community else layouts.WHOLE_FIRM


def proof_of(scope: Scope) -> Job | None:
    """The first proof of the firm's books after the quarter, or else the latest before."""
    rows = Job.objects.filter(organisation_id=scope.actor.organisation_id, kind=PROOF_JOB, state=Job.State.DONE, result__isnull=False)
    _first, after = moments(scope.quarter.first, scope.quarter.last)
    return rows.filter(finished_at__gte=after).order_by("pk").first() or rows.order_by("-pk").first()


def verify(scope: Scope) -> Rows:
    job = proof_of(scope)
    if job is None or job.result is None:
        yield layouts.NO_PROOF, None, None, None
        return
    for one in job.result["checks"]:
        yield spoken(one["label"]), one["examined"], one["found"], job.finished_at


def entries(scope: Scope) -> Rows:
    names = {place.pk: place.name for place in scope.places}
    for one in journal(scope.actor, scope.places, scope.quarter.first, scope.quarter.last):
        for leg in one.legs:
            sides = (Fen(leg.amount_fen), None) if leg.amount_fen > 0 else (None, Fen(-leg.amount_fen))
            head = (names[one.community_id], one.entry_date, one.id, one.kind, one.memo)
            yield *head, leg.account.value, ACCOUNT_NAMES[leg.account], *sides


def closes(scope: Scope) -> Rows:
    rows = period_closes(scope.actor).filter(scope.here, scope.within("at")).select_related("community", "asked_by", "decided_by")
    for row in rows.order_by("pk"):
        yield (
            row.community.name, layouts.CLOSE_WORDS[row.reopened], row.first, row.last, row.entries, Fen(row.debit_fen), row.digest,
            row.asked_by.name, row.decided_by.name, row.at, row.reason,
        )  # fmt: skip


def samples(scope: Scope) -> Rows:
    rows = items(scope.actor).filter(scope.here, scope.days("draw__week")).order_by("draw__week", "draw_id", "rank")
    for row in rows.iterator(chunk_size=2000):
        done: Check | None = getattr(row, "check_done", None)
        receipt = row.payment.receipt
        said: Sequence[Cell | Fen] = ("", None, "", "", None)
        if done is not None:
            slip = None if done.slip_fen is None else Fen(done.slip_fen)
            said = (str(done.get_result_display()), slip, done.reason, done.checked_by.name, done.checked_at)
        yield (
            row.community.name, row.draw.week, row.draw.seed, row.draw.population, row.rank, receipt.number if receipt else "",
            Fen(row.payment.amount_fen), row.taken_by.name, *said,
        )  # fmt: skip


def stubs(scope: Scope) -> Rows:
    for row in stub_checks(scope.actor).filter(scope.here, scope.days("month")).order_by("month", "pk"):
        yield (
            row.community.name, row.month, row.first_number, row.last_number, row.receipts, row.counted, Fen(row.total_fen), row.voided,
            row.reprints, "、".join(row.gaps), "、".join(row.unexplained), row.digest, row.ticked_by.name, row.ticked_at, row.note,
        )  # fmt: skip


def gaps(scope: Scope) -> Rows:
    for row in differences(scope.actor).filter(scope.here, scope.within("opened_at")).order_by("pk"):
        yield (
            _place(row.community), str(row.channel_day), str(row.get_kind_display()), row.number, Fen(row.ours_fen), Fen(row.theirs_fen),
            row.opened_at, row.due_at, str(row.get_resolution_display()), row.note, row.closed_by.name if row.closed_by else "", row.closed_at,
        )  # fmt: skip


def exceptions(scope: Scope) -> Rows:
    for row in mismatches(scope.actor).filter(scope.here, scope.within("opened_at")).order_by("pk"):
        yield (
            _place(row.community), str(row.get_kind_display()), row.detail, row.concerns.name if row.concerns else "", row.opened_by.name,
            row.opened_at, row.due_at, row.note, row.closed_by.name if row.closed_by else "", row.closed_at,
        )  # fmt: skip


def register(scope: Scope) -> Rows:
    for row in controls(scope.actor).filter(scope.here, since__lte=scope.quarter.last).order_by("pk"):
        yield (
            _place(row.community), str(row.get_kind_display()), row.title, row.standard, str(row.get_every_display()), row.owner.name,
            row.since, row.ended_on,
        )  # fmt: skip


def tests(scope: Scope) -> Rows:
    for row in controls(scope.actor).filter(scope.here).order_by("pk"):
        for test in sorted(row.tests.all(), key=lambda one: one.pk):
            if scope.quarter.first <= test.tested_on <= scope.quarter.last:
                yield (
                    _place(row.community), row.title, test.tested_on, layouts.PASSED[test.passed], test.evidence, row.owner.name,
                    test.tested_by.name, test.made_at,
                )  # fmt: skip


def approvals(scope: Scope) -> Rows:
    """Requests about money that were made in the quarter, with what became of them."""
    rows = requests(scope.actor).filter(scope.here, scope.within("made_at"), permission__in=sorted(MONEY_APPROVALS))
    for row in rows.order_by("pk").iterator(chunk_size=2000):
        decision = getattr(row, "decision", None)
        amount = None if row.amount_fen is None else Fen(row.amount_fen)
        decided: Sequence[Cell | Fen] = (decision.by, decision.at, decision.note) if decision else ("", None, "")
        yield (
            row.community.name, spoken(kind_of(row.kind).label), row.subject_text, amount, row.reason, row.maker.name, row.made_at,
            str(row.get_state_display()), *decided,
        )  # fmt: skip


EXTRACTS: dict[str, Callable[[Scope], Rows]] = {
    layouts.VERIFY: verify, layouts.ENTRIES: entries, layouts.CLOSES: closes, layouts.SAMPLES: samples, layouts.STUBS: stubs,
    layouts.DIFFERENCES: gaps, layouts.MISMATCHES: exceptions, layouts.CONTROLS: register, layouts.TESTS: tests,
    layouts.APPROVALS: approvals,
}  # fmt: skip
