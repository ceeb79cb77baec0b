"""Drafting a correction, asking for it, and carrying it out whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction

from wuyefei.estate.contracts.public import ContractLine
from wuyefei.estate.tariffs.public import (
    NewPrice,
    Tariff,
    TariffPrice,
    TariffVersion,
    check_next,
    enter_agreed,
    get_tariff,
    price_on,
    price_words,
    prices_of,
    take_back,
)
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.billing.public import (
    Receivable,
    Repriced,
    correct_prices,
    lock_receivables,
    refuse_drafted,
)
from wuyefei.money.payments.public import Carried, balance_fen, carry, lock_payments_of, release_bill

from .models import Correction, Line
from .queries import Found, Plan, open_correction, work_out
from .rules import digest, left_over, needs_release
from .undoing import undo_plan

KIND, UNDO_KIND = "corrections.price", "corrections.undo"
REMARK = "账单差价更正，原收款转入"
BACK = "差价更正撤销，原收款转回"


class NothingToCorrect(DomainError):
    code = "nothing_to_correct"
    message = "按这个价格，自 {day} 起没有一笔已出的账单要更正。"


class AlreadyOpen(DomainError):
    code = "correction_open"
    message = "这项收费标准已有一份自 {day} 起的差价更正{state}，请先办完或放弃它。"


class CorrectionChanged(DomainError):
    code = "correction_changed"
    message = "算好以后账单有了变动，和看过的不一样。请放弃这份更正，重新补录。"


class NotMaker(DomainError):
    code = "not_maker"
    message = "这份更正由{name}补录，请他提交，或放弃后重新补录。"


class WrongState(DomainError):
    code = "correction_state"
    message = "这份更正{state}，不能{verb}。"


@transaction.atomic
def draft_correction(tariff_id: int, late: NewPrice, *, actor: Actor) -> Correction:
    """Work out which published bills a late price changes, for somebody to look through. Nothing else is written.

    Raises ``NotFound``, ``AlreadyOpen``, ``NothingToCorrect``, and whatever forbids the price itself.
    """
    tariff = _tariff(tariff_id, actor)
    actor.require(Permission.TARIFF_EDIT, tariff.community_id)
    price = check_next(tariff.pk, late, actor=actor, late=True)
    standing = prices_of([tariff.pk]).get(tariff.pk, [])
    prices = sorted([*standing, price], key=lambda one: one.since)
    return _draft(tariff, late, price.terms, work_out(tariff, prices, price.since), None, actor)


@transaction.atomic
def draft_rest(correction_id: int, *, actor: Actor) -> Correction:
    """The bills that a correction left as they were and that may be corrected by now. Raises ``NothingToCorrect``."""
    row = _done(correction_id, actor, "再更正")
    tariff = _tariff(row.tariff_id, actor)
    plan = work_out(tariff, prices_of([tariff.pk])[tariff.pk], row.effective_from)
    return _draft(tariff, row.price, row.terms, plan, row.version, actor)


@transaction.atomic
def draft_undo(correction_id: int, *, actor: Actor) -> Correction:
    """What taking a correction and its price back would change, for somebody to look through. Nothing else is written.

    Raises ``LaterCorrection`` and ``NotUndone``, which names the bills that stand in the way.
    """
    row = _done(correction_id, actor, "撤销")
    actor.require(Permission.TARIFF_EDIT, row.community_id)
    return _draft(_tariff(row.tariff_id, actor), row.price, row.terms, undo_plan(row), row.version, actor, undoes=row)


def _done(correction_id: int, actor: Actor, verb: str) -> Correction:
    """One that was carried out and is no undoing itself, which is final."""
    row = _locked(correction_id, actor, Correction.State.DONE, verb)
    if row.undoes_id:
        raise WrongState(state="已撤销", verb=verb)
    return row


def kind_of(row: Correction) -> str:
    """Under which kind a second person decides on it, and it stands in the books."""
    return UNDO_KIND if row.undoes_id else KIND


def _tariff(tariff_id: int, actor: Actor) -> Tariff:
    tariff = get_tariff(actor, tariff_id)
    actor.require(Permission.ADJUST_REQUEST, tariff.community_id)
    Tariff.objects.select_for_update(no_key=True).get(pk=tariff.pk)
    there = open_correction(tariff.pk)
    if there is not None:
        raise AlreadyOpen(day=there.effective_from, state=there.get_state_display())
    return tariff


def _draft(
    tariff: Tariff, late: NewPrice, terms: Mapping[str, Any], plan: Plan, version: TariffVersion | None, actor: Actor,
    undoes: Correction | None = None,
) -> Correction:
    if not plan.wanted:
        raise NothingToCorrect(day=late.effective_from)
    sums = plan.sums
    row = Correction.objects.create(
        organisation_id=actor.organisation_id, community_id=tariff.community_id, tariff=tariff, effective_from=late.effective_from,
        per_unit=late.per_unit, fixed=late.fixed, terms=dict(terms), note=limited(late.note, "说明", 200), digest=_digest(plan.wanted),
        line_count=sums.lines, up_fen=sums.up_fen, down_fen=sums.down_fen, same_count=plan.same, made_by_id=actor.user_id,
        made_at=clock.now(), version=version, undoes=undoes,
    )  # fmt: skip
    Line.objects.bulk_create(
        [
            Line(
                organisation_id=row.organisation_id, community_id=row.community_id, correction=row, receivable_id=one.receivable_id,
                billed_fen=one.billed_fen, should_fen=one.should_fen, difference_fen=one.difference_fen, hindrance=one.hindrance or "",
                gone=one.gone,
            )
            for one in plan.found
            if one.difference_fen
        ], batch_size=2000,
    )  # fmt: skip
    after = {"tariff": tariff.name, "effective_from": row.effective_from, "lines": sums.lines, "up_fen": sums.up_fen, "down_fen": sums.down_fen}
    audit.record(actor, f"{kind_of(row)}.draft" if undoes else "corrections.draft", row, after=after)
    return row


def _digest(found: Iterable[Found]) -> str:
    return digest((one.receivable_id, one.billed_fen, one.should_fen) for one in found)


def _locked(correction_id: int, actor: Actor, state: str, verb: str) -> Correction:
    rows = Correction.objects.select_for_update(of=("self",)).select_related("tariff", "version", "made_by", "undoes__version", "undoes__tariff")
    row = rows.filter(pk=correction_id, organisation_id=actor.organisation_id, community_id__in=actor.seen).first()
    if row is None:
        raise NotFound()
    if row.state != state:
        raise WrongState(state=row.get_state_display(), verb=verb)
    return row


@transaction.atomic
def ask_correction(correction_id: int, *, actor: Actor, reason: str) -> Request:
    """Hand a draft to a second person, with the figures that were looked at. Whoever made the draft hands it on, so that
    nobody decides on a price they entered. Raises ``NotMaker``, and ``DraftedAhead`` as carrying it out would."""
    row = _locked(correction_id, actor, Correction.State.DRAFT, "提交")
    actor.require(Permission.ADJUST_REQUEST, row.community_id)
    if row.made_by_id != actor.user_id:
        raise NotMaker(name=row.made_by.name)
    refuse_drafted_at(row.tariff, row.effective_from)
    payload = {"correction": row.pk, "lines": row.line_count, "up_fen": row.up_fen, "down_fen": row.down_fen, "digest": row.digest}
    request = approvals.ask(kind_of(row), row, actor=actor, community_id=row.community_id, reason=reason, payload=payload,
                            amount_fen=row.up_fen - row.down_fen)  # fmt: skip
    row.state, row.reason, row.request_id = Correction.State.ASKED, request.reason, request.pk
    row.save(update_fields=["state", "reason", "request_id"])
    return request


@transaction.atomic
def discard_correction(correction_id: int, *, actor: Actor) -> None:
    """Give a draft up: neither the price nor a bill was touched."""
    row = _locked(correction_id, actor, Correction.State.DRAFT, "放弃")
    actor.require(Permission.ADJUST_REQUEST, row.community_id)
    row.state = Correction.State.DISCARDED
    row.save(update_fields=["state"])
    audit.record(actor, "corrections.discard", row)


def refused(request: Request, actor: Actor) -> None:
    """Turned down or withdrawn: neither the price nor a bill was touched."""
    row = _locked(request.subject_id, actor, Correction.State.ASKED, "退回")
    row.state = Correction.State.REFUSED
    row.save(update_fields=["state"])


def carry_out(request: Request, actor: Actor) -> None:
    """Carried out on approval: the price and every correction together, or nothing at all.

    Raises ``DraftedAhead`` while a run at the former price waits to be published, ``CorrectionChanged`` where the figures are
    no longer those approved, and where a correction is taken back whatever stands in the way of that.
    """
    row = _locked(request.subject_id, actor, Correction.State.ASKED, "办理")
    refuse_drafted_at(row.tariff, row.effective_from)
    ids = list(row.lines.filter(hindrance="").values_list("receivable_id", flat=True))
    lock_payments_of(ids)
    lock_receivables(ids, row.community_id)
    before = _standing_price(row)
    version = row.version or enter_agreed(row.tariff_id, row.price, actor=actor, late=True)
    plan = undo_plan(row.undoes) if row.undoes else work_out(row.tariff, prices_of([row.tariff_id])[row.tariff_id], row.effective_from)
    if _digest(plan.wanted) != row.digest or row.digest != request.payload["digest"]:
        raise CorrectionChanged()
    released = _correct(row, plan.wanted, before, version, request, actor)
    row.state, row.version, row.agreed_by_id, row.done_at, row.released_fen = (
        Correction.State.DONE, version, actor.user_id, clock.now(), released,
    )  # fmt: skip
    row.save(update_fields=["state", "version", "agreed_by", "done_at", "released_fen"])
    if row.undoes:
        _take_back(row, version, actor)
    after = {"lines": row.line_count, "up_fen": row.up_fen, "down_fen": row.down_fen, "released_fen": released, "version": version.number}
    audit.record(actor, "corrections.undone" if row.undoes else "corrections.done", row, after=after, reason=row.reason)
    audit.publish(actor, "corrections.done", community_id=row.community_id, correction=row.pk, lines=row.line_count)


def refuse_drafted_at(tariff: Tariff, day: dt.date) -> None:
    """A run at the former price must not be published after a price from ``day`` on is there. Raises ``DraftedAhead``."""
    homes = ContractLine.objects.filter(tariff=tariff).values_list("property_id", flat=True)
    refuse_drafted(tariff.community_id, set(homes), day)


def _take_back(row: Correction, version: TariffVersion, actor: Actor) -> None:
    """The price holds no more, and neither do the corrections by it: the first, and those of bills it had left out."""
    take_back(version.pk, actor=actor, reason=row.reason)
    undone = Correction.objects.filter(version=version, undoes__isnull=True, state=Correction.State.DONE)
    undone.update(state=Correction.State.UNDONE)


def _standing_price(row: Correction) -> TariffPrice | None:
    """The price that the day had before."""
    known = [one for one in prices_of([row.tariff_id]).get(row.tariff_id, []) if row.version is None or one.version_number != row.version.number]
    return price_on(row.effective_from, known)


def _correct(
    row: Correction, found: Sequence[Found], before: TariffPrice | None, version: TariffVersion, request: Request, actor: Actor
) -> int:
    """Money out of bills that are lowered by more than is open, the adjustments of all, and the money back into them; returns
    what stays prepayment of the payers."""
    by_bill = {one.receivable_id: one for one in found}
    opens = Receivable.objects.filter(pk__in=by_bill).order_by("pk").values_list("pk", "outstanding_fen", "late_fee_settled_fen")
    freed = [pk for pk, open_fen, fee_fen in opens if needs_release(by_bill[pk].difference_fen, open_fen, fee_fen)]
    carried = {pk: release_bill(pk, actor=actor) for pk in freed}
    bills = Receivable.objects.filter(pk__in=by_bill).select_related("item").order_by("pk")
    method = row.tariff.method
    words = _words(row, price_words(method, version.per_unit, version.fixed, version.terms), before)
    undone, raised = row.undoes_id is not None, _changed_on(row)
    changes = [Repriced(bill, by_bill[bill.pk].prices, _line_words(words, by_bill[bill.pk], undone), raised.get(bill.pk)) for bill in bills]
    made = correct_prices(changes, request, actor=actor, community_id=row.community_id, source=(kind_of(row), row.pk), memo=f"{row} {len(found)} 笔")
    lines = {line.receivable_id: line for line in row.lines.filter(receivable__in=by_bill)}
    for pk, parts in carried.items():
        lines[pk].kept = _kept(parts, carry(parts, pk, actor=actor, remark=REMARK))
    for change in made:
        lines[change.receivable_id].adjustment = change
    Line.objects.bulk_update(lines.values(), ["adjustment", "kept"], batch_size=1000)
    if row.undoes_id:
        _put_back(row, by_bill, actor)
    return sum(fen for line in lines.values() for *_, fen in line.kept)


def _changed_on(row: Correction) -> dict[int, dt.date]:
    """The day as of which each bill was changed by what is taken back: what it was raised by then it was never late with."""
    if not row.undoes_id:
        return {}
    lines = Line.objects.filter(correction__version_id=row.version_id, correction__state=Correction.State.DONE, adjustment__isnull=False)
    return dict(lines.exclude(correction=row).values_list("receivable_id", "adjustment__value_date"))


def _kept(parts: Sequence[Carried], settled_fen: int) -> list[list[Any]]:
    """What stayed prepayment of money that came out of a bill, as its line keeps it."""
    left = left_over([part.amount_fen for part in parts], settled_fen)
    return [[part.payer_id, part.property_id, part.value_date.isoformat(), fen] for part, fen in zip(parts, left, strict=True) if fen]


def _put_back(row: Correction, bills: Collection[int], actor: Actor) -> None:
    """What the correction had left as prepayment settles the same bill again, valued as it was; what the payer has used since
    stays used."""
    lines = Line.objects.filter(correction__version_id=row.version_id, correction__state=Correction.State.DONE, receivable_id__in=bills)
    for line in lines.exclude(correction=row).exclude(kept=[]).order_by("pk"):
        for payer_id, property_id, day, fen in line.kept:
            there = min(fen, balance_fen(payer_id, property_id))
            if there > 0:
                carry([Carried(payer_id, property_id, dt.date.fromisoformat(day), there)], line.receivable_id, actor=actor, remark=BACK)


def _words(row: Correction, new: str, before: TariffPrice | None) -> str:
    old = price_words(row.tariff.method, before.per_unit, before.fixed, before.terms) if before else ""
    if row.undoes_id:
        return f"收费标准自 {row.effective_from} 起 {new or '免收'} 的更正已撤销" + (f"，恢复为 {old or '免收'}" if before else "")
    return f"收费标准自 {row.effective_from} 起更正为 {new or '免收'}" + (f"（原 {old or '免收'}）" if before else "")


def _line_words(words: str, one: Found, undone: bool) -> str:
    way, comes, was = "补收" if one.difference_fen > 0 else "退减", "恢复为" if undone else "按更正后的价格", "更正为" if undone else "已出"
    sums = f"这张账单{comes} {yuan_text(one.should_fen)} 元，{was} {yuan_text(one.billed_fen)} 元，{way} {yuan_text(abs(one.difference_fen))} 元"
    return f"{words[: 398 - len(sums)]}。{sums}"
