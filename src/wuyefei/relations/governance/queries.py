"""Reads of statements: the drafts by whoever makes or checks them, the published ones by anybody of the community."""

from __future__ import annotations

from django.db.models import QuerySet

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.money.billing.public import Receivable

from .models import Statement, StatementFile
from .rules import PARTS, Entry, Part, Sums, digest, sums_of


def statements(actor: Actor) -> QuerySet[Statement]:
    """The statements of the communities where the actor makes or checks them, the latest quarter first."""
    places = actor.communities(Permission.DISCLOSURE_EDIT) | actor.communities(Permission.DISCLOSURE_APPROVE)
    rows = Statement.objects.filter(organisation_id=actor.organisation_id, community_id__in=places)
    return rows.select_related("community", "made_by", "published_by").order_by("-quarter", "-pk")


def get_statement(actor: Actor, statement_id: int) -> Statement:
    row = statements(actor).filter(pk=statement_id).first()
    if row is None:
        raise NotFound()
    return row


def entries_of(statement: Statement) -> list[Entry]:
    """The lines in their order; the statement is one the caller may read."""
    rows = statement.lines.order_by("position", "pk").values_list("public", "income", "name", "amount_fen", "note")
    return [Entry(*row) for row in rows]


def sums(statement: Statement) -> Sums:
    return sums_of(entries_of(statement))


def parts_of(statement: Statement) -> tuple[Part, ...]:
    return tuple(Part(*row) for row in statement.parts) or PARTS


def get_file(actor: Actor, file_id: int) -> StatementFile:
    row = StatementFile.objects.filter(pk=file_id, statement__in=statements(actor).order_by()).first()
    if row is None:
        raise NotFound()
    return row


def files_of(statement: Statement) -> list[StatementFile]:
    """Its files in the order of adding, without their bytes; the statement is one the caller may read."""
    return list(statement.files.defer("content").order_by("pk"))


def published_file(community_id: int, file_id: int) -> StatementFile:
    """A file of a statement that is published and still the latest of its quarter. Open to anybody of the community."""
    row = StatementFile.objects.filter(pk=file_id, statement__in=[one.pk for one in published(community_id)]).first()
    if row is None:
        raise NotFound()
    return row


def digest_of(statement: Statement) -> str:
    """The mark of all that a statement will make public."""
    files = list(statement.files.order_by("pk").values_list("name", "digest"))
    return digest(entries_of(statement), parts_of(statement), statement.services, files)


def published(community_id: int, many: int = 8) -> list[Statement]:
    """The latest published statement of each of the last quarters, the latest first. Open to anybody of the community:
    callers have checked that."""
    rows = Statement.objects.filter(community_id=community_id, state=Statement.State.PUBLISHED).select_related("community")
    latest: dict[object, Statement] = {}
    for row in rows.order_by("-quarter", "-published_at", "-pk")[: many * 3]:
        latest.setdefault(row.quarter, row)
    return list(latest.values())[:many]


def composition(community_id: int) -> tuple[Part, ...]:
    """What a yuan of fee pays for there: as last published, else the default."""
    rows = Statement.objects.filter(community_id=community_id, state=Statement.State.PUBLISHED)
    row = rows.order_by("-quarter", "-published_at", "-pk").first()
    return parts_of(row) if row else PARTS


SERVICE = "service"
"""The charge item whose composition is published: the service fee itself."""


def composition_words(bill: Receivable) -> str:
    """The same in a sentence for a smart bill of the service fee; blank for any other item."""
    if bill.item.code != SERVICE:
        return ""
    parts = "、".join(f"{part.name} {part.percent}" for part in composition(bill.community_id))
    return f"每 100 元：{parts}。"

