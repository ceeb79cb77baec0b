"""What a reviewer reads of a run: figures, lines, items and the bridge from the last period. Scoped by the run."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from wuyefei.estate.contracts.public import contract_terms
from wuyefei.estate.tariffs.public import ChargeItem
from wuyefei.foundation.kernel.dates import Month, Span

from .models import Receivable, Run, RunLine
from .rules.drafting import FLAG_NAMES, Flag, thawed_prices
from .rules.proration import Convention
from .rules.review import OUTLIERS, Bridge, Compared, Part, Reason, bridge, line_reasons

OUTLIER = Q(flags__overlap=[flag.value for flag in OUTLIERS])


@dataclass(frozen=True)
class LineFilter:
    """Which lines of a run are shown; empty fields do not narrow. ``state``: outlier open struck."""

    state: str = ""
    flag: str = ""
    building: int | None = None
    item: int | None = None
    text: str = ""


@dataclass(frozen=True)
class Figures:
    """A run's figures without what was struck out; money in fen."""

    lines: int
    amount_fen: int
    households: int
    items: int
    outliers: int
    unreviewed: int
    struck: int
    struck_fen: int


@dataclass(frozen=True)
class ItemSum:
    name: str
    lines: int
    last_fen: int
    amount_fen: int

    @property
    def difference_fen(self) -> int:
        return self.amount_fen - self.last_fen


def figures(run: Run) -> Figures:
    """Counts and sums of the drafts, or of the receivables once published."""
    home = Coalesce("property__attached_to", "property")  # a parking space belongs to its flat's household
    if run.state == Run.State.PUBLISHED:
        found = Receivable.objects.filter(run=run).aggregate(
            n=Count("id"), s=Sum("amount_fen"), p=Count(home, distinct=True), i=Count("item", distinct=True)
        )
        return Figures(found["n"], found["s"] or 0, found["p"], found["i"], 0, 0, 0, 0)
    kept, struck = Q(struck=False), Q(struck=True)
    found = RunLine.objects.filter(run=run).aggregate(
        n=Count("id", filter=kept), s=Sum("amount_fen", filter=kept), p=Count(home, distinct=True, filter=kept),
        i=Count("item", distinct=True, filter=kept), o=Count("id", filter=OUTLIER),
        u=Count("id", filter=OUTLIER & kept & Q(reviewed_by_id__isnull=True)), x=Count("id", filter=struck),
        xs=Sum("amount_fen", filter=struck),
    )  # fmt: skip
    return Figures(found["n"], found["s"] or 0, found["p"], found["i"], found["o"], found["u"], found["x"], found["xs"] or 0)


def lines(run: Run, chosen: LineFilter) -> QuerySet[RunLine]:
    """The drafts that match, outliers first, then by property."""
    rows = RunLine.objects.filter(run=run)
    if chosen.state == "outlier":
        rows = rows.filter(OUTLIER)
    elif chosen.state == "open":
        rows = rows.filter(OUTLIER, struck=False, reviewed_by_id__isnull=True)
    elif chosen.state == "struck":
        rows = rows.filter(struck=True)
    if chosen.flag:
        rows = rows.filter(flags__contains=[chosen.flag])
    if chosen.building:
        rows = rows.filter(property__building_id=chosen.building)
    if chosen.item:
        rows = rows.filter(item_id=chosen.item)
    if chosen.text:
        rows = rows.filter(matches(chosen.text))
    rank = Case(When(OUTLIER, then=Value(0)), default=Value(1), output_field=IntegerField())
    return rows.annotate(rank=rank, place=F("property__sort_key")).select_related("property", "payer", "item")


def matches(text: str) -> Q:
    """Property code or number, payer's name, or the beginning of its pinyin."""
    letters = text.lower().replace(" ", "")
    return (
        Q(property__code__istartswith=text)
        | Q(property__number__istartswith=text)
        | Q(payer__name__icontains=text)
        | Q(payer__pinyin__startswith=letters)
        | Q(payer__initials__startswith=letters)
    )


