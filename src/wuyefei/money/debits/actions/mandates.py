"""A payer lets an account be debited, and ends that (product row D1; the account is sealed, row J4)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction

from wuyefei.estate.people.public import Person, normalise_bank, people
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound, Phrase
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock, vault

from ..models import Mandate

MARK = "debit"


@dataclass(frozen=True)
class MandateDraft:
    """A mandate as it is signed. ``limit_fen`` is the most that one debit may take; None: nothing agreed. The account's number
    stays out of what is printed of a draft."""

    bank: str
    holder: str
    account: str = field(repr=False)
    signed_on: dt.date
    limit_fen: int | None = None


class HasMandate(DomainError):
    code = "has_mandate"
    message = "这位缴费人已有生效的代扣签约，先解约再重新签。"


@transaction.atomic
def sign(payer_id: int, draft: MandateDraft, *, actor: Actor) -> Mandate:
    """Raises ``Invalid`` naming the field, ``HasMandate``."""
    payer = people(actor).filter(pk=payer_id, erased_at__isnull=True).first()
    if payer is None:
        raise NotFound()
    actor.require(Permission.MANDATE_SIGN, payer.community_id)
    account = normalise_bank(draft.account)
    if not account:
        raise Invalid(field="账号", reason="不能为空")
    if draft.limit_fen is not None and draft.limit_fen <= 0:
        raise Invalid(field="每次限额", reason="应大于 0")
    if draft.signed_on > clock.today():
        raise Invalid(field="签约日期", reason="晚于今天")
    row = Mandate(
        organisation_id=actor.organisation_id, community_id=payer.community_id, payer=payer, bank=limited(draft.bank, "开户行", 60, required=True),
        holder=limited(draft.holder, "户名", 80, required=True), account_sealed=vault.seal_secret(account),
        account_mark=vault.fingerprint(actor.organisation_id, MARK, account), account_tail=account[-4:], limit_fen=draft.limit_fen,
        signed_on=draft.signed_on, made_at=clock.now(), made_by_id=actor.user_id,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise HasMandate() from error
    audit.record(actor, "debit.sign", row, after={"tail": row.account_tail, "bank": row.bank, "limit_fen": row.limit_fen, "signed_on": row.signed_on})
    return row


@transaction.atomic
def end(mandate_id: int, reason: str, *, actor: Actor) -> Mandate:
    """No further file asks for it. What a file already sent asks for may still be taken."""
    row = (
        Mandate.objects.select_for_update(of=("self",))
        .select_related("payer")
        .filter(pk=mandate_id, organisation_id=actor.organisation_id, community_id__in=actor.seen)
        .first()
    )
    if row is None:
        raise NotFound()
    actor.require(Permission.MANDATE_SIGN, row.community_id)
    if row.ended_at is not None:
        raise DomainError("mandate_ended", "这份签约已经解约。")
    return close(row, limited(reason, "原因", 200, required=True), actor)


def close(row: Mandate, reason: str, actor: Actor) -> Mandate:
    """The one place where a mandate ends; for callers that have locked it and checked the right to."""
    row.ended_at, row.ended_by_id, row.end_reason = clock.now(), actor.user_id, reason
    row.save(update_fields=["ended_at", "ended_by", "end_reason"])
    audit.record(actor, "debit.end", row, reason=reason)
    return row


def keeps_person(person_id: int) -> str | None:
    """Why a payer is not erased yet."""
    standing = Mandate.objects.filter(payer_id=person_id, ended_at__isnull=True).exists()
    return Phrase("还有生效的代扣签约") if standing else None


def forget(person_id: int) -> None:
    """The account and its holder leave with the payer."""
    Mandate.objects.filter(payer_id=person_id).update(account_sealed=None, account_mark="", account_tail="", holder="")


def payer_of(actor: Actor, payer_id: int) -> Person:
    found = people(actor).filter(pk=payer_id, erased_at__isnull=True).first()
    if found is None:
        raise NotFound()
    return found
