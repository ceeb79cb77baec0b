"""A month in which everything is charged in every way, beside the bare COPY of the finished lines.

Two equal sets of communities (``variety``): ten lines a property on average. About eight follow from contract lines, by building and
inner area, fixed, area with a fixed part and seasons, per quantity, per head, by formula, parking by the month, by the day, owned or
rented, and leases with steps, a free month and an escalation, some of it collected for others; by the month, the quarter and the year.
About two come from sheets: water by reading with steps, electricity by the hour's band, a shared cost by area, one price for each
space, shares of turnover, deposits. For a tenth of the properties, the shops, an emergency policy lowers and puts off what is
billed inside the publishing transaction; of one home in five hundred a line was billed a year ahead at a discount, so that the run leaves
its days out. Campaigns, the care fund, plans and waivers act on single bills after they are published: they are no part of a run.

In turn a community is billed and the finished lines of a twin are COPYed. Inside our watch: draft, confirming and publishing of the
run and of six sheets, each by a second person. Outside: contracts, readings, turnovers, the policy and the years ahead. The limit
writes what is left of it line by line: receivables as they stand at the end, the sheets' lines with what their sums follow from and the
readings they charged, adjustments, days without late fee and what the policy did to each bill, with all keys, checks, indexes and
triggers; not the entries, deferrals, approvals and the trail, which ours writes besides.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TypedDict

from django.db import connection, models, transaction
from django.db.models import Count, F, Min, Sum

from wuyefei.estate.properties.public import Property
from wuyefei.estate.tariffs.public import By, Tariff, items
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.copying import take_ids
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.public import Adjustment, LateFeeHold, Receivable, Run, confirm_run, draft_run
from wuyefei.money.concessions.public import Measure, MeasureBill
from wuyefei.money.sheets.public import (
    DepositTerms,
    EachTerms,
    Head,
    Line,
    MeteredTerms,
    Scope,
    SharedTerms,
    Sheet,
    TurnoverTerms,
    ask_to_bill,
    draft_deposit,
    draft_each,
    draft_metered,
    draft_shared,
    draft_turnover,
    parse_price,
    parse_steps,
)

from ..estate import Firm, found, shares
from ..ground import analyse
from ..harness import Figure, Watch, measurement, note, noted, peak_mb
from ..variety import BANDS, BLOCK, POWER, STEPS, WATER, vary

SHARED_FEN_EACH, DEPOSIT_EACH = 1_234, 50
CHECKED = 2_000
"""Up to so many properties in a community the whole of its books is proved once it is billed."""


@dataclass
class Stages:
    """Time of each stage over all communities: the run's and the sheets' apart."""

    run: Watch = field(default_factory=Watch)
    sheets: Watch = field(default_factory=Watch)
    publish: Watch = field(default_factory=Watch)
    book: Watch = field(default_factory=Watch)
    bare: Watch = field(default_factory=Watch)

    @property
    def ours(self) -> float:
        return sum(watch.seconds for watch in (self.run, self.sheets, self.publish, self.book))


@measurement("mixed", "十万户各种收费一起出账（户均十笔，十分之一有优惠减免），对照直接 COPY 同样的成品行", 100_000)
def mixed(properties: int) -> Iterator[Figure]:
    firm = found()
    firm = replace(firm, month=firm.month.plus(-1))
    with noted(f"建立 2 × {properties} 户"):
        pairs = [
            (vary(firm, f"甲{number:04d}", share), vary(firm, f"乙{number:04d}", share), share)
            for number, share in enumerate(shares(properties))
        ]
        analyse()
    stages, lines, billed = Stages(), 0, dict[int, Community]()
    for number, (ours, twin, share) in enumerate(pairs):
        for turn in (0, 1) if number % 2 and share in billed else (1, 0):
            if turn:
                lines += _billed(firm, ours, stages)
                if share not in billed:
                    _proved(firm, ours, share)
                    billed[share] = ours
            else:
                _copied(firm, billed[share], twin, stages.bare)
    note(
        f"{lines} 行；出账草稿 {stages.run.seconds:.1f} s，计费单草稿 {stages.sheets.seconds:.1f} s，发布 {stages.publish.seconds:.1f} s，"
        f"计费单发布 {stages.book.seconds:.1f} s，直接 COPY {stages.bare.seconds:.1f} s；内存 {peak_mb()} MB"
    )
    yield Figure("mixed_rate", properties, stages.ours, stages.bare.seconds, 0.4)


def _billed(firm: Firm, place: Community, stages: Stages) -> int:
    """Draft, confirm and publish all of the month; returns the lines billed."""
    with stages.run:
        result = draft_run(place.pk, firm.month, actor=firm.maker)
    assert result.run is not None and not result.gaps, result.gaps[:3]
    lines = result.line_count
    with stages.publish:
        decide(confirm_run(result.run.pk, actor=firm.maker).pk, approved=True, actor=firm.checker)
    for draft in _sheets(firm, place):
        with stages.sheets:
            sheet = draft()
        assert not sheet.left_out, sheet.left_out[:3]
        with stages.book:
            decide(ask_to_bill(sheet.pk, actor=firm.maker).pk, approved=True, actor=firm.checker)
        lines += sheet.line_count
    return lines


class _Where(TypedDict):
    actor: Actor
    community: Community


def _sheets(firm: Firm, place: Community) -> Iterator[Callable[[], Sheet]]:
    """Each sheet of the month, ready to be drafted."""
    month, who = firm.month, _Where(actor=firm.maker, community=place)
    span, item = Span(month.first, month.last), {one.code: one.pk for one in items(firm.maker)}
    homes = list(Property.objects.filter(community=place).order_by("pk").values_list("code", "kind"))
    fitted = tuple(code for code, kind in homes if kind == "residential")[::DEPOSIT_EACH]
    there, total = {kind for _code, kind in homes}, SHARED_FEN_EACH * len(homes)

    def head(code: str, title: str) -> Head:
        return Head(item[code], title, span, month.plus(1).day(20))

    stage = dt.date(month.year, 1, 1)
    yield lambda: draft_metered(head("water", "水费"), MeteredTerms(WATER, parse_steps(STEPS), stage), **who)
    yield lambda: draft_metered(head("power", "电费"), MeteredTerms(POWER, (), stage, bands=parse_price(BANDS).bands), **who)
    yield lambda: draft_shared(head("common", "公共照明与电梯用电"), SharedTerms(total, By.AREA, Scope(kinds=("residential", "shop"))), **who)
    if "parking" in there:
        yield lambda: draft_each(head("upkeep", "车库清洗"), EachTerms(Decimal(15), By.UNIT, Scope(kinds=("parking",))), **who)
    if "shop" in there:
        yield lambda: draft_turnover(head("shop_rent", "营业额分成"), TurnoverTerms(month), **who)
    yield lambda: draft_deposit(head("fitting_deposit", "装修押金"), DepositTerms(fitted), **who)


def _proved(firm: Firm, place: Community, share: int) -> None:
    """What was billed is what was to be billed: every tariff and kind of sheet, the policy on every shop, the years left out."""
    bills = Receivable.objects.filter(community=place)
    by_tariff = dict(bills.filter(run__isnull=False).values_list("tariff").annotate(Sum("amount_fen")).order_by())
    assert all(by_tariff.get(one.pk, 0) > 0 for one in Tariff.objects.filter(community=place)) or share < BLOCK, "a tariff was not charged"
    kinds = set(Sheet.objects.filter(community=place, state=Sheet.State.BILLED, line_count__gt=0).values_list("kind", flat=True))
    assert kinds == set(Sheet.Kind.values) or share < BLOCK, "a kind of sheet was not billed"
    treated = MeasureBill.objects.filter(community=place)
    shops = Property.objects.filter(community=place, kind="shop").count()
    assert treated.values("receivable__property").distinct().count() == shops, "a shop has nothing of the policy"
    off = treated.filter(receivable__outstanding_fen=F("receivable__amount_fen") - F("off_fen"))
    assert off.count() == treated.count(), "what the policy took off is still asked for"
    years = bills.filter(run__isnull=True, kind=Receivable.Kind.RUN).values("contract_line")
    cut = bills.filter(run__isnull=False, contract_line__in=years).aggregate(n=Count("pk"), first=Min("service_from"), last=Min("service_to"))
    assert cut["n"] == len(years) and cut["last"] in (None, firm.month.last), "a year paid ahead was billed again"
    if share <= CHECKED:
        report = run_checks(firm.organisation.pk)
        assert report.holds, report.first


def _copied(firm: Firm, source: Community, twin: Community, bare: Watch) -> None:
    """The finished lines of a community that was billed, as its twin's, written anew in one transaction."""
    run = Run.objects.create(
        organisation=firm.organisation, community=twin, period=firm.month.first, made_by_id=firm.maker.user_id, made_at=clock.now()
    )
    sheets = {pk: _sheet_of(pk, twin) for pk in Sheet.objects.filter(community=source).order_by("pk").values_list("pk", flat=True)}
    ready = [(f"COPY {table} ({columns}) FROM STDIN", _rows(select)) for table, columns, select in _finished(source, twin, run.pk, sheets)]
    with bare, transaction.atomic(), connection.cursor() as cursor:
        for into, stream in ready:
            with cursor.copy(into) as copy:
                while block := stream.read(256 * 1024):
                    copy.write(block)
    with connection.cursor() as cursor:
        cursor.execute("SELECT platform_analyse(ARRAY['billing_receivable'], ARRAY[1000]::bigint[])")