def flag_counts(run: Run) -> list[tuple[str, str, int]]:
    """(flag, its name, lines) of the flags that occur, outliers' flags first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT f, count(*) FROM billing_runline, unnest(flags) f WHERE run_id = %s GROUP BY f", [run.pk])
        counts = dict(cursor.fetchall())
    order = [*OUTLIERS, *(flag for flag in Flag if flag not in OUTLIERS)]
    return [(flag.value, FLAG_NAMES[flag], counts[flag.value]) for flag in order if flag.value in counts]


def pieces_of(run: Run) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """The (id, name) of the buildings and of the items that occur in a run's drafts."""
    rows = RunLine.objects.filter(run=run)
    buildings = rows.filter(property__building__isnull=False).order_by("property__building__sort_key").values_list(
        "property__building_id", "property__building__name", "property__building__sort_key"
    )
    items = rows.order_by("item_id").values_list("item_id", "item__name")
    return [(row[0], row[1]) for row in buildings.distinct()], [(row[0], row[1]) for row in items.distinct()]


_COMPARED = """
WITH n AS (
  SELECT contract_line_id AS line, min(item_id) AS item, count(*) AS c, count(*) FILTER (WHERE NOT {struck}) AS kept,
    COALESCE(sum(amount_fen) FILTER (WHERE NOT {struck}), 0) AS s, min(payer_id) AS payer, min(quantity) AS q,
    min(period) AS p
  FROM {table} WHERE run_id = %(run)s GROUP BY 1
), l AS (
  SELECT r.contract_line_id AS line, r.period, min(r.item_id) AS item, min(r.property_id) AS property,
    min(r.contract_id) AS contract, count(*) AS c, sum(r.amount_fen) AS s, min(r.payer_id) AS payer, min(r.quantity) AS q
  FROM (SELECT *, max(period) OVER (PARTITION BY contract_line_id) AS newest FROM billing_receivable
        WHERE community_id = %(community)s AND kind = 'run' AND reversed_at IS NULL AND period < %(period)s
          AND run_id <> %(run)s) r
  WHERE r.period = r.newest GROUP BY 1, 2
), due AS (
  SELECT l.*, l.period + make_interval(months => k.months) AS again
  FROM l LEFT JOIN unnest(%(contracts)s::bigint[], %(cycles)s::int[]) AS k(id, months) ON k.id = l.contract
), pairs AS (
  SELECT COALESCE(n.line, l.line) AS line, COALESCE(n.item, l.item) AS item, COALESCE(n.kept, 0) AS kept,
    COALESCE(n.s, 0) AS now_fen, COALESCE(l.s, 0) AS last_fen, l.period AS last_period,
    COALESCE(n.c = 1 AND n.kept = 1 AND l.c = 1 AND n.s = l.s AND n.payer = l.payer AND n.q = l.q AND n.p >= %(period)s,
             false) AS same
  FROM n FULL JOIN due l ON l.line = n.line
  WHERE n.line IS NOT NULL OR (
    l.again > %(since)s AND l.again <= %(period)s
    AND (%(properties)s::bigint[] = '{{}}' OR l.property = ANY(%(properties)s))
    AND (%(items)s::bigint[] = '{{}}' OR l.item = ANY(%(items)s))
    AND NOT EXISTS (SELECT 1 FROM billing_receivable b WHERE b.contract_line_id = l.line AND b.period >= %(period)s
                    AND b.reversed_at IS NULL))
)
"""


def _compare(run: Run, then: str) -> list[tuple[Any, ...]]:
    """Run ``then`` over ``pairs``: each contract line billed now or missing now, beside its last period."""
    published = run.state == Run.State.PUBLISHED
    table, struck = ("billing_receivable", "false") if published else ("billing_runline", "struck")
    before = Run.objects.filter(community_id=run.community_id, state=Run.State.PUBLISHED, period__lt=run.period)
    since = before.order_by("-period").values_list("period", flat=True).first()
    terms = contract_terms(run.community_id)
    with connection.cursor() as cursor:
        cursor.execute(
            _COMPARED.format(table=table, struck=struck) + then,
            {
                "run": run.pk, "community": run.community_id, "period": run.period,
                "since": since or Month.of(run.period).plus(-1).first, "contracts": list(terms),
                "cycles": [row.cycle_months for row in terms.values()],
                "properties": run.selection.get("properties", []), "items": run.selection.get("items", []),
            },
        )  # fmt: skip
        return cursor.fetchall()


