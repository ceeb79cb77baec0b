"""Drafting a sheet, asking a second person, booking it, giving it up."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from wuyefei.estate.contracts.public import contracts_on
from wuyefei.estate.metering.public import lock_readings
from wuyefei.estate.properties.public import Property
from wuyefei.estate.tariffs.public import By, Participant, get_item
from wuyefei.estate.turnover.public import lock_declarations
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.collector import uncollected
from wuyefei.foundation.kernel.dates import DAY, EARLIEST, LATEST, Span
from wuyefei.foundation.kernel.errors import Invalid, NotFound
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.arrays import array
from wuyefei.foundation.platform.copying import copy_rows, take_ids
from wuyefei.foundation.platform.inserting import drafts, insert_many
from wuyefei.money.billing.public import Published, SheetRows, book_sheet, tell

from . import queries
from .deposits import deposits
from .fingerprint import as_asked, digest
from .leases import declared
from .members import participants
from .models import Line, Sheet, Use
from .prices import price_json, season_json
from .rules import (
    Drawn,
    Json,
    Left,
    NothingToBill,
    PayerMissing,
    Piece,
    SheetChanged,
    SheetState,
    Why,
    each,
    metered,
    participants_json,
    shared,
)
from .shares import by_share
from .stages import check_stages
from .terms import DepositTerms, EachTerms, Head, MeteredTerms, SharedTerms, TurnoverTerms
from .turnover import shares

BILL_KIND = "sheets.bill"
LONGEST_DAYS = 3 * 366
SHARED_KINDS = frozenset({Sheet.Kind.METERED, Sheet.Kind.SHARED, Sheet.Kind.EACH})
"""What several payers of a property pay by share; a deposit, or a share of turnover, is owed by one."""


def _check(head: Head, actor: Actor, community: Community) -> None:
    actor.require(Permission.BILLING_DRAFT, community.pk)
    if not EARLIEST <= head.due_on <= LATEST or head.due_on < head.span.first:
        raise Invalid(field="到期日", reason="不能早于服务期的第一天")
    if head.span.days > LONGEST_DAYS:
        raise Invalid(field="服务期", reason="不能超过三年")


@transaction.atomic
def draft_metered(head: Head, terms: MeteredTerms, *, actor: Actor, community: Community) -> Sheet:
    """Charge every reading that waits. Raises ``NothingToBill`` and what the rules raise; nothing is written then."""
    _check(head, actor, community)
    item = get_item(actor, head.item_id)
    check_stages(terms.stages)
    if terms.seasons and terms.changes:
        raise Invalid(field="换价", reason="写了分季单价就不能再写换价；换价请从那天起另出一张计费单")
    lock_readings(community.pk)
    _free(community.pk)
    pieces = queries.uncharged(community.pk, item.pk, terms.meter_kind, head.span.last, terms.since)
    before = queries.used_before(item.pk, {piece.property_id for piece in pieces}, terms.stage_from)
    stages = terms.stages_over(_over(pieces, head.span))
    drawn, left = metered(pieces, stages, before)
    left += [Left(home, Why.HELD) for home in queries.held_properties(community.pk, terms.meter_kind, head.span.last)]
    if not drawn:
        raise NothingToBill(reason="没有还没计费的读数，或读数都在待核对")
    facts: Json = {"meter_kind": terms.meter_kind, "stage_from": str(terms.stage_from), **price_json(terms.stages)}
    if terms.seasons:
        facts["seasons"] = season_json(terms.seasons)
    span = Span(min(row.span.first for row in drawn), max(head.span.last, max(row.span.last for row in drawn)))
    return _draft(Sheet.Kind.METERED, Head(item.pk, head.title, span, head.due_on), facts, drawn, left, actor, community)


def _over(pieces: Sequence[Piece], otherwise: Span) -> Span:
    """The days in which the use of some readings falls."""
    if not pieces:
        return otherwise
    last = max(piece.on for piece in pieces)
    return Span(min(last, *(piece.since + DAY for piece in pieces)), last)


def _members(
    by: By, span: Span, community: Community, terms: SharedTerms | EachTerms
) -> tuple[list[Participant], dict[int, int]]:
    """The participants and their payers on the last day. Raises ``PayerMissing``."""
    found = participants(community.pk, by, span, terms)
    owing = queries.payers_on([one.key for one in found], span.last)
    missing = [one for one in found if one.key not in owing and one.factor]
    if missing:
        raise PayerMissing(count=len(missing), day=span.last, first=missing[0].code)
    return [one for one in found if one.key in owing], owing


@transaction.atomic
@uncollected()
def draft_shared(head: Head, terms: SharedTerms, *, actor: Actor, community: Community) -> Sheet:
    """Share a sum. Raises ``NobodyTakesPart``, ``MeasureMissing``, ``PayerMissing``, ``Invalid``; nothing is written then."""
    _check(head, actor, community)
    found, owing = _members(terms.by, head.span, community, terms)
    drawn = shared(terms.total_fen, terms.by, found, owing, head.span)
    facts = {
        "total_fen": terms.total_fen, "by": terms.by.value, "participants": participants_json(found), "meter_kind": terms.meter_kind,
        "agreed_text": "\n".join(f"{code} {factor}" for code, factor in terms.agreed.items()),
    }  # fmt: skip
    return _draft(Sheet.Kind.SHARED, head, facts, drawn, [], actor, community)


@transaction.atomic
def draft_each(head: Head, terms: EachTerms, *, actor: Actor, community: Community) -> Sheet:
    """The same price for many. Raises ``PayerMissing``, ``Invalid``, ``NothingToBill``; nothing is written then."""
    _check(head, actor, community)
    if terms.by not in (By.UNIT, By.AREA):
        raise Invalid(field="计价方式", reason="请选按户或按面积")
    if not terms.price.is_finite() or terms.price <= 0:
        raise Invalid(field="单价", reason="必须大于 0")
    found, owing = _members(terms.by, head.span, community, terms)
    if not found:
        raise NothingToBill(reason="这个范围里没有房屋")
    drawn = each(terms.price, terms.by, found, owing, head.span)
    return _draft(Sheet.Kind.EACH, head, {"price": str(terms.price), "by": terms.by.value}, drawn, [], actor, community)


@transaction.atomic
def draft_deposit(head: Head, terms: DepositTerms, *, actor: Actor, community: Community) -> Sheet:
    """Charge a deposit by its policy, once. Raises what ``deposits.deposits`` raises and ``NothingToBill``; nothing is
    written then."""
    _check(head, actor, community)
    item = get_item(actor, head.item_id)
    Community.objects.select_for_update(no_key=True).get(pk=community.pk)
    drawn, left = deposits(community.pk, item, head.span, terms)
    if not drawn:
        raise NothingToBill(reason="这些房屋都收过这项押金")
    if terms.return_on is not None and terms.return_on <= head.span.last:
        raise Invalid(field="预计退还日", reason="应晚于收取日")
    facts: Json = {"pieces": terms.pieces, "return_on": str(terms.return_on or "")}
    return _draft(Sheet.Kind.DEPOSIT, head, facts, drawn, left, actor, community)


@transaction.atomic
def draft_turnover(head: Head, terms: TurnoverTerms, *, actor: Actor, community: Community) -> Sheet:
    """Charge what confirmed turnovers bring beyond the minimum. Raises ``NothingToBill``; nothing is written then."""
    _check(head, actor, community)
    item = get_item(actor, head.item_id)
    lock_declarations(community.pk)
    drawn, left = shares(declared(community.pk, item.pk, terms.until))
    if not drawn:
        raise NothingToBill(reason="没有已确认而还没计费的营业额，或分成都没有超出保底")
    span = Span(min(row.span.first for row in drawn), max(row.span.last for row in drawn))
    return _draft(
        Sheet.Kind.TURNOVER, Head(item.pk, head.title, span, head.due_on), {"until": str(terms.until)}, drawn, left, actor, community
    )


def _draft(
    kind: str, head: Head, terms: Json, drawn: Sequence[Drawn], left: Sequence[Left], actor: Actor, community: Community
) -> Sheet:
    item = get_item(actor, head.item_id)
    if kind in SHARED_KINDS:
        drawn = by_share(drawn, queries.shares_on({(row.property_id, row.span.last) for row in drawn}))
    codes = dict(Property.objects.filter(pk__in=[row.property_id for row in left]).values_list("pk", "code"))
    rest = [[codes[row.property_id], row.why.value, None if row.quantity is None else str(row.quantity)] for row in left]
    sheet = Sheet.objects.create(
        organisation_id=actor.organisation_id, community=community, item=item, kind=kind,
        title=limited(head.title, "名称", 60, required=True), service_from=head.span.first, service_to=head.span.last,
        due_on=head.due_on, terms=terms, left_out=rest, line_count=len(drawn), amount_fen=sum(row.amount_fen for row in drawn),
        made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    made = take_ids(Line, len(drawn))
    copy_rows(Line, LINE, (_line(pk, sheet, row) for pk, row in zip(made, drawn, strict=True)))
    use = drafts(Use, organisation_id=sheet.organisation_id, community_id=community.pk, item_id=item.pk)
    insert_many([use(line_id=line, reading_id=reading) for line, row in zip(made, drawn, strict=True) for reading in row.reading_ids])
    after = {"kind": kind, "title": sheet.title, "lines": sheet.line_count, "amount_fen": sheet.amount_fen, "left_out": len(rest)}
    audit.record(actor, "sheets.draft", sheet, after=after)
    return sheet


LINE = (
    "id", "organisation_id", "community_id", "sheet_id", "property_id", "payer_id", "service_from", "service_to", "quantity", "amount_fen",
    "inputs",
)  # fmt: skip


def _line(pk: int, sheet: Sheet, row: Drawn) -> tuple[Any, ...]:
    """A line by the columns ``LINE``."""
    return (
        pk, sheet.organisation_id, sheet.community_id, sheet.pk, row.property_id, row.payer_id, row.span.first, row.span.last, row.quantity,
        row.amount_fen, json.dumps(row.inputs, ensure_ascii=False),
    )  # fmt: skip


def _free(community_id: int) -> None:
    """Readings whose bill was reversed, and that of everybody who shared it, may be charged again."""
    reversed_ = Use.objects.filter(~queries.STANDING, community_id=community_id, freed=False)
    Use.objects.filter(pk__in=list(reversed_.values_list("pk", flat=True))).update(freed=True)


def _locked(sheet_id: int, actor: Actor, *, state: str, verb: str) -> Sheet:
    rows = Sheet.objects.select_for_update(of=("self",)).select_related("community", "item")
    sheet = rows.filter(pk=sheet_id, organisation_id=actor.organisation_id, community_id__in=actor.seen).first()
    if sheet is None:
        raise NotFound()
    if sheet.state != state:
        raise SheetState(state=sheet.get_state_display(), verb=verb)
    return sheet


@transaction.atomic
def ask_to_bill(sheet_id: int, *, actor: Actor) -> Request:
    """Submit a draft: its lines stay as they are until a second person has decided."""
    sheet = _locked(sheet_id, actor, state=Sheet.State.DRAFT, verb="提交")
    actor.require(Permission.BILLING_CONFIRM, sheet.community_id)
    sheet.state = Sheet.State.ASKED
    sheet.save(update_fields=["state"])
    payload = {"sheet": sheet.pk, "lines": sheet.line_count, "amount_fen": sheet.amount_fen, "hash": digest(sheet)}
    return approvals.ask(BILL_KIND, sheet, actor=actor, community_id=sheet.community_id, payload=payload,
                         reason=f"发布 {sheet}", amount_fen=sheet.amount_fen)  # fmt: skip


def reopen(request: Request, actor: Actor) -> None:
    """Turned down, or taken back: it is a draft again."""
    sheet = _locked(request.subject_id, actor, state=Sheet.State.ASKED, verb="退回")
    sheet.state = Sheet.State.DRAFT
    sheet.save(update_fields=["state"])
    audit.record(actor, "sheets.reopen", sheet)


@transaction.atomic
def take_back(sheet_id: int, *, actor: Actor) -> Request:
    """Who submitted takes the sheet back before anybody decided."""
    sheet = _locked(sheet_id, actor, state=Sheet.State.ASKED, verb="撤回")
    request = Request.objects.filter(kind=BILL_KIND, subject_id=sheet.pk, state=Request.State.OPEN).first()
    if request is None:
        raise NotFound()
    return approvals.cancel(request.pk, actor=actor)


def bill(request: Request, actor: Actor) -> None:
    """Carried out on approval: each line becomes a receivable, and the sheet one entry."""
    sheet = _locked(request.subject_id, actor, state=Sheet.State.ASKED, verb="发布")
    if approvals.decided_by(sheet.made_by_id, request, actor):
        raise approvals.SamePerson()
    if not as_asked(sheet, request.payload["hash"]):
        raise SheetChanged()
    lines, *columns = zip(*Line.objects.filter(sheet=sheet).order_by("pk").values_list(*_BOOKED), strict=True)
    homes, payers, firsts, lasts, quantities, amounts = columns
    contracts = contracts_on(sheet.community_id, sheet.service_to, set(homes))
    rows = SheetRows(homes, payers, firsts, lasts, quantities, amounts, [contracts.get(home) for home in homes])
    made = book_sheet(sheet.pk, rows, actor=actor, community=sheet.community, item=sheet.item, due_on=sheet.due_on, memo=sheet.title,
                      expected_on=_expected(sheet))  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_MARKED, [array(lines), array(made)])
    sheet.state, sheet.billed_by_id, sheet.billed_at = Sheet.State.BILLED, actor.user_id, clock.now()
    sheet.save()
    audit.record(actor, "sheets.bill", sheet, after={"lines": len(made), "amount_fen": sheet.amount_fen})
    tell(Published("sheet", sheet.pk, sheet.organisation_id, sheet.community_id, sheet.title, sheet, made[0]), actor)


_BOOKED = ("pk", "property_id", "payer_id", "service_from", "service_to", "quantity", "amount_fen")
_MARKED = """
UPDATE sheets_line l SET receivable_id = n.receivable FROM unnest(%s::bigint[], %s::bigint[]) AS n(line, receivable) WHERE l.id = n.line
"""


def _expected(sheet: Sheet) -> dt.date | None:
    text = str(sheet.terms.get("return_on") or "")
    return dt.date.fromisoformat(text) if text else None


@transaction.atomic
def discard(sheet_id: int, *, actor: Actor, reason: str = "") -> Sheet:
    """Give up a draft: its readings may be charged by another sheet."""
    sheet = _locked(sheet_id, actor, state=Sheet.State.DRAFT, verb="放弃")
    actor.require(Permission.BILLING_DRAFT, sheet.community_id)
    Use.objects.filter(line__sheet=sheet).delete()
    Line.objects.filter(sheet=sheet).delete()
    sheet.state = Sheet.State.DISCARDED
    sheet.save(update_fields=["state"])
    audit.record(actor, "sheets.discard", sheet, reason=reason)
    return sheet
