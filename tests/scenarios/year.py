"""A community day by day: households with habits, and the people who bill them, take their money and follow them up.

Everything that happens is a public action on its day; what must hold is looked at from outside, by other reckonings.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q

from tests.scenarios.month import publish
from tests.world import World, actor_of, charge, flat, make_world, own, pay, person
from wuyefei.collection.followup import public as followup
from wuyefei.collection.followup.models import Case, Promise, Step
from wuyefei.collection.followup.rules.grades import missing
from wuyefei.collection.followup.rules.nextstep import SILENT
from wuyefei.estate.people.public import update_person
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import CHINA, DAY
from wuyefei.foundation.kernel.text import mask_mobile
from wuyefei.foundation.platform import clock, vault
from wuyefei.insight.risk.public import reckon_all as class_all
from wuyefei.money.billing.public import LateFeeHold, OpenBill, Receivable, open_bills
from wuyefei.money.concessions.public import Basis, PlanTerms, follow_plans, propose
from wuyefei.money.payments.public import PaymentOrder
from wuyefei.relations.accounts.public import (
    Account,
    Owner,
    Place,
    open_session,
    owner_of_session,
    places,
    refresh_bindings,
)
from wuyefei.relations.contacts.public import (
    DEFAULTS,
    DISPUTE,
    Channel,
    Contact,
    Draft,
    Purpose,
    Refusal,
    Refused,
    try_step,
)
from wuyefei.relations.service.public import Ticket, answer, close, dispute

FIRST = dt.date(2026, 1, 1)
HABITS = (
    "good", "late", "good", "promises", "breaks", "never", "disputes", "plan", "unreached", "stops", "part", "good", "good", "late", "good",
    "good", "late", "good", "good", "good",
)  # fmt: skip
"""One household after the other, over and over; half of them pay in time, and the first twelve have every habit."""


@dataclass
class Home:
    """``due``: what it means to pay, by day; ``tried``: how often nobody answered."""

    number: int
    code: str
    person_id: int
    habit: str
    due: dict[dt.date, int] = field(default_factory=dict)
    tried: int = 0
    complained: int = 0


@dataclass
class Year:
    """``silent`` and ``graded``: when a case was last at rest, and since when it stands in its grade."""

    world: World
    homes: list[Home]
    silent: dict[int, dt.date] = field(default_factory=dict)
    graded: dict[int, tuple[str, dt.date]] = field(default_factory=dict)
    tickets: list[tuple[dt.date, int]] = field(default_factory=list)
    planned: set[int] = field(default_factory=set)
    refused: int = 0
    paid_out: int = 0
    explained: int = 0

    @property
    def by_person(self) -> dict[int, Home]:
        return {home.person_id: home for home in self.homes}


def settle(count: int) -> Year:
    """``count`` households at 2.50 a m² and month; every fifth is large, so that its debt grows quickly."""
    world = make_world()
    world.actors["keeper"] = actor_of(world.organisation, "keeper", Role.HOUSEKEEPER)
    there = [("1-1-101", "陆小满"), ("1-1-102", "沈秋白"), ("1-1-201", "顾予安")]
    homes = [Home(number, code, world.people[name].pk, HABITS[number]) for number, (code, name) in enumerate(there)]
    for number in range(len(homes), count):
        code, habit = f"{number // 100 + 2}-1-{number % 100 + 101}", HABITS[number % len(HABITS)]
        large = habit == "plan" or number % 5 == 0
        home, who = flat(world.community, code, "1290.00" if large else f"{80 + number % 40}.00"), person(world.community, f"住户{number}")
        own(home, who)
        charge(world.contract, home, world.service_tariff)
        world.flats[code] = home
        homes.append(Home(number, code, who.pk, habit))
    return Year(world, homes)


def moment(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=CHINA)


def live(year: Year, day: dt.date) -> None:
    """One day: the night's work, the office in the morning, the collector in the afternoon; then what must hold."""
    with clock.at(moment(day, 3)):
        night(year, day)
    with clock.at(moment(day, 9)):
        if day.day == 1:
            publish(year.world, f"{day:%Y-%m}")
        _release_visits(year, day)
    with clock.at(moment(day, 10)):
        _answers(year, day)
        _owners(year, day)
    with clock.at(moment(day, 16)):
        _calls(year, day)
        look(year, day)


def night(year: Year, day: dt.date) -> None:
    org = year.world.organisation.pk
    follow_plans(org)
    class_all(org)
    followup.reckon_all(org)
    followup.draft_all(org)
    for person_id, grade, kind in Case.objects.filter(closed_on__isnull=True).values_list("person_id", "grade", "next_kind"):
        if kind in SILENT:
            year.silent[person_id] = day
        if year.graded.get(person_id, ("", day))[0] != grade:
            year.graded[person_id] = (grade, day)
    if day.weekday() == 0:
        minimums(year, day)


