"""Templates: a new version, its approval by a second person."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max

from wuyefei.foundation import environment
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.actions import SamePerson
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound, Phrase
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.relations.contacts.public import BANS, SOURCES, measures_in

from ..models import CHANNELS, STEPS, Template, Version
from ..rules.texts import check_body, check_template, fields_of

BODY = 4000
MENTIONED_LAWFULLY = frozenset({"late_fee", "lawyer_fee"})
"""What a contract may provide for: the guard decides household by household when the notice is planned."""


class ForbiddenText(DomainError):
    code = "forbidden_text"
    message = "正文写了「{what}」，不能这样催收物业费。来源：{source}"


@transaction.atomic
def save_version(step: str, channel: str, body: str, *, actor: Actor, subject: str = "", carrier_template: str = "") -> Version:
    """Keep a new text; it is sent once a second person has approved it.

    Raises ``Invalid`` for an unknown field and ``ForbiddenText`` for what the law guard forbids.
    """
    actor.require_wide(Permission.NOTICE_SEND)
    if step not in dict(STEPS) or channel not in dict(CHANNELS):
        raise Invalid(field="方式", reason="请选一项")
    body = body.replace("\r\n", "\n").strip()
    if len(body) > BODY:
        raise Invalid(field="正文", reason=Phrase("最多 {limit} 个字，现有 {length} 个", limit=BODY, length=len(body)))
    check_body(channel, body)
    subject = limited(subject, "标题", 80, required=channel in ("email", "app", "letter"))
    if subject:
        check_template(subject, "标题")
    if "网址" in fields_of(f"{subject}\n{body}") and not environment.public_url():
        raise Invalid(field="正文", reason=Phrase("还没有设置公网地址（{name}），不能用网址字段", name="WUYEFEI_PUBLIC_URL"))
    carrier_template = limited(carrier_template, "服务商模板编号", 64, required=channel in ("sms", "wechat", "mini"))
    for code in measures_in(f"{subject}\n{body}"):
        if code not in MENTIONED_LAWFULLY:
            raise ForbiddenText(what=Phrase(BANS[code].name), source="；".join(SOURCES[name] for name in BANS[code].sources))
    template, _made = Template.objects.select_for_update().get_or_create(organisation_id=actor.organisation_id, step=step, channel=channel)
    number = (template.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    row = Version.objects.create(
        template=template, number=number, subject=subject, body=body, carrier_template=carrier_template, made_by_id=actor.user_id,
        made_at=clock.now(),
    )  # fmt: skip
    audit.record(actor, "notice.version", row, after={"number": number, "body": body, "title": subject})
    return row


@transaction.atomic
def decide_version(version_id: int, *, approved: bool, actor: Actor) -> Version:
    """Approve or turn down a text. Its author may not (``SamePerson``)."""
    actor.require_wide(Permission.NOTICE_APPROVE)
    row = (
        Version.objects.select_for_update(of=("self",)).select_related("template")
        .filter(pk=version_id, template__organisation_id=actor.organisation_id).first()
    )  # fmt: skip
    if row is None:
        raise NotFound()
    if row.state != Version.State.WAITING:
        raise DomainError("version_decided", "这一版已经处理过了。")
    if row.made_by_id == actor.user_id:
        raise SamePerson()
    row.state = Version.State.APPROVED if approved else Version.State.REJECTED
    row.approved_by_id, row.approved_at = actor.user_id, clock.now()
    row.save(update_fields=["state", "approved_by", "approved_at"])
    audit.record(actor, "notice.version_approve" if approved else "notice.version_reject", row)
    return row
