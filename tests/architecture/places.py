"""Three places with the same life in each: our community, our organisation's other one, another organisation's.

Everything that is only in the second is marked 秘境 or MJ, everything only in the third 远邻 or YL; ours is 本里 or BL.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.contrib.auth.hashers import make_password

from tests.architecture.charged import charged, photograph, say_turnover
from tests.architecture.conceded import controls, given_up, measure, plan, reserve, year
from tests.architecture.followed import owners, pursue, talk
from tests.architecture.held import held
from tests.architecture.helped import helped
from tests.architecture.place import BILLED, FOREIGN, OURS, SECOND, START, TODAY, Mark, Place, Places
from tests.architecture.received import bank, debit, online, upload
from tests.world import actor_of, charge, flat, own, tariff
from wuyefei.estate.contracts.public import Contract
from wuyefei.estate.metering.public import Installed, ReadingRow, install, record
from wuyefei.estate.people.public import PersonRow, create_person, reveal
from wuyefei.estate.properties.public import Building, Entrance, Meter, Vehicle
from wuyefei.estate.tariffs.public import By, ChargeItem
from wuyefei.foundation.access.actor import Actor, load_actor
from wuyefei.foundation.access.models import Community, Organisation, Region, RoleGrant, SignInEvent, User
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.approvals.models import Delegation
from wuyefei.foundation.kernel.dates import Month, Span
from wuyefei.foundation.kernel.text import pinyin_key
from wuyefei.foundation.platform import clock
from wuyefei.insight.arrears.public import Filter, save_view, start_export
from wuyefei.insight.measures.public import Target as Goal
from wuyefei.money.billing.public import (
    LateFeeHold,
    Receivable,
    Run,
    RunLine,
    ask_adjustment,
    confirm_run,
    draft_run,
    open_bills,
)
from wuyefei.money.cashdesk.public import DepositSlip, open_shift, take
from wuyefei.money.intake.public import keep_upload, preview, this_month
from wuyefei.money.ledger.public import Entry as Voucher
from wuyefei.money.payments.public import PaymentOrder
from wuyefei.money.sheets.public import Head, Scope, SharedTerms, draft_shared


def make_places() -> Places:
    """Two organisations; the first with two communities, each in a region of its own."""
    home = Organisation.objects.create(name="桂语物业", seal_name="桂语物业服务有限公司", created_at=clock.now())
    away = Organisation.objects.create(name="远邻物业", created_at=clock.now())
    _items(home, "")
    _items(away, FOREIGN.word)
    return Places(_settle(home, OURS), _settle(home, SECOND), _settle(away, FOREIGN))


def _items(organisation: Organisation, word: str) -> None:
    for code, name in (("service", "物业服务费"), ("parking", "车位服务费")):
        ChargeItem.objects.create(organisation=organisation, code=code, name=word + name, tax_rate=Decimal("0.06"))


def _settle(organisation: Organisation, mark: Mark) -> Place:
    region = Region.objects.create(organisation=organisation, name=f"{mark.word}片区")
    name = f"{mark.word}花园"
    community = Community.objects.create(
        organisation=organisation, region=region, name=name, sort_key=pinyin_key(name), receipt_prefix=mark.letters
    )
    place = Place(mark, community)
    place.ids |= {"organisation": [organisation.pk], "region": [region.pk], "community": [community.pk]}
    actors = _staff(place)
    with clock.at(BILLED):
        _estate(place, actors)
        _publish(place, actors)
    with clock.at(TODAY):
        _day(place, actors)
        online(place, actors)
        upload(place, actors["finance"])
        bank(place, actors["finance"])
        debit(place, actors["finance"])
        held(place, actors["cashier"])
        owners(place, actors["finance"])
        _target(place, actors)
        plan(place, actors)
        year(place, actors)
        measure(place, actors)
        pursue(place)
        given_up(place, actors)
        reserve(place, actors)
        helped(place, actors)
        controls(place, actors)
    _entries(place)
    return place


def _entries(place: Place) -> None:
    """The vouchers of the place."""
    rows = Voucher.objects.filter(community=place.community).order_by("pk")
    place.ids["entry"] = list(rows.values_list("pk", flat=True)[:2])


def _target(place: Place, actors: dict[str, Actor]) -> None:
    """A wished-for rate for the place alone."""
    row = Goal.objects.create(
        organisation=place.community.organisation, community=place.community, first=START, months=12, rate=Decimal("0.9"),
        set_by_id=actors["lead"].user_id, set_at=clock.now(),
    )  # fmt: skip
    place.ids["target"] = [row.pk]


def _staff(place: Place) -> dict[str, Actor]:
    """Finance, its lead and a cashier of this place alone, and what an administrator might look at."""
    roles = {"finance": Role.FINANCE, "lead": Role.FINANCE_LEAD, "cashier": Role.CASHIER}
    organisation = place.community.organisation
    found = {name: actor_of(organisation, f"{place.mark.letters}-{name}", role, place.community) for name, role in roles.items()}
    User.objects.filter(pk__in=[actor.user_id for actor in found.values()]).update(name=f"{place.mark.word}同事")
    user = User.objects.get(pk=found["cashier"].user_id)
    grant = RoleGrant.objects.get(user=user)
    SignInEvent.objects.create(
        organisation_id=organisation.pk, user_id=user.pk, username=user.username, at=clock.now(), address="192.0.2.1", outcome="ok"
    )
    place.ids |= {"user": [user.pk], "grant": [grant.pk], "item": list(ChargeItem.objects.filter(organisation=organisation).values_list("pk", flat=True))}
    return {name: load_actor(User.objects.get(pk=actor.user_id)) for name, actor in found.items()}


def _estate(place: Place, actors: dict[str, Actor]) -> None:
    community, mark = place.community, place.mark
    service, parking = ChargeItem.objects.filter(organisation=community.organisation).order_by("pk")[:2]
    contract = Contract.objects.create(
        organisation=community.organisation, community=community, number=f"{mark.letters}-HT-01", title=f"{mark.word}前期物业服务合同",
        state="active", starts_on=START, cycle_months=1, cycle_anchor=START, due_day=15, late_fee_rate=Decimal("0.0005"),
        late_fee_cap=Decimal("0.05"), fee_clause="第六条", late_fee_clause="第九条",
    )  # fmt: skip
    fee = tariff(community, service, f"{mark.word}住宅物业费", "area", "2.50")
    space_fee = tariff(community, parking, f"{mark.word}地下车位", "parking", "150")
    homes = [flat(community, f"{mark.word}1-1-{number}", "100.00") for number in ("101", "102", "103")]
    space = flat(community, f"{mark.letters}B1-001", None, "parking")
    owner = create_person(
        PersonRow(name=f"{mark.word}某甲", mobile=f"1380000{2000 + community.pk % 7000:04d}"), actor=actors["lead"], community=community
    )
    lines = [charge(contract, home, fee) for home in homes[:2]] + [charge(contract, space, space_fee)]
    for row in (*homes, space):
        tie = own(row, owner)
    reveal(owner.pk, "mobile", f"{mark.word}核对", actor=actors["lead"])
    meter = Meter.objects.create(
        organisation=community.organisation, community=community, property=homes[0], kind="water", number=f"{mark.letters}-W1"
    )
    install(meter.pk, Installed(START, Decimal(100)), actor=actors["lead"])
    (reading,) = record([ReadingRow(meter.pk, BILLED, Decimal(12), rolled=True)], actor=actors["lead"], community=community)
    photograph(reading)
    car = Vehicle.objects.create(
        organisation=community.organisation, community=community, property=homes[0], plate=f"浙A{mark.letters}-01"
    )
    place.ids |= charged(place.mark.word, place.mark.letters, service, contract, fee, actors["lead"])
    place.ids |= {
        "contract": [contract.pk], "tariff": [fee.pk], "property": [homes[0].pk], "empty_home": [homes[2].pk], "person": [owner.pk],
        "line": [lines[0].pk], "tie": [tie.pk], "meter": [meter.pk], "reading": [reading.pk], "vehicle": [car.pk],
        "building": [Building.objects.get(community=community).pk], "entrance": [Entrance.objects.get(community=community).pk],
    }  # fmt: skip


def _publish(place: Place, actors: dict[str, Actor]) -> None:
    result = draft_run(place.community.pk, Month.parse("2026-01"), actor=actors["finance"])
    assert result.run is not None
    decide(confirm_run(result.run.pk, actor=actors["finance"]).pk, approved=True, actor=actors["lead"])
    place.ids["published_run"] = [result.run.pk]


def _day(place: Place, actors: dict[str, Actor]) -> None:
    """A payment in a shift with its receipt, an open request, a hold by hand, and February as a draft."""
    (paid, *_rest) = Receivable.objects.filter(property=place.one("property"))
    shift = open_shift(place.community.pk, 50000, actor=actors["cashier"])
    (bill,) = open_bills(actors["cashier"], clock.today(), property_ids=[paid.property_id])
    order = PaymentOrder(paid.property_id, paid.payer_id, (bill.id,), {"cash": 10000}, f"{place.mark.letters}-key", due_fen=bill.total_fen)
    payment = take(order, actor=actors["cashier"]).payment
    assert payment.receipt is not None
    request = ask_adjustment(paid.pk, -100, actor=actors["finance"], reason=f"{place.mark.word}面积更正")
    hold = LateFeeHold.objects.create(
        organisation=place.community.organisation, community=place.community, receivable=paid, starts_on=START, kind="by_hand",
        source_ref="request:0", reason=f"{place.mark.word}停计",
    )  # fmt: skip
    sheet = f"房号,建筑面积,业主姓名\n{place.mark.word}9-1-901,-5,{place.mark.word}某乙\n".encode()
    upload = keep_upload(f"{place.mark.letters}-book.csv", sheet, place.community.name, actor=actors["lead"])
    preview(upload.pk, this_month(), actor=actors["lead"])
    view = save_view(f"{place.mark.word}视图", Filter(days_from=1), shared=False, actor=actors["finance"])
    export = start_export(actors["finance"], Filter(), 1)
    head = Head(int(place.ids["item"][0]), f"{place.mark.word}公共用电", Span(START, BILLED), dt.date(2026, 3, 15))
    shared = SharedTerms(3000, By.AREA, Scope(kinds=("residential",), leave_out=(f"{place.mark.word}1-1-103",)))
    say_turnover(int(place.one("lease")), place.mark.word, actors["finance"])
    common = draft_shared(head, shared, actor=actors["finance"], community=place.community)
    draft = draft_run(place.community.pk, Month.parse("2026-02"), actor=actors["finance"]).run
    assert draft is not None
    place.ids |= {
        "receivable": [paid.pk], "shift": [shift.pk], "payment": [payment.pk], "receipt": [payment.receipt.pk],
        "token": [payment.receipt.token], "request": [request.pk], "hold": [hold.pk], "draft_run": [draft.pk],
        "sheet": [common.pk], "import": [upload.pk], "view": [view.pk], "export_job": [export.pk],
        "draft_line": [RunLine.objects.filter(run=draft).values_list("pk", flat=True)[0]],
        "run": [draft.pk, *place.ids["published_run"]],
    }  # fmt: skip
    slip = DepositSlip.objects.create(
        organisation=place.community.organisation, community=place.community, number=f"{place.mark.letters}-JK-1", bank_on=TODAY,
        amount_fen=10000, covered_fen=10000, made_by_id=actors["cashier"].user_id, made_at=clock.now(),
    )  # fmt: skip
    place.ids["slip"] = [slip.pk]
    place.ids["delegation"] = [_lend(place, actors)]
    talk(place, actors)
    assert Run.objects.filter(community=place.community).count() == 2


def _lend(place: Place, actors: dict[str, Actor]) -> int:
    """A right to decide lent from one person to another."""
    return Delegation.objects.create(
        organisation=place.community.organisation, giver_id=actors["lead"].user_id, taker_id=actors["finance"].user_id,
        community=place.community, starts_on=TODAY, ends_on=TODAY, reason=f"{place.mark.word}年假", made_at=clock.now(),
    ).pk  # fmt: skip


def someone(place: Place, name: str, roles: list[Role], wide: bool = False, mentor_in: Community | None = None) -> User:
    """A person of the place's organisation with the roles there, or in the whole organisation."""
    organisation = place.community.organisation
    user = User.objects.create(
        organisation=organisation, username=f"walker-{name}", name="走访人", password=make_password(None),
        totp_confirmed_at=clock.now(), password_changed_at=clock.now(),
    )  # fmt: skip
    grants = [(role, None if wide else place.community) for role in roles]
    grants += [(Role.MENTOR, mentor_in)] if mentor_in else []
    for role, community in grants:
        RoleGrant.objects.create(organisation=organisation, user=user, role=role, community=community, starts_on=START)
    return user