def _release_visits(year: Year, day: dt.date) -> None:
    ids = list(Step.objects.filter(on=day, state=Step.State.DRAFT).values_list("pk", flat=True))
    if ids:
        followup.release(ids, actor=year.world["manager"])


def _bills(year: Year, home: Home) -> list[OpenBill]:
    return open_bills(year.world["cashier"], clock.today(), payer_ids=[home.person_id])


def _pay(year: Year, home: Home, fen: int = 0) -> None:
    """All that is owed, or ``fen`` of it; whoever has paid all is on no list from that moment on."""
    bills = _bills(year, home)
    due = sum(bill.total_fen for bill in bills)
    if not due:
        return
    order = PaymentOrder(
        year.world.flats[home.code].pk, home.person_id, tuple(bill.id for bill in bills), {"scan": min(fen, due) or due}, f"{home.number}:{clock.today()}"
    )
    pay(order, actor=year.world["cashier"])
    if not any(bill.due_on < clock.today() for bill in _bills(year, home)):
        year.paid_out += 1
        assert not followup.open_cases(year.world["collector"]).filter(person_id=home.person_id).exists(), home
        verdict = try_step(Draft(home.person_id, Channel.PHONE, Purpose.REMINDER, clock.now()), actor=year.world["collector"])
        assert isinstance(verdict, Refused), home


def _owners(year: Year, day: dt.date) -> None:
    """What households do of their own accord."""
    for home in year.homes:
        if home.habit == "good" and day.day == 2 + home.number % 12:
            _pay(year, home)
        elif day in home.due:
            _pay(year, home, home.due.pop(day))
        elif home.habit == "disputes" and day.day == 17 and home.complained < 3:
            _dispute(year, home)
        elif home.habit == "plan" and home.number not in year.planned and day >= FIRST + 45 * DAY:
            _plan(year, home, day)


def _dispute(year: Year, home: Home) -> None:
    """The owner disputes a bill on the phone; it is answered within two days and closed on the third."""
    owner, place = _phone(year, home)
    used = Ticket.objects.filter(receivable_id__isnull=False).values_list("receivable_id", flat=True)
    bill = next((bill for bill in _bills(year, home) if bill.id not in set(used)), None)
    if bill is not None:
        home.complained += 1
        ticket = dispute(owner, place, bill.id, "service", "楼道灯一直不亮")
        year.tickets.append((clock.today(), ticket.pk))


def _phone(year: Year, home: Home) -> tuple[Owner, Place]:
    mobile = f"1990{home.number:07d}"
    if not home.complained:
        update_person(home.person_id, actor=year.world["lead"], mobile=mobile)
    account, _new = Account.objects.get_or_create(
        mobile_mark=vault.fingerprint(0, "mobile", mobile),
        defaults={"mobile_locked": vault.seal_secret(mobile), "mobile_shown": mask_mobile(mobile), "made_at": clock.now()},
    )
    refresh_bindings(account.pk)
    owner = owner_of_session(open_session(account, agent=""))
    assert owner is not None
    return owner, places(owner)[0]


def _answers(year: Year, day: dt.date) -> None:
    for opened, ticket in list(year.tickets):
        if (day - opened).days == 2:
            answer(ticket, "已换灯，当天通知本人。", actor=year.world["manager"])
        elif (day - opened).days == 9:
            close(ticket, "rejected", actor=year.world["manager"])
            year.tickets.remove((opened, ticket))


def _plan(year: Year, home: Home, day: dt.date) -> None:
    """Three months for what is overdue, agreed by a second person, paid in full before the first part is due."""
    late = [bill for bill in _bills(year, home) if bill.due_on < day]
    if sum(bill.outstanding_fen for bill in late) < 200_000:
        return
    year.planned.add(home.number)
    terms = PlanTerms(Basis.POLICY, 3, day + 20 * DAY, "一次缴有困难")
    plan = propose(year.world.flats[home.code].pk, [bill.id for bill in late], terms, actor=year.world["finance"])
    decide(plan.request_id or 0, approved=True, actor=year.world["lead"])
    home.due[day + 20 * DAY] = 0


def _calls(year: Year, day: dt.date) -> None:
    """The collector goes down the worklist and does what it says, unless the guard forbids it."""
    homes = year.by_person
    actor = year.world["collector"]
    waiting = [row for rows in followup.workable(actor, day) for row in rows]
    for case in sorted(waiting, key=lambda row: (row.next_rank, -row.owed_fen, -row.pk)):
        home = homes[case.person_id]
        channel = Channel(case.next_channel)
        planned = Contact.objects.filter(person_id=case.person_id, state="planned", channel=channel.value).exists()
        if not planned:
            step = Draft(case.person_id, channel, Purpose.REMINDER, clock.now(), case.property_id, people=2)
            if isinstance(try_step(step, actor=actor), Refused):
                year.refused += 1
                continue
        followup.log(case.pk, _said(year, home, case, channel, day), actor=actor)


