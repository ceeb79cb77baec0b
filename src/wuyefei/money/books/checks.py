"""What ``verify`` proves of the books as an accountant reads them."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Min

from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded, register_check
from wuyefei.money.ledger.public import Entry, sources


def known_sources(organisation_id: int) -> Iterator[Yielded]:
    """Every entry is of a kind that a room has named, so that it leads to what it came from."""
    rows = Entry.objects.filter(organisation_id=organisation_id).values_list("kind").annotate(Count("pk"), Min("pk")).order_by("kind")
    for kind, count, first in rows:
        yield Examined(count)
        if kind not in sources():
            yield Finding("books.sources", "ledger_entry", first, Phrase("凭证来源「{kind}」没有登记，共 {count} 张", kind=kind, count=count))


def register() -> None:
    register_check("books.sources", "每张凭证都查得到来源", known_sources)
