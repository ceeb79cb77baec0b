"""What ``verify`` proves of the contact log."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from wuyefei.foundation.shell.verify import Examined, Finding, Yielded, register_check

from .models import Contact
from .rules.limits import WIDEST
from .rules.steps import ABOUT_DEBT

DEBT = [purpose.value for purpose in ABOUT_DEBT]


def often(organisation_id: int) -> Iterator[Yielded]:
    """Nobody was contacted about a debt more often in a channel on a day than any firm may set, unless it is marked."""
    rows = Contact.objects.filter(organisation_id=organisation_id, direction="out", purpose__in=DEBT, breach="")
    yield Examined(rows.count())
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT max(id), count(*) FROM contacts_contact WHERE organisation_id = %s AND direction = 'out'
               AND purpose = ANY(%s) AND breach = '' AND state <> 'cancelled' AND channel <> 'desk'
               GROUP BY person_id, channel, (at AT TIME ZONE 'Asia/Shanghai')::date HAVING count(*) > %s ORDER BY 1""",
            [organisation_id, DEBT, WIDEST.day],
        )
        for row_id, count in cursor.fetchall():
            yield Finding("contacts.often", "contacts_contact", row_id, f"同一人同一方式一天联系 {count} 次，没有标明违规")


def same_place(organisation_id: int) -> Iterator[Yielded]:
    """A contact, its person and its property belong to one community."""
    yield Examined(Contact.objects.filter(organisation_id=organisation_id).count())
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.id FROM contacts_contact c JOIN people_person p ON p.id = c.person_id
               LEFT JOIN properties_property h ON h.id = c.property_id WHERE c.organisation_id = %s
               AND (p.community_id <> c.community_id OR h.community_id <> c.community_id) ORDER BY 1""",
            [organisation_id],
        )
        for (row_id,) in cursor.fetchall():
            yield Finding("contacts.place", "contacts_contact", row_id, "联系记录、人员与房屋不在同一项目")


def register() -> None:
    register_check("contacts.often", "联系记录：频次", often)
    register_check("contacts.place", "联系记录：归属", same_place)