def _said(year: Year, home: Home, case: Case, channel: Channel, day: dt.date) -> followup.Log:
    more: dict[str, object] = {}
    outcome = "reached"
    if home.habit in ("late", "disputes"):
        home.due[day + (1 + home.number % 3) * DAY] = 0
    elif home.habit == "part":
        home.due[day + 2 * DAY] = max(case.owed_fen // 2, 1)
    elif home.habit in ("promises", "breaks"):
        outcome, until = "promised", day + 9 * DAY
        more = {"promise_fen": case.owed_fen, "promise_on": until}
        if home.habit == "promises" or home.tried % 3 == 2:
            home.due[until] = 0
    elif home.habit == "unreached" and home.tried % 4 != 3:
        outcome = "not_home" if channel is Channel.VISIT else "no_answer"
    elif home.habit == "stops" and not home.tried:
        outcome = "stop"
    home.tried += 1
    return followup.Log(f"{case.pk}:{day}", case.acts, channel, outcome, clock.now(), **more)  # type: ignore[arg-type]


def look(year: Year, day: dt.date) -> None:
    """What was done today broke no rule, told nobody in dispute or under an agreement, and nobody who had paid."""
    org = year.world.organisation.pk
    today = Contact.objects.filter(organisation_id=org, state="done", direction="out", purpose="reminder", at__gte=moment(day, 0))
    assert not today.exclude(breach="").exists(), (day, list(today.exclude(breach="").values_list("person__name", "channel", "breach")))
    held = LateFeeHold.objects.filter(starts_on__lte=day).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))
    arranged = held.filter(kind__in=("instalment", "deferral"), receivable__payer_id=OuterRef("person_id"), receivable__outstanding_fen__gt=0)
    assert not today.filter(Exists(arranged)).exists(), day
    told = {pk for ids in today.values_list("receivable_ids", flat=True) for pk in ids}
    assert not held.filter(kind=DISPUTE, receivable_id__in=told).exists(), day
    assert not Receivable.objects.filter(pk__in=told).exclude(due_on__lt=day, outstanding_fen__gt=0).exists(), day
    owing = Receivable.objects.filter(payer_id=OuterRef("person_id"), outstanding_fen__gt=0, due_on__lt=day, reversed_at__isnull=True)
    assert not today.exclude(Exists(owing)).exists(), day
    promised = Promise.objects.filter(person_id=OuterRef("person_id"), state="open", made_on__lt=day, due_on__gt=day + 7 * DAY)
    assert not today.filter(Exists(promised)).exists(), day


def minimums(year: Year, day: dt.date) -> None:
    """Whoever was contacted too rarely had been at rest by agreement, or the guard forbade it; never by oversight."""
    done: dict[int, list[dt.date]] = defaultdict(list)
    since = moment(day - 31 * DAY, 0)
    contacts = Contact.objects.filter(state="done", direction="out", purpose="reminder", at__gte=since)
    for person_id, at in contacts.values_list("person_id", "at"):
        done[person_id].append(at.astimezone(CHINA).date())
    forbidden = set(Refusal.objects.filter(made_at__gte=since, happened=False).values_list("person_id", flat=True))
    for case in Case.objects.filter(closed_on__isnull=True, grade__in=("S", "A")):
        begun = max(case.opened_on, year.graded[case.person_id][1], year.silent.get(case.person_id, case.opened_on))
        yesterday = day - DAY
        if missing(followup.Grade(case.grade), done[case.person_id], case.opened_on, yesterday):
            assert case.person_id in forbidden or missing(followup.Grade(case.grade), done[case.person_id], begun, yesterday) == 0, (
                day, case.grade, done[case.person_id], begun, year.by_person[case.person_id],
            )  # fmt: skip
            year.explained += 1


def caps_held(year: Year) -> int:
    """No channel and no day holds more contacts than the limits allow, counted anew; returns how many contacts there were."""
    rows = Contact.objects.filter(organisation=year.world.organisation, direction="out", purpose__in=("bill", "reminder", "legal"))
    rows = rows.exclude(state="cancelled").exclude(outcome="bounced").order_by("at")
    by_way: dict[tuple[int, str], list[dt.date]] = defaultdict(list)
    by_day: dict[tuple[int, dt.date], int] = defaultdict(int)
    for person_id, channel, at in rows.values_list("person_id", "channel", "at"):
        day = at.astimezone(CHINA).date()
        by_way[person_id, channel].append(day)
        by_day[person_id, day] += 1
    for (person_id, channel), days in by_way.items():
        cap = DEFAULTS.caps[Channel(channel)]
        for span, most in ((1, cap.day), (7, cap.week), (30, cap.month)):
            for turn, last in enumerate(days):
                held = sum(last - (span - 1) * DAY <= one <= last for one in days[: turn + 1])
                assert held <= most, (person_id, channel, last, span, held)
    assert max(by_day.values(), default=0) <= DEFAULTS.all_day
    return sum(by_day.values())


def days_of(count: int) -> Iterator[dt.date]:
    return (FIRST + DAY * number for number in range(count))


