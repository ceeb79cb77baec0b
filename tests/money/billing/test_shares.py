"""Several pay one property by share: bills, their undoing, transfers, sheets and follow-up, each payer apart."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest
from django.db import IntegrityError, transaction

from tests.money.billing.test_pages import client_of
from tests.scenarios.month import first_finding, publish
from tests.world import World, make_world, pay, person
from wuyefei.collection.followup.public import Case
from wuyefei.collection.followup.public import reckon as reckon_cases
from wuyefei.estate.occupancy.public import (
    NotWhole,
    SharePart,
    Sharing,
    SharingOverlaps,
    agree_sharing,
    end_sharing,
    payers,
    tie,
)
from wuyefei.estate.people.public import PersonRow
from wuyefei.estate.tariffs.public import By
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import Month, Span
from wuyefei.foundation.kernel.errors import Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.models import RunLine
from wuyefei.money.billing.public import (
    Receivable,
    ask_reversal,
    draft_run,
    explanation,
    open_bills,
    years_ahead,
)
from wuyefei.money.payments.public import PaymentOrder
from wuyefei.money.sheets.public import (
    Head,
    Line,
    Scope,
    SharedTerms,
    ask_to_bill,
    draft_shared,
    steps_of_bill,
)
from wuyefei.money.transfers.public import Basis, Order, ask_transfer, ask_undo

pytestmark = pytest.mark.django_db
D = dt.date.fromisoformat
HALF, THIRD = Fraction(1, 2), Fraction(1, 3)


@pytest.fixture
def world() -> World:
    with clock.at(D("2026-01-01")):
        made = make_world()
        for name in ("陆大满", "陆中满"):
            made.people[name] = person(made.community, name)
            tie(made.flats["1-1-101"].pk, made.people[name].pk, "payer", D("2026-02-01"), actor=made["finance"])
    return made


def agree(world: World, *shares: tuple[str, Fraction], since: str = "2026-02-10", until: str | None = None, who: str = "finance", code: str = "1-1-101") -> Sharing:
    named = [(world.people[name].pk, part) for name, part in shares]
    return agree_sharing(world.flats[code].pk, named, D(since), D(until) if until else None, actor=world[who], document="兄弟三人约定")


def thirds(world: World, since: str = "2026-02-10") -> Sharing:
    return agree(world, ("陆小满", THIRD), ("陆大满", THIRD), ("陆中满", THIRD), since=since)


def bills(world: World, month: int, code: str = "1-1-101") -> list[tuple[str, str, str, int]]:
    rows = Receivable.objects.filter(property=world.flats[code], period=dt.date(2026, month, 1), reversed_at=None)
    return [(row.payer.name, str(row.service_from)[5:], str(row.service_to)[5:], row.outstanding_fen) for row in rows.order_by("service_from", "pk")]


def issue(world: World, month: str, on: str) -> None:
    with clock.at(D(on)):
        publish(world, month)


def test_from_the_day_agreed_each_owes_their_part(world: World) -> None:
    """February's 250.00: nine days of the first payer, then 169.64 in three."""
    with clock.at(D("2026-01-05")):
        thirds(world)
    issue(world, "2026-01", "2026-01-02")
    issue(world, "2026-02", "2026-02-01")
    assert bills(world, 1) == [("陆小满", "01-01", "01-31", 25000)]
    assert bills(world, 2) == [
        ("陆大满", "02-01", "02-09", 8036), ("陆小满", "02-10", "02-28", 5654), ("陆大满", "02-10", "02-28", 5656), ("陆中满", "02-10", "02-28", 5654),
    ]  # fmt: skip
    assert 8036 + 5654 + 5656 + 5654 == 25000 and first_finding(world) == ""
    last = Receivable.objects.get(property=world.flats["1-1-101"], payer=world.people["陆中满"])
    assert "份额 1/3" in explanation(last).pieces[0].formula
    flat = world.flats["1-1-101"]
    assert {str(why) for why in years_ahead(world.community.pk, flat.pk, Month.parse("2026-06")).values()} == {"payer"}
    with clock.at(D("2026-03-20")):
        (bill,) = open_bills(world["cashier"], clock.today(), receivable_ids=[last.pk])
        pay(PaymentOrder(flat.pk, last.payer_id, (bill.id,), {"cash": bill.total_fen}, "k1", due_fen=bill.total_fen), actor=world["cashier"])
        assert [fen for *_, fen in bills(world, 2)] == [8036, 5654, 5656, 0], "the others stay as they were"
        reckon_cases(world.community.pk, clock.today())
        followed = Case.objects.filter(property=flat, closed_on=None).values_list("person__name", "owed_fen")
        assert {name for name, _ in followed} == {"陆小满", "陆大满"}
        assert first_finding(world) == ""