def _sheet_of(sheet_id: int, twin: Community) -> int:
    """The twin's sheet beside one that was billed."""
    sheet = Sheet.objects.get(pk=sheet_id)
    sheet.pk, sheet.community, sheet.state = None, twin, Sheet.State.DRAFT
    sheet._state.adding = True
    sheet.billed_by, sheet.billed_at = None, None
    sheet.save()
    return int(sheet.pk or 0)


def _rows(select: str) -> io.BytesIO:
    with connection.cursor() as cursor, cursor.copy(f"COPY ({select}) TO STDOUT") as copy:
        return io.BytesIO(b"".join(bytes(block) for block in copy))


_KEPT = (
    "period, service_from, service_to, due_on, quantity, prices, convention, amount_fen, tax_rate, tax_fen, deferred_fen, late_fee_rate,"
    " late_fee_cap, allocation_order, kind, memo, booked_at, outstanding_fen, late_fee_settled_fen, accrued_exact, accrued_to"
)
_OWN = "id, community_id, run_id, contract_id, contract_line_id, property_id, payer_id, tariff_id, organisation_id, item_id"
_ADJUSTED = "organisation_id, kind, amount_fen, tax_fen, deferred_fen, value_date, booked_at, approval_id, reason, by_month"
_CHARGED = "organisation_id, service_from, service_to, quantity, amount_fen, inputs"
_HELD = "organisation_id, starts_on, ends_on, kind, source_ref, reason"
_MAPS = """
WITH home AS MATERIALIZED (SELECT a.id AS old, b.id AS new FROM properties_property a
    JOIN properties_property b ON b.community_id = {twin} AND b.code = a.code WHERE a.community_id = {source}),
  who AS MATERIALIZED (SELECT a.id AS old, b.id AS new FROM home JOIN people_person a ON a.community_id = {source} AND a.external_ref = home.old::text
    JOIN people_person b ON b.community_id = {twin} AND b.external_ref = home.new::text),
  price AS MATERIALIZED (SELECT a.id AS old, b.id AS new FROM tariffs_tariff a
    JOIN tariffs_tariff b ON b.community_id = {twin} AND b.name = a.name WHERE a.community_id = {source}),
  line AS MATERIALIZED (SELECT a.id AS old, b.id AS new FROM contracts_contractline a JOIN home ON home.old = a.property_id
    JOIN price ON price.old = a.tariff_id JOIN contracts_contractline b ON b.property_id = home.new AND b.tariff_id = price.new
    WHERE a.community_id = {source}),
  deal AS MATERIALIZED (SELECT DISTINCT a.contract_id AS old, b.contract_id AS new FROM line
    JOIN contracts_contractline a ON a.id = line.old JOIN contracts_contractline b ON b.id = line.new),
  bill AS MATERIALIZED (SELECT id AS old, {bills} + row_number() OVER (ORDER BY id) AS new FROM billing_receivable
    WHERE community_id = {source} AND (run_id IS NOT NULL OR kind = 'sheet')),
  sheet(old, new) AS (VALUES {sheets}),
  entry AS MATERIALIZED (SELECT l.id AS old, {entries} + row_number() OVER (ORDER BY l.id) AS new FROM sheets_line l
    JOIN sheet ON sheet.old = l.sheet_id),
  read AS MATERIALIZED (SELECT a.id AS old, b.id AS new FROM metering_reading a JOIN properties_meter m ON m.id = a.meter_id
    JOIN properties_meter t ON t.community_id = {twin} AND t.kind = m.kind AND t.number = m.number
    JOIN metering_reading b ON b.meter_id = t.id AND b."on" = a."on" WHERE a.community_id = {source}),
  lowered AS MATERIALIZED (SELECT a.id AS old, {lowered} + row_number() OVER (ORDER BY a.id) AS new, bill.new AS bill
    FROM billing_adjustment a JOIN bill ON bill.old = a.receivable_id),
  held AS MATERIALIZED (SELECT h.id AS old, {held} + row_number() OVER (ORDER BY h.id) AS new, bill.new AS bill
    FROM billing_latefeehold h JOIN bill ON bill.old = h.receivable_id)
"""


