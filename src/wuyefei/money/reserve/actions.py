"""Draft a quarter, assess its large debts, have a second person approve it; set a firm's rates."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Sum

from wuyefei.foundation.access.actor import Actor, get_community
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import Invalid, NotFound
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.ledger.public import Account, Posting, hold_books, post

from .drafting import fill
from .models import Rates, Run, Single
from .queries import approved_quarter, get_run, rates_on, standing_balance, terms_of
from .rules import (
    RATED,
    TRANSITIONS,
    Moved,
    NotAssessed,
    OpenRun,
    Quarter,
    Terms,
    WrongState,
    check_effective,
    check_quarter,
    check_terms,
)

KIND = "reserve.run"
OPEN = (Run.State.DRAFT, Run.State.ASKED)


@transaction.atomic
def draft_run(community_id: int, quarter: Quarter, *, actor: Actor) -> Run:
    """Draft the reserve of a community as of the quarter's last day.

    Raises ``NotOver``, ``EarlierQuarter`` and ``OpenRun``. After an approved run of the quarter the next one is its adjustment.
    """
    community = get_community(actor, community_id, Permission.RESERVE_WORK)
    Community.objects.select_for_update(no_key=True).get(pk=community.pk)
    check_quarter(quarter, approved_quarter(community.pk), clock.today())
    open_run = Run.objects.filter(community=community, state__in=OPEN).first()
    if open_run is not None:
        raise OpenRun(community=community.name, quarter=open_run.quarter)
    version = rates_on(actor.organisation_id, quarter.last)
    terms = terms_of(version)
    run = Run.objects.create(
        organisation_id=actor.organisation_id, community=community, as_of=quarter.last, rates=version, large_fen=terms.large_fen,
        made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    fill(run, terms)
    audit.record(actor, "reserve.draft", run, after={"quarter": str(quarter)})
    return run


def _locked(run_id: int, actor: Actor) -> Run:
    run = get_run(actor, run_id)
    actor.require(Permission.RESERVE_WORK, run.community_id)
    Community.objects.select_for_update(no_key=True).get(pk=run.community_id)
    return Run.objects.select_for_update(of=("self",)).select_related("community").get(pk=run.pk)


def _move(run: Run, state: str, *fields: str) -> None:
    """The one place that writes a state. Raises ``WrongState``."""
    if state not in TRANSITIONS[run.state]:
        raise WrongState(state=run.get_state_display())
    run.state = state
    run.save(update_fields=["state", *fields])


@transaction.atomic
def assess(run_id: int, single_id: int, reserve_fen: int, reason: str, plan: str, *, actor: Actor) -> Single:
    """Say what of a large debt will probably be lost, why, and what is done about it. May be said anew while a draft.

    Raises ``Invalid`` for an amount below 0 or above the debt, or a blank reason or plan; ``WrongState``.
    """
    run = _locked(run_id, actor)
    single = Single.objects.select_related("payer").filter(pk=single_id, run=run).first()
    if single is None:
        raise NotFound()
    if run.state != Run.State.DRAFT:
        raise WrongState(state=run.get_state_display())
    if not 0 <= reserve_fen <= single.outstanding_fen:
        raise Invalid(field="单项计提", reason="应在 0 和欠费之间")
    before = {"reserve_fen": single.reserve_fen, "reason": single.reason, "plan": single.plan}
    single.reserve_fen = reserve_fen
    single.reason = limited(reason, "依据", 400, required=True)
    single.plan = limited(plan, "办法", 400, required=True)
    single.assessed_by_id, single.assessed_at = actor.user_id, clock.now()
    single.save(update_fields=["reserve_fen", "reason", "plan", "assessed_by", "assessed_at"])
    after = {"reserve_fen": reserve_fen, "reason": single.reason, "plan": single.plan}
    audit.record(actor, "reserve.assess", single, before=before, after=after)
    return single


@transaction.atomic
def submit(run_id: int, *, actor: Actor, note: str = "") -> Request:
    """Ask a second person to approve and book it. Raises ``NotAssessed`` while a large debt is not assessed, ``WrongState``."""
    run = _locked(run_id, actor)
    missing = run.singles.filter(reserve_fen__isnull=True).select_related("payer").order_by("-outstanding_fen", "pk")
    if run.state == Run.State.DRAFT and missing:
        raise NotAssessed(count=len(missing), payer=missing[0].payer.name)
    run.asked_by_id = actor.user_id
    _move(run, Run.State.ASKED, "asked_by")
    payload = _payload(run)
    reason = limited(note, "说明", 400) or f"{run.quarter} 计提"
    return approvals.ask(
        KIND, run, actor=actor, community_id=run.community_id, payload=payload, reason=reason, amount_fen=payload["reserve_fen"]
    )


def _payload(run: Run) -> dict[str, Any]:
    """What the second person decides on: the figures, and each large debt as it was assessed."""
    sums = run.parts.aggregate(outstanding=Sum("outstanding_fen"), by_age=Sum("reserve_fen"))
    singles = [list(row) for row in run.singles.order_by("pk").values_list("pk", "reserve_fen")]
    reserve = int(sums["by_age"]) + sum(fen or 0 for _pk, fen in singles)
    return {"run": run.pk, "quarter": str(run.quarter), "outstanding_fen": int(sums["outstanding"]), "reserve_fen": reserve, "singles": singles}


def approve(request: Request, actor: Actor) -> None:
    """Carried out on approval: the difference to the balance that stands is booked, with everybody who posts kept waiting."""
    Community.objects.select_for_update(no_key=True).get(pk=request.community_id)
    run = Run.objects.select_for_update(of=("self",)).select_related("community").get(pk=request.subject_id)
    payload = _payload(run)
    if payload != request.payload:
        raise Moved()
    hold_books(run.community_id)
    run.standing_fen = standing_balance(run.community_id)
    run.reserve_fen = payload["reserve_fen"]
    change = run.reserve_fen - run.standing_fen
    run.entry = post(
        KIND, run.pk, [Posting(Account.CREDIT_LOSS, change), Posting(Account.RESERVE, -change)], actor=actor,
        community_id=run.community_id, memo=f"{run.quarter} 坏账准备",
    )  # fmt: skip
    run.decided_by_id, run.decided_at = actor.user_id, clock.now()
    _move(run, Run.State.APPROVED, "reserve_fen", "standing_fen", "entry", "decided_by", "decided_at")
    after = {"reserve_fen": run.reserve_fen, "standing_fen": run.standing_fen, "difference_fen": change}
    audit.record(actor, "reserve.approved", run, after=after)


def send_back(request: Request, actor: Actor) -> None:
    """Carried out on refusal or withdrawal: it is a draft again, its large debts may be assessed anew."""
    run = Run.objects.select_for_update(of=("self",)).select_related("community").get(pk=request.subject_id)
    run.asked_by_id = None
    _move(run, Run.State.DRAFT, "asked_by")


@transaction.atomic
def discard(run_id: int, *, actor: Actor) -> None:
    """Give a draft up; its lines stay on record. Raises ``WrongState``."""
    run = _locked(run_id, actor)
    _move(run, Run.State.DISCARDED)
    audit.record(actor, "reserve.discard", run)


@transaction.atomic
def set_rates(effective_from: dt.date, terms: Terms, reason: str, *, actor: Actor) -> Rates:
    """The firm's rates from a day on; the same figures again say that they were reviewed and kept.

    Raises ``Invalid``, and ``RatesBackdated`` where a quarter of that day was approved already.
    """
    actor.require_wide(Permission.RESERVE_APPROVE)
    check_terms(terms)
    latest = Run.objects.filter(organisation_id=actor.organisation_id, state=Run.State.APPROVED).order_by("-as_of").first()
    check_effective(effective_from, latest.quarter if latest else None)
    row = Rates.objects.create(
        organisation_id=actor.organisation_id, effective_from=effective_from, large_fen=terms.large_fen,
        reason=limited(reason, "依据", 400, required=True), set_by_id=actor.user_id, set_at=clock.now(),
        **{bucket.name.lower(): terms.rates[bucket] for bucket in RATED},
    )  # fmt: skip
    after = {bucket.name.lower(): str(terms.rates[bucket]) for bucket in RATED} | {"large_fen": terms.large_fen}
    audit.record(actor, "reserve.rates", row, after=after, reason=row.reason)
    return row
