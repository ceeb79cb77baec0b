"""Demand letters: made with a number, posted with a tracking number, delivered or returned, followed up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.errors import DomainError, Invalid
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock, numbering
from wuyefei.money.billing.public import open_bills
from wuyefei.relations.contacts.public import (
    Channel,
    Contact,
    Purpose,
    Refused,
    StepRefused,
    Wanted,
    check,
    gather,
    keep_refusal,
    lock_people,
    log_sent,
    settle_sent,
)
from wuyefei.relations.contacts.public import Step as Towards

from ..composing.letters import letter_data, words_of
from ..models import Claim, Letter, Matter, Paper
from ..queries.matters import bills_of, debts_of, get_letter
from ..rules.eligibility import Road, answer
from ..rules.road import LETTER_STEPS, STEP_NAMES, NotNow, Step
from .acting import NotEligible, Waiting
from .following import plan_call
from .opening import lock_matter, move, note, open_matter, refresh
from .papers import freeze

MOST = 200


class LetterWaits(DomainError):
    code = "letter_waits"
    message = "{number} 还没有交寄，金额也没有变，先交寄这一封，或者作废再出。没有出函。"


class LetterMoved(DomainError):
    code = "letter_moved"
    message = "这封函已经登记过了，请刷新。"


class LetterStale(DomainError):
    code = "letter_stale"
    message = "出函以后欠费有变化，这封函的金额不再对，没有登记。请重新出函。"


def make_letter(matter_id: int, *, actor: Actor) -> Letter:
    """Make a numbered letter of what is owed today. Its words pass the law guard first: a refusal is kept and raised, and
    nothing is made. Raises ``NotEligible`` where no bill may have a letter yet."""
    refusal = None
    with transaction.atomic():
        matter = lock_matter(matter_id, actor)
        if matter.asked:
            raise Waiting()
        if Step(matter.step) not in LETTER_STEPS:
            raise NotNow(state=STEP_NAMES[Step(matter.step)], what="出具催款函")
        today, bills = clock.today(), list(bills_of(actor, matter, clock.today()).values())
        _eligible(matter, actor)
        _set_aside(matter, sum(bill.outstanding_fen for bill in bills), actor)
        number = numbering.take(matter.organisation_id, matter.community_id, "legal_letter", today.year)
        name = f"{matter.community.receipt_prefix}-CK-{today.year}-{number:04d}"
        data = letter_data(matter, bills, name, today)
        refusal = _judge(matter, [bill.id for bill in bills], words_of(data), actor)
        if refusal is None:
            paper = freeze(matter, Paper.Kind.LETTER, data, today, actor=actor)
            row = Letter.objects.create(
                organisation_id=matter.organisation_id, community_id=matter.community_id, matter=matter, paper=paper, number=name, made_on=today,
                principal_fen=sum(bill.outstanding_fen for bill in bills), late_fee_fen=sum(bill.late_fee_fen for bill in bills),
                receivable_ids=sorted(bill.id for bill in bills),
            )  # fmt: skip
            note(matter, "letter", {"number": name}, actor=actor)
            audit.record(actor, "legal.letter", row, after={"number": name})
            refresh(matter)
            return row
        transaction.set_rollback(True)
    _keep(matter, refusal, actor)
    raise StepRefused(refusal)


def _set_aside(matter: Matter, owed_fen: int, actor: Actor) -> None:
    """One letter waits at a time: one whose sum still holds keeps the next from being made, one that has gone stale gives way."""
    for row in Letter.objects.select_for_update().filter(matter=matter, posted_on__isnull=True, void_on__isnull=True):
        if row.principal_fen == owed_fen:
            raise LetterWaits(number=row.number)
        _void(row, matter, actor)


def _void(row: Letter, matter: Matter, actor: Actor) -> None:
    row.void_on = clock.today()
    row.save(update_fields=["void_on"])
    note(matter, "voided", {"number": row.number}, actor=actor)
    audit.record(actor, "legal.voided", row)


@transaction.atomic
def void(letter_id: int, *, actor: Actor) -> Letter:
    """Set a letter aside that has not been posted; its number stays taken."""
    row, matter = _locked(letter_id, actor)
    if row.posted_on is not None or row.void_on is not None:
        raise LetterMoved()
    _void(row, matter, actor)
    refresh(matter)
    return row


def _eligible(matter: Matter, actor: Actor) -> None:
    today = clock.today()
    whole = [bill for bill in open_bills(actor, today, payer_ids=[matter.person_id]) if bill.due_on < today]
    debts, mine = debts_of(actor, whole, today), bills_of(actor, matter, today)
    answers = [answer(debts[bill], Road.LETTER, today) for bill in sorted(mine) if bill in debts]
    if not any(one.allowed for one in answers):
        raise NotEligible(bill=matter.number, reason=answers[0].why if answers else "已缴清")


def _judge(matter: Matter, bills: Collection[int], text: str, actor: Actor) -> Refused | None:
    """What the guard says of a letter now; the person is locked so that caps hold."""
    lock_people(actor, [matter.person_id])
    now = clock.now()
    facts = gather(matter.organisation_id, [Wanted(matter.person_id, tuple(bills))], now)[matter.person_id]
    verdict = check(Towards(Channel.LETTER, Purpose.LEGAL, now, text=text), now=now, facts=facts)
    return verdict if isinstance(verdict, Refused) else None


def _keep(matter: Matter, refusal: Refused, actor: Actor) -> None:
    step = Towards(Channel.LETTER, Purpose.LEGAL, clock.now())
    keep_refusal(step, refusal, actor=actor, community_id=matter.community_id, person_id=matter.person_id, property_id=matter.property_id)


def post(letter_id: int, tracking: str, *, actor: Actor) -> Letter:
    """The letter is with the post under a tracking number; it stands in the contact log from now on."""
    code = limited(tracking, "邮件号", 30, required=True).upper()
    if not code.isalnum() or not code.isascii() or len(code) < 8:
        raise Invalid(field="邮件号", reason="应为 8 位以上的字母和数字")
    with transaction.atomic():
        row, matter = _locked(letter_id, actor)
        if row.posted_on is not None or row.void_on is not None:
            raise LetterMoved()
        if matter.closed_on is not None:
            raise NotNow(state=STEP_NAMES[Step.CLOSED], what="交寄催款函")
        if sum(bill.outstanding_fen for bill in bills_of(actor, matter, clock.today()).values()) != row.principal_fen:
            raise LetterStale()
        refusal = _judge(matter, row.receivable_ids, words_of(row.paper.data), actor)
        if refusal is None:
            row.tracking, row.posted_on = code, clock.today()
            row.save(update_fields=["tracking", "posted_on"])
            _log(row, matter, actor)
            note(matter, "posted", {"number": row.number, "tracking": code}, actor=actor)
            if matter.step == Step.PREPARE:
                move(matter, Step.DEMAND)
            audit.record(actor, "legal.posted", row, after={"tracking": code})
            refresh(matter)
            return row
        transaction.set_rollback(True)
    _keep(matter, refusal, actor)
    raise StepRefused(refusal)


def _locked(letter_id: int, actor: Actor) -> tuple[Letter, Matter]:
    matter = lock_matter(get_letter(actor, letter_id).matter_id, actor)
    return Letter.objects.select_for_update(of=("self",)).select_related("paper").get(pk=letter_id), matter


def _ref(row: Letter) -> str:
    return f"legal.letter:{row.pk}"


def _log(row: Letter, matter: Matter, actor: Actor) -> None:
    now = clock.now()
    log_sent([
        Contact(
            organisation_id=matter.organisation_id, community_id=matter.community_id, person_id=matter.person_id, property_id=matter.property_id,
            direction=Contact.Direction.OUT, state=Contact.State.DONE, channel=Channel.LETTER.value, purpose=Purpose.LEGAL.value, recipient="payer",
            at=now, outcome=Contact.Outcome.SENT, note=f"{row.number} {row.tracking}", receivable_ids=row.receivable_ids, source_ref=_ref(row),
            made_by_id=actor.user_id, made_at=now, closed_by_id=actor.user_id, closed_at=now,
        )
    ])  # fmt: skip


@transaction.atomic
def arrived(letter_id: int, on: dt.date, proof: str, *, delivered: bool = True, actor: Actor) -> Letter:
    """What became of the mailing, with its proof. Delivery interrupts the limitation of every bill in the letter."""
    row, matter = _locked(letter_id, actor)
    if row.posted_on is None or row.delivered_on is not None or row.returned_on is not None:
        raise LetterMoved()
    if not row.posted_on <= on <= clock.today():
        raise Invalid(field="日期", reason="应在交寄日到今天之间")
    row.proof = limited(proof, "凭证", 120, required=True)
    if delivered:
        row.delivered_on = on
    else:
        row.returned_on = on
    row.save(update_fields=["delivered_on", "returned_on", "proof"])
    settle_sent([(_ref(row), Contact.Outcome.DELIVERED if delivered else Contact.Outcome.BOUNCED)])
    kind = "delivered" if delivered else "returned"
    note(matter, kind, {"number": row.number, "proof": row.proof}, actor=actor, on=on)
    audit.record(actor, f"legal.{kind}", row, after={"on": on, "proof": row.proof})
    refresh(matter)
    if delivered:
        row.refresh_from_db()
        if row.followed_on is None and matter.closed_on is None:
            plan_call(row, matter, actor=actor)
        _refresh_others(matter, row.receivable_ids)
    return row


def _refresh_others(matter: Matter, bills: Collection[int]) -> None:
    """A letter of an older matter interrupts the limitation of bills that a later one claims."""
    claimed = Claim.objects.filter(receivable_id__in=bills, released_at__isnull=True).exclude(matter=matter).values("matter_id")
    for other in Matter.objects.select_for_update().filter(pk__in=claimed).order_by("pk"):
        refresh(other)


@transaction.atomic
def followed(letter_id: int, *, actor: Actor) -> Letter:
    """Somebody has spoken with the payer after delivery."""
    row, matter = _locked(letter_id, actor)
    if row.delivered_on is None or row.followed_on is not None:
        raise LetterMoved()
    row.followed_on = clock.today()
    row.save(update_fields=["followed_on"])
    audit.record(actor, "legal.followed", row)
    refresh(matter)
    return row


def make_batch(groups: Collection[Collection[int]], *, actor: Actor) -> tuple[list[Letter], list[str]]:
    """A matter and a letter for each group of bills, each by itself: one that is refused keeps none of the others back.
    Returns the letters and the refusals in words."""
    if not 1 <= len(groups) <= MOST:
        raise Invalid(field="户数", reason="一次 1 到 200 户")
    made: list[Letter] = []
    refusals: list[str] = []
    for bills in groups:
        matter = None
        try:
            with transaction.atomic():
                matter = open_matter(bills, actor=actor)
                made.append(make_letter(matter.pk, actor=actor))
        except StepRefused as error:
            assert matter is not None
            _keep(matter, error.verdict, actor)
            refusals.append(f"{matter.property.code} {error.text}")
        except DomainError as error:
            refusals.append(error.text)
    return made, refusals