def _finished(source: Community, twin: Community, run_id: int, sheets: Mapping[int, int]) -> Iterator[tuple[str, str, str]]:
    """(table, columns, the rows of the twin) in the order in which they are written."""
    bases = {
        "bills": _block(Receivable, source), "lowered": _block(Adjustment, source), "held": _block(LateFeeHold, source),
        "entries": _block(Line, source),
    }  # fmt: skip
    pairs = ", ".join(f"({old}, {new})" for old, new in sheets.items())
    maps = _MAPS.format(source=source.pk, twin=twin.pk, sheets=pairs, **bases)
    measure_id = Measure.objects.values_list("pk", flat=True).get(places__community=twin)
    yield "billing_receivable", f"{_OWN}, {_KEPT}", f"""{maps}
        SELECT bill.new, {twin.pk}, CASE WHEN r.run_id IS NULL THEN NULL ELSE {run_id} END, deal.new, line.new, home.new, who.new, price.new,
          r.organisation_id, r.item_id, {_KEPT}
        FROM bill JOIN billing_receivable r ON r.id = bill.old JOIN home ON home.old = r.property_id JOIN who ON who.old = r.payer_id
        LEFT JOIN deal ON deal.old = r.contract_id LEFT JOIN line ON line.old = r.contract_line_id
        LEFT JOIN price ON price.old = r.tariff_id ORDER BY bill.new"""
    yield "sheets_line", f"id, community_id, sheet_id, property_id, payer_id, receivable_id, {_CHARGED}", f"""{maps}
        SELECT entry.new, {twin.pk}, sheet.new, home.new, who.new, bill.new, {_CHARGED} FROM entry JOIN sheets_line l ON l.id = entry.old
        JOIN sheet ON sheet.old = l.sheet_id JOIN home ON home.old = l.property_id JOIN who ON who.old = l.payer_id
        JOIN bill ON bill.old = l.receivable_id ORDER BY entry.new"""
    yield "sheets_use", "community_id, line_id, reading_id, organisation_id, item_id, freed", f"""{maps}
        SELECT {twin.pk}, entry.new, read.new, u.organisation_id, u.item_id, u.freed FROM sheets_use u
        JOIN entry ON entry.old = u.line_id JOIN read ON read.old = u.reading_id ORDER BY u.id"""
    yield "billing_adjustment", f"id, community_id, receivable_id, {_ADJUSTED}", f"""{maps}
        SELECT lowered.new, {twin.pk}, lowered.bill, {_ADJUSTED} FROM lowered JOIN billing_adjustment a ON a.id = lowered.old ORDER BY 1"""
    yield "billing_latefeehold", f"id, community_id, receivable_id, {_HELD}", f"""{maps}
        SELECT held.new, {twin.pk}, held.bill, {_HELD} FROM held JOIN billing_latefeehold h ON h.id = held.old ORDER BY 1"""
    yield "concessions_measurebill", "measure_id, community_id, receivable_id, base_fen, off_fen, adjustment_id, hold_id, at", f"""{maps}
        SELECT {measure_id}, {twin.pk}, bill.new, m.base_fen, m.off_fen, lowered.new, held.new, m.at FROM concessions_measurebill m
        JOIN bill ON bill.old = m.receivable_id LEFT JOIN lowered ON lowered.old = m.adjustment_id LEFT JOIN held ON held.old = m.hold_id ORDER BY m.id"""


def _block(model: type[models.Model], place: Community) -> int:
    """The id before a block of fresh ids, enough for all that a community has."""
    return take_ids(model, model._default_manager.filter(community=place).count() + 1)[0] - 1
