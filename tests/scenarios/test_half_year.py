"""Half a year of a quarterly community as a diary, every figure worked out by hand; the books are proved each day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.db.models import Sum

from tests.scenarios.month import first_finding, publish
from tests.world import World, charge, flat, make_world, own, person
from tests.world import pay as pay_at_desk
from wuyefei.estate.contracts.public import ContractLine, end_line
from wuyefei.estate.occupancy.public import transfer
from wuyefei.estate.tariffs.public import AlreadyBilled, NewPrice
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import (
    Receivable,
    ask_reversal,
    ask_waiver,
    draft_run,
    end_hold,
    open_bills,
    place_hold,
    release_income,
    standings,
)
from wuyefei.money.ledger.public import Leg
from wuyefei.money.payments.public import Payment, PaymentOrder, balance_fen
from wuyefei.money.pricing.public import ask_price, propose

pytestmark = pytest.mark.django_db
D = dt.date.fromisoformat


@contextmanager
def day(world: World, text: str) -> Iterator[None]:
    """What happens on a day; in the evening the books are proved."""
    with clock.at(D(text)):
        yield
        assert first_finding(world) == "", text


def pay(world: World, code: str, name: str, tenders: dict[str, int], key: str, *, keep: bool = False) -> Payment:
    flat_, payer = world.flats[code], world.people[name]
    ids = tuple(bill.id for bill in open_bills(world["cashier"], clock.today(), payer_ids=[payer.pk]))
    return pay_at_desk(PaymentOrder(flat_.pk, payer.pk, ids, tenders, key, keep_rest=keep), actor=world["cashier"])


def owed(world: World, name: str) -> list[tuple[int, int]]:
    """(principal, late fee) of each open bill of a payer, oldest first."""
    bills = open_bills(world["cashier"], clock.today(), payer_ids=[world.people[name].pk])
    return [(bill.outstanding_fen, bill.late_fee_fen) for bill in bills]


def balance(account: str) -> int:
    return Leg.objects.filter(account=account).aggregate(s=Sum("amount_fen"))["s"] or 0


def test_half_year() -> None:
    with clock.at(D("2026-01-02")):
        world = make_world(cycle_months=3)

    with day(world, "2026-01-02"):  # the first quarter: 750.00 + 671.64 + 902.70 + 450.00, one month of it earned
        run = publish(world, "2026-01")
        assert (run.line_count, run.amount_fen) == (4, 277434)
        assert balance("1122") == 277434
        assert balance("2221") == -(4245 + 3802 + 5110 + 2547)
        assert balance("2204") == -(47170 + 42241 + 56773 + 28302)
        assert balance("6001") == -87244

    with day(world, "2026-01-20"):  # five days late: 1.88 on 750.00 and 1.13 on 450.00 (1.125)
        assert owed(world, "陆小满") == [(75000, 188), (45000, 113)]
        payment = pay(world, "1-1-101", "陆小满", {"scan": 120301}, "jan-20")
        assert payment.receipt is not None and payment.receipt.total_fen == 120301
        assert owed(world, "陆小满") == []

    with day(world, "2026-02-01"):  # February is earned
        release_income(world.community.pk, Month.parse("2026-02"), actor=world["finance"])
        assert balance("6001") == -87244 - (23585 + 21121 + 28387 + 14151)
        assert release_income(world.community.pk, Month.parse("2026-02"), actor=world["finance"]) is None

    with day(world, "2026-02-10"):  # a part payment: 26 days bear 8.73, the rest is principal
        pay(world, "1-1-102", "沈秋白", {"cash": 30000}, "feb-10")
        assert owed(world, "沈秋白") == [(67164 - (30000 - 873), 0)]

    with day(world, "2026-03-01"):  # a new price from April; not from March, which is billed
        with pytest.raises(AlreadyBilled):
            propose(world.service_tariff.pk, NewPrice(D("2026-03-01"), Decimal("2.80")), actor=world["manager"])
        price = propose(world.service_tariff.pk, NewPrice(D("2026-04-01"), Decimal("2.80")), actor=world["manager"])
        decide(ask_price(price.pk, actor=world["manager"], reason="新价格").pk, approved=True, actor=world["lead"])
        release_income(world.community.pk, Month.parse("2026-03"), actor=world["finance"])
        assert balance("2204") == 0

    with day(world, "2026-03-16"):  # a dispute stops the late fee from tomorrow
        bill = Receivable.objects.get(payer=world.people["沈秋白"])
        assert owed(world, "沈秋白") == [(38037, 647)]  # 34 days: 380.37 × 0.05 % × 34 = 6.466
        hold = place_hold(bill.pk, D("2026-03-17"), None, kind="dispute", source_ref="工单 7", actor=world["collector"])

    with day(world, "2026-03-20"):  # 64 days on 902.70 are 28.89; 10.00 of it is waived by a second person
        assert owed(world, "顾予安") == [(90270, 2889)]
        third = Receivable.objects.get(payer=world.people["顾予安"])
        request = ask_waiver(third.pk, 1000, actor=world["collector"], reason="首次逾期，已致歉")
        decide(request.pk, approved=True, actor=world["lead"])
        assert owed(world, "顾予安") == [(90270, 1889)]

    with day(world, "2026-04-01"):  # the dispute ended yesterday; the second quarter at the new price
        end_hold(hold.pk, D("2026-03-31"), actor=world["collector"])
        assert owed(world, "沈秋白") == [(38037, 666)]  # 35 days: 6.656
        run = publish(world, "2026-04")
        assert run.amount_fen == 84000 + 75222 + 101103 + 45000
        assert draft_run(world.community.pk, Month.parse("2026-04"), actor=world["finance"]).run is None

    with day(world, "2026-04-12"):  # a flat is delivered: only it is added, from today: 141.87 + 224.00 + 224.00
        world.flats["1-1-202"] = flat(world.community, "1-1-202", "80.00")
        world.people["池晚"] = person(world.community, "池晚")
        own(world.flats["1-1-202"], world.people["池晚"], D("2026-04-12"))
        charge(world.contract, world.flats["1-1-202"], world.service_tariff, D("2026-04-12"))
        run = publish(world, "2026-04")
        assert (run.line_count, run.amount_fen) == (1, 58987)
        # published three days before it falls due; April's part is earned at once
        assert owed(world, "池晚") == [(58987, 0)]

    with day(world, "2026-04-20"):  # a flat changes hands: what is billed stays with whom it was billed to
        world.people["易朝暮"] = person(world.community, "易朝暮")
        transfer(world.flats["1-1-201"].pk, [world.people["易朝暮"].pk], D("2026-04-20"), actor=world["manager"])
        assert draft_run(world.community.pk, Month.parse("2026-04"), actor=world["finance"]).run is None

    with day(world, "2026-04-21"):  # the parking space was given up in March: its bill is reversed, and stays so
        line = ContractLine.objects.get(property=world.flats["B1-001"])
        wrong = Receivable.objects.get(contract_line=line, service_from=D("2026-04-01"))
        before = balance("6001"), balance("2204"), balance("2221"), balance("1122")
        request = ask_reversal(wrong.pk, actor=world["finance"], reason="车位 3 月已退")
        decide(request.pk, approved=True, actor=world["lead"])
        end_line(line.pk, D("2026-03-31"), actor=world["manager"], reason="退租")
        after = balance("6001"), balance("2204"), balance("2221"), balance("1122")
        assert [b - a for a, b in zip(before, after, strict=True)] == [14151, 28302, 2547, -45000]
        assert draft_run(world.community.pk, Month.parse("2026-04"), actor=world["finance"]).run is None

    with day(world, "2026-06-30"):  # the cap: 5 % of 902.70, rounded down, less the 10.00 waived; 76 days on 1,011.03
        assert owed(world, "顾予安") == [(90270, 4513 - 1000), (101103, 3842)]
        pay(world, "1-1-201", "顾予安", {"cash": 100000, "card": 100000}, "jun-30", keep=True)
        assert owed(world, "顾予安") == []
        assert balance_fen(world.people["顾予安"].pk, world.flats["1-1-201"].pk) == 1272
        assert balance("2203") == -1272

    with day(world, "2026-07-01"):  # the third quarter: the new owner pays for it, the old one's prepayment is his own
        run = publish(world, "2026-07")
        assert run.amount_fen == 84000 + 75222 + 101103 + 67200
        assert Receivable.objects.get(property=world.flats["1-1-201"], service_from=D("2026-07-01")).payer.name == "易朝暮"
        assert balance_fen(world.people["顾予安"].pk, world.flats["1-1-201"].pk) == 1272

    rows = list(Receivable.objects.all())
    with clock.at(D("2026-07-01")):
        assert sum(s.outstanding_fen for s in standings(rows, clock.today()).values()) == balance("1122")