def test_a_reversed_share_is_billed_again_and_no_other(world: World) -> None:
    with clock.at(D("2026-01-05")):
        thirds(world, "2026-02-01")
    issue(world, "2026-02", "2026-02-01")
    (row,) = Receivable.objects.filter(property=world.flats["1-1-101"], payer=world.people["陆大满"])
    with clock.at(D("2026-02-03")):
        assert draft_run(world.community.pk, Month.parse("2026-02"), actor=world["finance"]).run is None
        decide(ask_reversal(row.pk, actor=world["finance"], reason="写错").pk, approved=True, actor=world["lead"])
        drafted = draft_run(world.community.pk, Month.parse("2026-02"), actor=world["finance"])
        assert drafted.run is not None
        (line,) = RunLine.objects.filter(run=drafted.run)
        assert (line.payer_id, line.amount_fen) == (row.payer_id, row.amount_fen)
        publish(world, "2026-02")
    assert sum(fen for *_, fen in bills(world, 2)) == 25000 and first_finding(world) == ""
    with transaction.atomic(), pytest.raises(IntegrityError):
        twin = Receivable.objects.filter(payer=row.payer, reversed_at=None).get()
        twin.pk = None
        twin.save(force_insert=True)


@pytest.mark.long
def test_what_cannot_be_agreed_changes_nothing(world: World) -> None:
    issue(world, "2026-01", "2026-01-02")
    known = thirds(world)
    for act, error in (
        (lambda: agree(world, ("陆小满", HALF), ("陆大满", HALF), since="2026-03-01"), SharingOverlaps),
        (lambda: agree(world, ("陆小满", HALF), ("陆大满", THIRD), code="B1-001"), NotWhole),
        (lambda: agree(world, ("沈秋白", HALF), ("陆大满", HALF), code="1-1-102"), Invalid),
        (lambda: agree(world, ("陆小满", HALF), ("陆大满", HALF), since="2026-01-10", until="2026-01-20"), Invalid),
        (lambda: agree(world, ("陆小满", HALF), ("陆大满", HALF), since="2026-01-10", until="2026-01-09"), Invalid),
        (lambda: agree(world, ("陆小满", HALF), ("陆大满", HALF), who="cashier"), Forbidden), (lambda: thirds_of(world), NotFound),
        (lambda: end_sharing(known.pk, D("2026-02-09"), actor=world["finance"]), Invalid),
        (lambda: end_sharing(known.pk, D("2026-02-09"), actor=world["outsider"]), NotFound),
    ):  # fmt: skip
        with pytest.raises(error):
            act()
    assert Sharing.objects.count() == 1 and SharePart.objects.count() == 3
    issue(world, "2026-02", "2026-02-01")
    with pytest.raises(Invalid, match="已经出账到 2026-02-28"):
        end_sharing(known.pk, D("2026-02-20"), actor=world["finance"])
    end_sharing(known.pk, D("2026-02-28"), actor=world["finance"])
    issue(world, "2026-03", "2026-03-01")
    assert bills(world, 3) == [("陆大满", "03-01", "03-31", 25000)] and first_finding(world) == ""
    with pytest.raises(IntegrityError), transaction.atomic():
        SharePart.objects.update(high=1)


def thirds_of(world: World) -> Sharing:
    return agree(world, ("陆小满", HALF), ("陆大满", HALF), who="outsider")


