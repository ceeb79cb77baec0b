"""Noting consents, giving a copy of what is held, setting the retention, and erasing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from wuyefei.estate.people.public import Person, check_purpose, erase_person, get_person, reveal
from wuyefei.foundation.access.actor import Actor, load_actor
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase, spoken
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock, jobs
from wuyefei.foundation.platform.exports import Sheet, workbook
from wuyefei.foundation.platform.models import Job

from .holdings import Row, holdings
from .models import Consent, Retention
from .queries import expired, years_of
from .rules import LEAST_YEARS, MOST_YEARS, Use

KIND = "privacy_retention"
NUMBER_FIELDS = {"mobile": "手机号", "identity": "证件号", "bank": "银行账号"}


@transaction.atomic
def note_consent(person_id: int, use: str, given: bool, how: str, *, actor: Actor) -> Consent:
    """Keep what a person said about a use of their data; ``how`` names the paper, page or call."""
    person = _of(person_id, actor)
    if use not in {one.value for one in Use}:
        raise Invalid(field="用途", reason="请选一项")
    if person.erased_at:
        raise DomainError("erased", "此人的个人信息已经删除。")
    row = Consent.objects.create(
        organisation_id=person.organisation_id, community_id=person.community_id, person=person, use=use, given=given,
        how=limited(how, "依据", 120, required=True), made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    audit.record(actor, "privacy.consent", row, community_id=person.community_id, after={"use": use, "given": given})
    return row


def _of(person_id: int, actor: Actor) -> Person:
    person = get_person(actor, person_id)
    actor.require(Permission.PRIVACY_MANAGE, person.community_id)
    return person


@transaction.atomic
def copy_of(person_id: int, purpose: str, *, actor: Actor) -> bytes:
    """Everything held about a person as a workbook, a sheet for each holding (Personal Information Protection Law,
    article 45). The numbers are opened for it, each noted with ``purpose``.

    Raises ``Forbidden`` for who may not see every kind of fact: a copy with gaps would be a false answer.
    """
    person = _of(person_id, actor)
    purpose = check_purpose(purpose)
    for holding in holdings():
        actor.require(holding.permission, person.community_id)
    actor.require(Permission.EXPORT, person.community_id)
    own: list[Row] = [("姓名", person.name), ("种类", str(person.get_kind_display()))]
    for field, label in NUMBER_FIELDS.items():
        own.append((label, reveal(person.pk, field, purpose, actor=actor) if getattr(person, f"{field}_shown") else ""))
    own.append(("备注", person.remark))
    sheets = [
        Sheet(spoken(one.name), [spoken(head) for head in one.head], own if one.key == "person" else list(one.read(actor, person)))
        for one in holdings()
    ]
    audit.record(actor, "privacy.copy", person, community_id=person.community_id, after={"sheets": len(sheets)}, reason=purpose)
    return workbook(sheets)


@transaction.atomic
def erase(person_id: int, reason: str, *, actor: Actor) -> Person:
    """Erase a person at their wish or for another reason; refused while a tie, a debt or a prepayment remains."""
    person = _of(person_id, actor)
    return erase_person(person.pk, actor=actor, reason=limited(reason, "原因", 200, required=True))


@transaction.atomic
def set_retention(years: int, reason: str, *, actor: Actor) -> Retention:
    """Keep personal data so many years after the last tie. Raises ``Invalid`` outside 3 to 30."""
    actor.require_anywhere(Permission.PRIVACY_MANAGE)
    if not LEAST_YEARS <= years <= MOST_YEARS:
        raise Invalid(field="保存年数", reason=Phrase("应为 {least} 到 {most} 年", least=LEAST_YEARS, most=MOST_YEARS))
    before = years_of(actor.organisation_id)
    row = Retention.objects.create(
        organisation_id=actor.organisation_id, years=years, reason=limited(reason, "原因", 200, required=True),
        made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    audit.record(actor, "privacy.retention", row, before={"years": before}, after={"years": years}, reason=row.reason)
    return row


def start_retention(*, actor: Actor) -> Job:
    """Erase everybody whose retention is over, as a job; those found then, not those shown now."""
    actor.require_anywhere(Permission.PRIVACY_MANAGE)
    if Job.objects.filter(organisation_id=actor.organisation_id, kind=KIND, state__in=jobs.OPEN).exists():
        raise DomainError("retention_open", "正在删除期满的个人信息，请稍候再看。")
    ids = list(expired(actor, clock.today()).order_by("pk").values_list("pk", flat=True))
    if not ids:
        raise DomainError("nothing_expired", "没有期满的个人信息。")
    with transaction.atomic():
        job = jobs.start(KIND, actor=actor, label="删除期满的个人信息", community_id=None, total=len(ids), people=ids, user=actor.user_id)
        audit.record(actor, "privacy.run", job, after={"count": len(ids)})
    return job


def work(task: jobs.Task) -> dict[str, Any]:
    """The job: one person after the other, each one transaction; who has got a tie again meanwhile is passed over."""
    ids: list[int] = task.arguments["people"]
    actor = load_actor(User.objects.get(pk=task.arguments["user"]))
    years, today = years_of(actor.organisation_id), clock.today()
    erased = int(task.resume.get("erased", 0))
    for number, person_id in enumerate(ids[task.done :], start=task.done + 1):
        task.check_stop()
        with transaction.atomic():
            erased += _erase_if_expired(person_id, years, today, actor)
            task.advance(number, resume={"erased": erased})
    return {"erased": erased, "kept": len(ids) - erased}


def _erase_if_expired(person_id: int, years: int, today: dt.date, actor: Actor) -> int:
    if not expired(actor, today).filter(pk=person_id).exists():
        return 0
    erase_person(person_id, actor=actor, reason=f"保存 {years} 年期满")
    return 1
