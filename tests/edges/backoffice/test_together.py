"""The head office of many shops: tied to them at once, one bill paper with a line per shop, paid as one at the desk."""

from __future__ import annotations

import re

from django.urls import reverse

from tests.edges.backoffice.conftest import SignIn, publish
from tests.world import World, person
from wuyefei.estate.occupancy.public import Tie
from wuyefei.estate.people.public import Person
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.public import open_bills
from wuyefei.money.cashdesk.public import household, take
from wuyefei.money.payments.public import Allocation, Payment, PaymentOrder

SHOPS = ("1-1-102", "1-1-201")


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def head_office(world: World, enter: SignIn) -> Person:
    """山茶零售总部 pays for two shops from February on; February is billed."""
    head = person(world.community, "山茶零售总部")
    sent = {"codes": "1-1-102，1-1-201", "starts_on": "2026-02-01"}
    answer = enter(world["manager"]).post(reverse("backoffice:person_pays", args=[head.pk]), sent)
    assert answer.status_code == 302, words(answer.content.decode())
    publish(world, "2026-02")
    return head


def test_one_paper_with_a_line_per_shop_and_one_payment(world: World, enter: SignIn) -> None:
    head = head_office(world, enter)
    client = enter(world["cashier"])
    where = reverse("backoffice:person_statement", args=[head.pk])
    text = words(client.get(where).content.decode())
    assert "2 套房屋，2 笔账单" in text and "合计应缴 ¥ 526.09" in text
    assert "02-15 223.88 0.56 224.44" in text and "02-15 300.90 0.75 301.65" in text  # 5 days of 0.05 % each
    assert "524.78 1.31 526.09" in text
    assert "没有未缴的账单" in words(client.get(where, {"until": "2026-02-14"}).content.decode())
    paper = client.get(reverse("backoffice:person_statement_paper", args=[head.pk]))
    assert paper.headers["Content-Type"] == "application/pdf" and paper.content.startswith(b"%PDF")

    home = world.flats["1-1-102"]
    house = household(world["cashier"], home.pk, head.pk)
    chosen = [row.bill for row in house.bills if row.chosen]
    assert ({bill.property_code for bill in chosen}, {bill.payer_id for bill in chosen}, house.homes) == (set(SHOPS), {head.pk}, 2)
    assert house.payer is not None and house.payer.person == head
    desk = client.get(reverse("cashdesk:desk"), {"household": home.pk, "together": head.pk}).content.decode()
    assert "山茶零售总部 在 2 套房屋的账单已一并选上" in words(desk)
    order = PaymentOrder(home.pk, head.pk, tuple(bill.id for bill in chosen), {"transfer": 52609}, "together-key-000001", due_fen=52609)
    taken = take(order, actor=world["cashier"])
    assert not open_bills(world["cashier"], clock.today(), payer_ids=[head.pk])
    assert set(Allocation.objects.filter(payment=taken.payment).values_list("receivable__property__code", flat=True)) == set(SHOPS)
    assert Payment.objects.filter(payer=head).count() == 1 and taken.payment.receipt is not None
    assert [line["item"] for line in taken.payment.receipt.snapshot["lines"]] == ["物业服务费", "1-1-201 物业服务费"]
    report = run_checks(world.organisation.pk)
    assert report.holds, report.first


def test_without_that_wish_the_desk_chooses_as_before(world: World, enter: SignIn) -> None:
    head_office(world, enter)
    house = household(world["cashier"], world.flats["1-1-102"].pk)
    assert [(row.bill.property_code, row.chosen) for row in house.bills if row.bill.payer_name == "山茶零售总部"] == [("1-1-102", True), ("1-1-201", False)]
    assert house.together == 0


def test_who_cannot_pay_for_all_is_tied_to_none(world: World, enter: SignIn) -> None:
    head = person(world.community, "山茶零售总部")
    client, where = enter(world["manager"]), reverse("backoffice:person_pays", args=[head.pk])
    Tie.objects.create(
        organisation=world.organisation, community=world.community, property=world.flats["1-1-201"], person=head, role="payer", starts_on="2026-01-01"
    )
    for codes, said in (("1-1-102\n9-9-999", "没有编号为「9-9-999」的房屋"), ("1-1-102,1-1-201", "1-1-201：该人员已是这套房屋的缴费人"), ("", "必填")):
        answer = client.post(where, {"codes": codes, "starts_on": "2026-02-01"})
        assert answer.status_code == 422 and said in words(answer.content.decode()), (codes, words(answer.content.decode())[-900:])
    assert Tie.objects.filter(person=head).count() == 1
