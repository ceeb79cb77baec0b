"""What ``verify`` proves of notices."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.db.models import F

from wuyefei.foundation.shell.verify import Examined, Finding, Yielded, register_check

from .models import Message, Reminder, Target


def logged(organisation_id: int) -> Iterator[Yielded]:
    """What has gone out stands in the contact log, once for each household it told."""
    gone = Message.objects.filter(organisation_id=organisation_id).exclude(state__in=("queued", "dropped"))
    yield Examined(gone.count())
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT m.id FROM notices_message m JOIN notices_target t ON t.id = ANY(m.target_ids)
               LEFT JOIN contacts_contact c ON c.source_ref = 'notice:' || m.id || ':' || t.person_id || ':' || m.attempts
               WHERE m.organisation_id = %s AND m.state NOT IN ('queued', 'dropped') AND c.id IS NULL ORDER BY 1""",
            [organisation_id],
        )
        for (row_id,) in cursor.fetchall():
            yield Finding("notices.logged", "notices_message", row_id, "已发出的通知没有联系记录")


def approved_texts(organisation_id: int) -> Iterator[Yielded]:
    """Only texts that a second person approved have been sent."""
    rows = Message.objects.filter(organisation_id=organisation_id)
    yield Examined(rows.count())
    wrong = rows.exclude(version__state="approved") | rows.filter(version__approved_by=F("version__made_by"))
    for row_id in wrong.order_by("pk").values_list("pk", flat=True)[:100]:
        yield Finding("notices.approved", "notices_message", row_id, "用了没有经他人批准的模板")


def reached(organisation_id: int) -> Iterator[Yielded]:
    """A household counts as reached only where a message to it arrived."""
    rows = Target.objects.filter(organisation_id=organisation_id, state="reached")
    yield Examined(rows.count())
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT t.id FROM notices_target t WHERE t.organisation_id = %s AND t.state = 'reached' AND NOT EXISTS (
                 SELECT 1 FROM notices_message m WHERE m.batch_id = t.batch_id AND t.id = ANY(m.target_ids)
                   AND (m.state IN ('delivered', 'read') OR (m.state = 'sent' AND m.channel IN ('email', 'letter')))) ORDER BY 1""",
            [organisation_id],
        )
        for (row_id,) in cursor.fetchall():
            yield Finding("notices.reached", "notices_target", row_id, "标为已通知到，但没有送达的消息")


def reminded(organisation_id: int) -> Iterator[Yielded]:
    """Every reminder stands in the contact log."""
    yield Examined(Reminder.objects.filter(organisation_id=organisation_id).count())
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT r.id FROM notices_reminder r LEFT JOIN contacts_contact c ON c.source_ref = 'reminder:' || r.id
               WHERE r.organisation_id = %s AND c.id IS NULL ORDER BY 1""",
            [organisation_id],
        )
        for (row_id,) in cursor.fetchall():
            yield Finding("notices.reminded", "notices_reminder", row_id, "已发出的提醒没有联系记录")


def register() -> None:
    register_check("notices.logged", "通知：都有联系记录", logged)
    register_check("notices.approved", "通知：只用批准的模板", approved_texts)
    register_check("notices.reached", "通知：通知到有凭据", reached)
    register_check("notices.reminded", "通知：提醒都有联系记录", reminded)