def by_item(run: Run) -> list[ItemSum]:
    """This run beside the last period, by charge item, the largest first."""
    rows = _compare(run, "SELECT item, sum(kept), sum(last_fen), sum(now_fen) FROM pairs GROUP BY item ORDER BY 4 DESC, 1")
    names = dict(ChargeItem.objects.filter(organisation_id=run.organisation_id).values_list("id", "name"))
    return [ItemSum(names[item], int(count), int(last), int(now)) for item, count, last, now in rows]


def total_of(items: list[ItemSum]) -> ItemSum:
    """All items together, without a name."""
    return ItemSum(
        "", sum(item.lines for item in items), sum(item.last_fen for item in items), sum(item.amount_fen for item in items)
    )


def run_bridge(run: Run) -> Bridge:
    """The bridge from the last period's sum to this run's."""
    ((same_fen, differing),) = _compare(
        run,
        """SELECT COALESCE(sum(now_fen) FILTER (WHERE same), 0),
             COALESCE(jsonb_object_agg(line, last_period) FILTER (WHERE NOT same), '{}')::text FROM pairs""",
    )
    found = {int(line): period and dt.date.fromisoformat(period) for line, period in json.loads(differing).items()}
    return bridge(_compared(run, found), Month.of(run.period), int(same_fen))


_PART = ("payer_id", "period", "service_from", "service_to", "quantity", "prices", "convention", "amount_fen")


def _compared(run: Run, differing: dict[int, dt.date | None]) -> Iterator[Compared]:
    now: dict[int, list[Part]] = defaultdict(list)
    last: dict[int, list[Part]] = defaultdict(list)
    if run.state == Run.State.PUBLISHED:
        rows: Any = Receivable.objects.filter(run=run, contract_line_id__in=differing)
        drafts = [(*row, False) for row in rows.order_by("service_from").values_list("contract_line_id", *_PART)]
    else:
        rows = RunLine.objects.filter(run=run, contract_line_id__in=differing)
        drafts = list(rows.order_by("service_from").values_list("contract_line_id", *_PART, "struck"))
    for line_id, *row in drafts:
        now[line_id].append(_part(*row))
    billed = Receivable.objects.filter(
        contract_line_id__in=differing, period__in={period for period in differing.values() if period},
        kind=Receivable.Kind.RUN, reversed_at__isnull=True,
    ).exclude(run=run)  # fmt: skip
    for line_id, *row in billed.order_by("service_from").values_list("contract_line_id", *_PART):
        if row[1] == differing[line_id]:
            last[line_id].append(_part(*row))
    for line_id in differing:
        yield Compared(line_id, last[line_id], now[line_id])


def _part(
    payer_id: int, period: dt.date, first: dt.date, to: dt.date, quantity: Decimal, prices: list[dict[str, str]],
    convention: str, amount_fen: int, struck: bool = False,
) -> Part:  # fmt: skip
    return Part(
        payer_id, Month.of(period), Span(first, to), quantity, tuple(thawed_prices(prices)), Convention(convention), amount_fen,
        struck,
    )  # fmt: skip


def compare_line(row: RunLine) -> tuple[list[Part], dict[Reason, int]]:
    """The bills of the contract line's last period, and why all of its drafts differ from them."""
    run = row.run
    assert run is not None and row.contract_line_id is not None
    billed = Receivable.objects.filter(
        contract_line_id=row.contract_line_id, kind=Receivable.Kind.RUN, reversed_at__isnull=True, period__lt=run.period
    ).exclude(run=run)
    last = billed.order_by("-period").values_list("period", flat=True).first()
    (compared,) = _compared(run, {row.contract_line_id: last})
    return list(compared.last), line_reasons(compared, Month.of(run.period))