def test_a_transfer_cuts_everybodys_bill_and_comes_back(world: World) -> None:
    """Three bills of February and one half of each from the 15th: the new owner owes 125.00, in three bills."""
    agreed = thirds(world, "2026-02-01")
    issue(world, "2026-02", "2026-02-01")
    flat = world.flats["1-1-101"]
    buyer = PersonRow(name="温如言", mobile="19900001001")
    with clock.at(D("2026-02-10")):
        row = ask_transfer(Order(flat.pk, buyer, D("2026-02-15"), Basis.SALE), actor=world["finance"])
        assert (row.state, len(row.plan["bills"]), row.amount_fen) == ("asked", 3, 12500)
        decide(Request.objects.get(kind="transfer.do").pk, approved=True, actor=world["lead"])
    got = bills(world, 2)
    assert [one for one in got if one[1] == "02-01"] == [("陆小满", "02-01", "02-14", 4167), ("陆大满", "02-01", "02-14", 4166), ("陆中满", "02-01", "02-14", 4167)]
    assert [one for one in got if one[1] == "02-15"] == [("温如言", "02-15", "02-28", fen) for fen in (4166, 4168, 4166)]
    agreed.refresh_from_db()
    assert payers([flat.pk], Span(D("2026-03-01"), D("2026-03-31")))[flat.pk][0][0] == row.buyer_id
    assert agreed.ends_on == D("2026-02-14") and first_finding(world) == ""
    with clock.at(D("2026-02-11")):
        undo = ask_undo(row.pk, actor=world["finance"], reason="买卖没成")
        decide(Request.objects.get(kind="transfer.undo", subject_id=undo.pk).pk, approved=True, actor=world["lead"])
    agreed.refresh_from_db()
    assert payers([flat.pk], Span(D("2026-03-01"), D("2026-03-31")))[flat.pk][0][0] == world.people["陆大满"].pk
    assert agreed.ends_on is None and [(name, fen) for name, _, _, fen in bills(world, 2)] == [("陆小满", 8333), ("陆大满", 8334), ("陆中满", 8333)]
    assert first_finding(world) == ""


def test_a_shared_cost_is_cut_again_by_share(world: World) -> None:
    with clock.at(D("2026-02-20")):
        agree(world, ("陆小满", Fraction(3, 5)), ("陆大满", Fraction(2, 5)), since="2026-02-10")
        head = Head(world.service.pk, "公共用电", Span(D("2026-02-01"), D("2026-02-20")), D("2026-03-15"))
        terms = SharedTerms(10001, By.UNIT, Scope(kinds=("residential",)))
        sheet = draft_shared(head, terms, actor=world["finance"], community=world.community)
        got = Line.objects.filter(sheet=sheet).order_by("property__code", "pk").values_list("payer__name", "amount_fen", "quantity")
        assert [(name, fen, str(quantity)) for name, fen, quantity in got] == [
            ("陆小满", 2000, "0.6000"), ("陆大满", 1334, "0.4000"), ("沈秋白", 3334, "1.0000"), ("顾予安", 3333, "1.0000"),
        ]  # fmt: skip
        decide(ask_to_bill(sheet.pk, actor=world["finance"]).pk, approved=True, actor=world["lead"])
        bill = Receivable.objects.get(kind="sheet", payer=world.people["陆大满"])
        steps = steps_of_bill(bill)
        assert (steps[-1].what, steps[-1].how, steps[-1].amount_fen) == ("本人份额", "33.34 元 × 2/5", 1334)
        assert first_finding(world) == ""


def test_the_page_agrees_and_ends(world: World) -> None:
    flat, client = world.flats["1-1-101"], client_of(world["finance"])
    page = f"/properties/{flat.pk}/sharing"
    one, two = (world.people[name].pk for name in ("陆小满", "陆大满"))
    with clock.at(D("2026-02-10")):
        typed = {"starts_on": "2026-02-10", "document": "XY-1", f"share_{one}": "60%", f"share_{two}": "2/5"}
        assert "陆大满" in client.get(page).content.decode()
        for change, said in (({f"share_{two}": "50%"}, "合计是 11/10"), ({f"share_{two}": "x"}, "不是份额"), ({"starts_on": ""}, "")):
            answer = client.post(page, typed | change)
            assert answer.status_code == 422 and said in answer.content.decode() and not Sharing.objects.exists()
        text = client.post(page, typed, follow=True).content.decode()
        assert "分摊约定已登记" in text and "3/5" in text and "XY-1" in text
        end = f"/properties/sharings/{Sharing.objects.get().pk}/end"
        assert client_of(world["cashier"]).post(end, {"ends_on": "2026-02-28", "reason": "x"}).status_code == 403
        assert client_of(world["outsider"]).post(end, {"ends_on": "2026-02-28", "reason": "x"}).status_code == 404
        assert "早于起始日期" in client.post(end, {"ends_on": "2026-02-01", "reason": "写错"}, follow=True).content.decode()
        assert "分摊约定已结束" in client.post(end, {"ends_on": "2026-02-28", "reason": "分家"}, follow=True).content.decode()
