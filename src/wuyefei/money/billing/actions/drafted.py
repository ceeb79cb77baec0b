"""From facts to rows of drafts: streamed, so that memory does not grow with the community (product row C1)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from django.db import connection

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.copying import copied

from ..facts import Found
from ..models import Run
from ..rules.drafting import Draft, Gap, frozen_prices
from ..rules.shapes import Drafter, own

LINE_COLUMNS = (
    "organisation_id", "community_id", "run_id", "contract_id", "contract_line_id", "property_id", "payer_id", "item_id",
    "tariff_id", "period", "service_from", "service_to", "due_on", "quantity", "prices", "convention", "amount_fen",
    "tax_rate", "tax_fen", "deferred_fen", "late_fee_rate", "late_fee_cap", "allocation_order",
)  # fmt: skip
DRAFT_COLUMNS = (*LINE_COLUMNS, "later", "struck", "flags", "last_fen")


BLOCK = 500
"""Rows sent at once: the database takes them in while the next are drafted."""


class Drafted:
    """Drafts on their way into the table, chunk by chunk: the run is made with the first of them."""

    def __init__(self, actor: Actor, community_id: int, month: Month, run: Run | None) -> None:
        self.actor, self.community_id, self.month, self.run = actor, community_id, month, run
        self.lines = self.amount_fen = 0
        self.gaps: list[Gap] = []
        self._drafter = Drafter(month)
        self._parts: dict[int, tuple[str, str]] = {}

    def write(self, chunks: Iterable[list[Found | Gap]]) -> None:
        for chunk in chunks:
            rows = self._rows(chunk)
            block = list(islice(rows, BLOCK))  # the first makes the run, before COPY has the connection
            if block:
                with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
                    while block:
                        copy.write("".join(block))
                        block = list(islice(rows, BLOCK))

    def _rows(self, chunk: list[Found | Gap]) -> Iterator[str]:
        """Lines of COPY's text form. All that the lines of one shape have in common is written out once."""
        for fact in chunk:
            if isinstance(fact, Gap):
                self.gaps.append(fact)
                continue
            found, persons = self._drafter.shape(*fact[1:])
            line = fact.line
            for row in found:
                if isinstance(row, Gap):
                    self.gaps.append(replace(row, property_id=line.property_id, property_code=line.property_code))
                    continue
                head, tail = self._parts.get(id(row)) or self._part(row)
                self.lines += 1
                self.amount_fen += row.amount_fen
                yield f"{head}{line.line_id}\t{line.property_id}\t{persons[row.payer_id]}{tail}"

    def _part(self, draft: Draft) -> tuple[str, str]:
        """What stands before and after line, property and payer in the rows of a shape's draft."""
        if self.run is None:
            self.run = Run.objects.create(
                organisation_id=self.actor.organisation_id, community_id=self.community_id, period=self.month.first,
                made_by_id=self.actor.user_id, made_at=clock.now(),
            )  # fmt: skip
        fields = copied(_values(self.run, draft))
        before, after = DRAFT_COLUMNS.index("contract_line_id"), DRAFT_COLUMNS.index("item_id")
        parts = "\t".join(fields[:before]) + "\t", "\t" + "\t".join(fields[after:]) + "\n"
        return self._parts.setdefault(id(draft), parts)


_COPY = f"COPY billing_runline ({', '.join(DRAFT_COLUMNS)}) FROM STDIN"


def _values(run: Run, draft: Draft) -> tuple[object, ...]:
    facts, terms = draft.facts, draft.terms
    return (
        run.organisation_id, run.community_id, run.pk, terms.contract_id, facts.line_id, facts.property_id,
        draft.payer_id, facts.item_id, facts.tariff_id, draft.period.first, draft.span.first, draft.span.last,
        draft.due_on, facts.quantity, json.dumps(frozen_prices(facts, draft.span)), terms.convention.value,
        draft.amount_fen, facts.tax_rate, draft.tax_fen, sum(draft.later.values()), terms.late_fee_rate,
        terms.late_fee_cap, terms.allocation_order,
        json.dumps({str(month): fen for month, fen in draft.later.items()}), False,
        "{" + ",".join(draft.flags) + "}", draft.last_fen,
    )  # fmt: skip


def drafts_of(found: Found, drafter: Drafter) -> list[Draft | Gap]:
    """The drafts and gaps of one contract line."""
    line, shared = found.line, found.facts
    rows, persons = drafter.shape(*found[1:])
    facts = replace(shared, line_id=line.line_id, property_id=line.property_id, property_code=line.property_code)
    return [own(row, facts, persons) for row in rows]
