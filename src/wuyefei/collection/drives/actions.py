"""Opening drives, drawing up their lists, and closing them."""

from __future__ import annotations

import datetime as dt
import secrets
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import IntegrityError, transaction

from wuyefei.collection.followup.public import Case, hand_over, reckon, workers
from wuyefei.estate.properties.public import Building
from wuyefei.foundation.access.actor import SYSTEM, Actor, get_community, service_actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.billing.public import Receivable

from .models import Drive, Household, Listed, Member, Passing
from .passing import end_all, give_back
from .queries.drives import able, askable, asked_bills, get_drive
from .queries.standing import quarter_figures
from .rules import AIM_NAMES, Aim, Debtor, check_days, needed_for_rate, quarter_of, share_out, targets_of

KIND = "drive_lists"
TITLE, LESSON, COST_NOTE = 40, 1000, 100
HANDED = ("A", "B")
"""The grades whose cases are handed over for the drive: an S stays with the project manager, a C with the relations manager."""
CHUNK = 1000


class DriveOpen(DomainError):
    code = "drive_open"
    message = "{place} 已经有一个季末行动没有结束。"


class DriveClosed(DomainError):
    code = "drive_closed"
    message = "这个季末行动已经结束。"


@dataclass(frozen=True)
class Opening:
    """``targets`` by community in fen, for an aim that is an amount; ``rate`` such as 0.92 for one that is a rate;
    ``people`` who take part, each where they may."""

    title: str
    first: dt.date
    last: dt.date
    aim: str
    places: tuple[int, ...]
    people: tuple[int, ...]
    targets: Mapping[int, int]
    rate: Decimal | None = None
    hands_over: bool = True


@transaction.atomic
def open_drives(order: Opening, *, actor: Actor) -> list[Drive]:
    """One drive a community, all or none; where the first day is today the lists are drawn up at once.

    Raises ``Invalid`` naming the field, ``DriveOpen`` where one is open there, ``Forbidden`` and ``NotFound``.
    """
    check_days(order.first, order.last, clock.today())
    if order.aim not in AIM_NAMES:
        raise Invalid(field="目标", reason="请选一项")
    if not order.places:
        raise Invalid(field="小区", reason="至少选一个小区")
    title, bundle = limited(order.title, "名称", TITLE, required=True), secrets.token_hex(8)
    made = [_open(get_community(actor, pk, Permission.FOLLOW_MANAGE), order, title, bundle, actor) for pk in sorted(set(order.places))]
    if order.first == clock.today():
        for drive in made:
            _list_up(drive, actor=actor)
    return made


def _open(place: Community, order: Opening, title: str, bundle: str, actor: Actor) -> Drive:
    people = [user for user in able(actor, place.pk) if user.pk in order.people]
    if not people:
        raise Invalid(field="参加人", reason=Phrase("{place} 没有人参加", place=place.name))
    target, rate = order.targets.get(place.pk, 0), order.rate
    if order.aim == Aim.AMOUNT and target <= 0:
        raise Invalid(field="目标", reason=Phrase("{place} 的目标应大于 0", place=place.name))
    if order.aim == Aim.RATE and (rate is None or not 0 < rate <= 1):
        raise Invalid(field="目标", reason="收缴率应在 0 到 100 之间")
    by_amount = order.aim == Aim.AMOUNT
    try:
        with transaction.atomic():
            row = Drive.objects.create(
                organisation_id=place.organisation_id, community=place, bundle=bundle, title=title, starts_on=order.first, ends_on=order.last,
                aim=order.aim, target_rate=None if by_amount else rate, target_fen=target if by_amount else 0, hands_over=order.hands_over,
                made_by_id=actor.user_id, made_at=clock.now(),
            )  # fmt: skip
    except IntegrityError as error:
        raise DriveOpen(place=place.name) from error
    Member.objects.bulk_create([Member(organisation_id=row.organisation_id, community=place, drive=row, user=user) for user in people])
    facts = {"first": order.first, "last": order.last, "aim": order.aim, "target_fen": row.target_fen, "rate": row.target_rate, "people": len(people)}
    audit.record(actor, "drives.open", row, after=facts)
    return row


def list_due(organisation_id: int | None) -> int:
    """Draw up the lists of the drives whose first day has come, and give back those that were passed on until yesterday; returns
    how many were drawn up. For the clock, after the cases."""
    _give_lists_back(organisation_id)
    waiting = Drive.objects.filter(closed_on__isnull=True, listed_at__isnull=True, starts_on__lte=clock.today()).order_by("pk")
    if organisation_id is not None:
        waiting = waiting.filter(organisation_id=organisation_id)
    count = 0
    for pk, organisation in waiting.values_list("pk", "organisation_id"):
        with transaction.atomic():
            row = Drive.objects.select_for_update().select_related("community").get(pk=pk)
            if row.listed_at is None and row.closed_on is None:
                _list_up(row, actor=service_actor(organisation, SYSTEM))
                count += 1
    return count


def _give_lists_back(organisation_id: int | None) -> None:
    today = clock.today()
    over = Passing.objects.filter(ended_at__isnull=True, ends_on__lt=today)
    if organisation_id is not None:
        over = over.filter(organisation_id=organisation_id)
    for pk in sorted(set(over.values_list("drive_id", flat=True))):
        with transaction.atomic():
            row = Drive.objects.select_for_update().get(pk=pk)
            end_all(row, service_actor(row.organisation_id, SYSTEM), before=today)


def _list_up(drive: Drive, *, actor: Actor) -> None:
    """Who owes today, whose they are in the drive, and what each is to bring in; the caller holds the drive."""
    today = clock.today()
    reckon(drive.community_id, today)
    debts = _debts(drive, today)
    cases = {case.person_id: case for case in askable(drive.community_id).filter(person_id__in=debts).select_related("property")}
    members = list(Member.objects.filter(drive=drive).order_by("pk"))
    owed = {person: sum(fen for _bill, fen in bills) for person, bills in debts.items() if person in cases}
    known = Building.objects.filter(community_id=drive.community_id).values_list("pk", "housekeeper_id")
    keepers = {pk: user for pk, user in known if user is not None}
    homes = [Debtor(person, cases[person].property.building_id or 0, fen) for person, fen in sorted(owed.items())]
    shared = share_out(homes, keepers, [row.user_id for row in members])
    _keep(drive, cases, debts, shared)
    if drive.aim == Aim.RATE and drive.target_rate is not None:
        drive.due_fen, drive.paid_fen = quarter_figures(actor, drive.community_id, drive.starts_on, today)
        drive.target_fen = min(needed_for_rate(drive.due_fen, drive.paid_fen, drive.target_rate), sum(owed.values()))
    loads = {row.user_id: sum(owed[person] for person, user in shared.items() if user == row.user_id) for row in members}
    targets = targets_of(drive.target_fen, loads)
    for row in members:
        row.target_fen = targets[row.user_id]
    Member.objects.bulk_update(members, ["target_fen"])
    drive.handovers = _hand_over(drive, cases, shared, actor) if drive.hands_over else []
    drive.listed_at = clock.now()
    drive.save(update_fields=["due_fen", "paid_fen", "target_fen", "handovers", "listed_at"])
    audit.record(actor, "drives.list", drive, after={"households": len(homes), "owed_fen": sum(owed.values()), "target_fen": drive.target_fen})


def _debts(drive: Drive, today: dt.date) -> dict[int, list[tuple[Receivable, int]]]:
    """By payer, the bills that are asked for: all that are overdue, or where the aim is the quarter's rate those of the quarter."""
    rows = asked_bills(drive.community_id, askable(drive.community_id).values_list("person_id", flat=True), today)
    if drive.aim == Aim.RATE:
        quarter = quarter_of(drive.starts_on)
        rows = rows.filter(due_on__range=(quarter.first, quarter.last))
    found: dict[int, list[tuple[Receivable, int]]] = defaultdict(list)
    for row in rows.order_by("payer_id", "due_on", "pk"):
        found[row.payer_id].append((row, row.outstanding_fen))
    return found


def _keep(drive: Drive, cases: Mapping[int, Case], debts: Mapping[int, list[tuple[Receivable, int]]], shared: Mapping[int, int]) -> None:
    rows = [
        Household(
            organisation_id=drive.organisation_id, community_id=drive.community_id, drive=drive, case=cases[person], person_id=person,
            property_id=cases[person].property_id, user_id=user, grade=cases[person].grade, owed_fen=sum(fen for _bill, fen in debts[person]),
            oldest_due_on=debts[person][0][0].due_on,
        )
        for person, user in sorted(shared.items())
    ]  # fmt: skip
    Household.objects.bulk_create(rows, batch_size=CHUNK)
    bills = [Listed(household=row, receivable=bill, owed_fen=fen) for row in rows for bill, fen in debts[row.person_id]]
    Listed.objects.bulk_create(bills, batch_size=CHUNK)


def _hand_over(drive: Drive, cases: Mapping[int, Case], shared: Mapping[int, int], actor: Actor) -> list[int]:
    """Cases of grades A and B lie, while the drive lasts, with whoever has them in it, if that is somebody who works cases."""
    able_ones = {user.pk for user in workers(actor, drive.community_id)}
    given: dict[int, list[int]] = defaultdict(list)
    for person, user in shared.items():
        if user in able_ones and cases[person].grade in HANDED:
            given[user].append(cases[person].pk)
    return [row.pk for user in sorted(given) for row in hand_over(given[user], user, actor=actor)]


@dataclass(frozen=True)
class Closing:
    """What was learned, and what it cost where that is known."""

    lesson: str
    cost_fen: int | None = None
    cost_note: str = ""


@transaction.atomic
def close_drive(drive_id: int, closing: Closing, *, actor: Actor) -> Drive:
    """End a drive with what was learned of it; the cases go back to whose they were. One whose list is not drawn up yet is
    called off. Raises ``DriveClosed``, and ``Invalid`` naming the field."""
    found = get_drive(actor, drive_id)
    actor.require(Permission.FOLLOW_MANAGE, found.community_id)
    row = Drive.objects.select_for_update().get(pk=found.pk)
    if row.closed_on is not None:
        raise DriveClosed()
    if closing.cost_fen is not None and closing.cost_fen < 0:
        raise Invalid(field="花费", reason="不能是负数")
    row.lesson = limited(closing.lesson, "总结", LESSON, required=True)
    row.cost_fen, row.cost_note = closing.cost_fen, limited(closing.cost_note, "花在哪里", COST_NOTE)
    row.closed_on, row.closed_by_id = clock.today(), actor.user_id
    row.save(update_fields=["lesson", "cost_fen", "cost_note", "closed_on", "closed_by"])
    end_all(row, actor)
    give_back(row.handovers, actor)
    audit.record(actor, "drives.close", row, reason=row.lesson, after={"cost_fen": row.cost_fen})
    return row
