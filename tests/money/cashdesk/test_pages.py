"""The pages of the desk through Django's client."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client

from tests.money.cashdesk.test_shifts import NOW, order, publish
from tests.world import World, flat, make_world, person
from wuyefei.estate.properties.public import Vehicle
from wuyefei.foundation.access.models import Community, RoleGrant, User
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.access.sessions import pass_factor
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.money.billing.public import place_hold
from wuyefei.money.cashdesk.public import Shift, find, open_shift, take
from wuyefei.money.payments.public import Payment, ask_void
from wuyefei.money.receipts.public import Receipt, ReceiptPrint

KEY = "0123456789abcdef"


@pytest.fixture
def world(db: None) -> World:
    with clock.at(dt.date(2026, 1, 2)):
        world = make_world()
        publish(world, "2026-01")
    return world


def client_of(world: World, name: str) -> Client:
    """A browser signed in as that role, second factor passed."""
    user = User.objects.get(pk=world[name].user_id)
    user.totp_confirmed_at = user.password_changed_at = clock.now()
    user.save()
    client = Client()
    client.force_login(user)
    session = client.session
    pass_factor(session, user)
    session.save()
    return client


def post_order(client: Client, world: World, tenders: dict[str, str], **more: str) -> Any:
    flat, owner = world.flats["1-1-101"], world.people["陆小满"]
    bills = [str(bill) for bill in order(world, "-", {}).receivable_ids]
    data = {"property": flat.pk, "payer": owner.pk, "bill": bills, "due_fen": "25375", "client_key": KEY, **tenders, **more}
    return client.post("/cashdesk/take", data)


def test_a_visit(world: World) -> None:
    """Open a shift, find, look, take, hand over: every page answers, the receipt is printed once as the original."""
    with clock.at(NOW):
        client = client_of(world, "cashier")
        page = client.get("/cashdesk/")
        assert "开班" in page.content.decode() and "desk-search" not in page.content.decode()
        assert client.post("/cashdesk/shifts/open", {"float": "500.00"}).status_code == 302
        assert Shift.objects.get().float_fen == 50000
        hits = client.get("/cashdesk/find", {"q": "lxm"}).content.decode()
        assert "1-1-101" in hits and "陆小满" in hits and "406.00" in hits
        house = client.get(f"/cashdesk/household/{world.flats['1-1-101'].pk}").content.decode()
        assert "逾期 30 天" in house and "253.75" in house and "152.25" in house and "B1-001" in house
        answer = post_order(client, world, {"cash": "300"})
        assert answer.status_code == 200, answer.content.decode()
        shown = json.loads(answer.content)
        assert "GY-2026-000001" in shown["done"] and '46<span class="f">.25</span>' in shown["done"]
        assert "753.75" in shown["shift"]
        first = client.get(shown["print"])
        assert first.headers["Content-Type"] == "application/pdf" and first.content.startswith(b"%PDF")
        assert client.get(shown["print"]).status_code == 200
        assert ReceiptPrint.objects.count() == 2 and AuditEntry.objects.filter(action="receipt.reprint").count() == 1
        shift = Shift.objects.get()
        refused = client.post(f"/cashdesk/shifts/{shift.pk}/hand-over", {"counted": "750.00"})
        assert refused.status_code == 409 and json.loads(refused.content)["code"] == "note_missing"
        gone = client.post(f"/cashdesk/shifts/{shift.pk}/hand-over", {"counted": "750.00", "note": "找零差错"})
        assert json.loads(gone.content)["next"] == f"/cashdesk/shifts/{shift.pk}"
        assert "−3.75" in client.get(f"/cashdesk/shifts/{shift.pk}").content.decode()
        assert "待复核" in client.get("/cashdesk/shifts/").content.decode()


def test_refusals_say_what_and_where(world: World) -> None:
    with clock.at(NOW):
        client = client_of(world, "cashier")
        assert json.loads(post_order(client, world, {"cash": "300"}).content)["code"] == "no_open_shift"
        open_shift(world.community.pk, 0, actor=world["cashier"])
        bad = post_order(client, world, {"cash": "300", "card": "12..5"})
        assert bad.status_code == 409 and json.loads(bad.content)["input"] == "card" and "刷卡" in json.loads(bad.content)["text"]
        changed = post_order(client, world, {"cash": "300"}, due_fen="25000")
        assert json.loads(changed.content)["code"] == "bills_changed" and "253.75" in json.loads(changed.content)["text"]
        assert json.loads(post_order(client, world, {"scan": "300"}).content)["code"] == "tender"
        assert json.loads(post_order(client, world, {}).content)["code"] == "tender"
        assert json.loads(post_order(client, world, {"cash": "-5"}).content)["code"] == "tender"
        assert json.loads(post_order(client, world, {"cash": "5"}, client_key="x").content)["code"] == "invalid"
        for wrong in ("", "x", "-1", "9" * 40, "１"):
            assert post_order(client, world, {"cash": "300"}, payer=wrong).status_code == 404
        assert not Payment.objects.exists()


def test_the_same_key_again_shows_the_same_receipt(world: World) -> None:
    with clock.at(NOW):
        client = client_of(world, "cashier")
        open_shift(world.community.pk, 0, actor=world["cashier"])
        first = json.loads(post_order(client, world, {"cash": "253.75"}).content)
        again = json.loads(post_order(client, world, {"cash": "253.75"}).content)
        assert first["print"] == again["print"] and "没有重复收取" in again["done"]
        assert Payment.objects.count() == 1


def test_held_bills_need_a_yes(world: World) -> None:
    with clock.at(NOW):
        client = client_of(world, "cashier")
        open_shift(world.community.pk, 0, actor=world["cashier"])
        bill = order(world, "-", {}).receivable_ids[0]
        place_hold(bill, dt.date(2026, 1, 16), None, kind="dispute", source_ref="t", actor=world["finance"], reason="服务质量")
        house = client.get(f"/cashdesk/household/{world.flats['1-1-101'].pk}").content.decode()
        assert "争议暂停" in house and "已停计" in house
        assert json.loads(post_order(client, world, {"cash": "250"}, due_fen="25000").content)["code"] == "held_bills"
        assert post_order(client, world, {"cash": "250"}, due_fen="25000", held_ok="1").status_code == 200


def test_the_late_fee_is_explained(world: World) -> None:
    with clock.at(NOW):
        client = client_of(world, "cashier")
        open_shift(world.community.pk, 0, actor=world["cashier"])
        bill = order(world, "-", {}).receivable_ids[0]
        take(order(world, "k1", {"cash": 10375}), actor=world["cashier"])
    with clock.at(NOW + dt.timedelta(days=10)):
        client = client_of(world, "cashier")
        text = client.get(f"/cashdesk/explain/{bill}").content.decode()
        # 250.00 for 30 days, 150.00 for 10 days: 3.75 and 0.75, of which 3.75 are paid
        for figure in ("250.00", "150.00", ">30<", ">10<", "3.75", "0.75", "0.05%", "12.50"):
            assert figure in text, figure


def test_a_charge_and_a_void(world: World) -> None:
    with clock.at(NOW):
        client = client_of(world, "cashier")
        open_shift(world.community.pk, 0, actor=world["cashier"])
        flat, owner = world.flats["1-1-101"], world.people["陆小满"]
        data = {"property": flat.pk, "payer": owner.pk, "item": world.parking.pk, "amount": "30", "memo": "临停"}
        assert "bill" in json.loads(client.post("/cashdesk/charge", data).content)
        assert client.post("/cashdesk/charge", {**data, "amount": "0"}).status_code == 409
        taken = take(order(world, "k1", {"cash": 28375}), actor=world["cashier"])
        answer = client.post(f"/cashdesk/void/{taken.payment.pk}", {"reason": "收错房号"})
        assert answer.headers["Location"] == f"/cashdesk/?household={flat.pk}"
        assert "作废待复核" in client.get(answer.headers["Location"]).content.decode()
        assert client_of(world, "auditor").post(f"/cashdesk/void/{taken.payment.pk}", {"reason": "x"}).status_code == 403


def test_find_by_everything(world: World) -> None:
    home = world.flats["1-1-101"]
    Vehicle.objects.create(organisation=world.organisation, community=world.community, property=home, plate="浙AD12346")
    world.people["陆小满"].mobile_tail = "2046"
    world.people["陆小满"].save()
    for text in ("1-1-101", "1栋1单元101", "11101", "101", "陆小满", "luxiaoman", "lxm", "2046", "浙AD12346", "12346", "B1-001"):
        hits = find(world["cashier"], text, world.community.pk)
        assert hits and hits[0].property_id == home.pk, text
    with clock.at(NOW):
        assert find(world["cashier"], "101")[0].owed_fen == 40600
    assert find(world["outsider"], "101") == [] and find(world["auditor"], "101") == []
    assert find(world["cashier"], "") == [] and find(world["cashier"], "查无此人") == []


def test_codes_leave_room_for_people(world: World) -> None:
    """Many flats begin with the digits of a mobile's end: the person is still among the hits."""
    for number in range(1201, 1220):
        flat(world.community, f"9-1-{number}", "80.00")
    owner = world.people["顾予安"]
    owner.mobile_tail = "1201"
    owner.save()
    for number in range(2, 20):
        flat(world.community, f"{number}-8-1201", "80.00")
    hits = find(world["cashier"], "1201", world.community.pk)
    assert len(hits) == 12 and world.flats["1-1-201"].pk in {hit.property_id for hit in hits}


def test_several_communities_are_remembered(world: World) -> None:
    second = Community.objects.create(organisation=world.organisation, name="桂语东苑", sort_key="guiyudongyuan", receipt_prefix="GD")
    client = client_of(world, "cashier")
    assert "桂语东苑" in client.get("/cashdesk/").content.decode()
    client.post("/cashdesk/place", {"community": second.pk})
    assert f'value="{second.pk}" selected' in client.get("/cashdesk/").content.decode()
    client.post("/cashdesk/shifts/open", {"float": "0"})
    assert Shift.objects.get().community_id == second.pk
    assert client.post("/cashdesk/place", {"community": world.other_community.pk}).status_code == 404
    assert f'value="{second.pk}" selected' in client_of(world, "cashier").get("/cashdesk/").content.decode()


def test_elsewhere_is_not_found(world: World) -> None:
    with clock.at(NOW):
        shift = open_shift(world.community.pk, 0, actor=world["cashier"])
        taken = take(order(world, "k1", {"cash": 25375}), actor=world["cashier"])
        bill = taken.payment.allocations.all()[0].receivable_id
        User.objects.filter(pk=world["outsider"].user_id).update(name="外人")
        RoleGrant.objects.create(
            organisation=world.other_community.organisation, user_id=world["outsider"].user_id, role=Role.CASHIER,
            starts_on=dt.date(2020, 1, 1),
        )  # fmt: skip
        client = client_of(world, "outsider")
        flat = world.flats["1-1-101"]
        gets = [
            f"/cashdesk/?household={flat.pk}", f"/cashdesk/household/{flat.pk}", f"/cashdesk/explain/{bill}",
            f"/cashdesk/shifts/{shift.pk}", f"/receipts/{taken.payment.receipt_id}.pdf",
        ]  # fmt: skip
        for address in gets:
            assert client.get(address).status_code == 404, address
        posts = [f"/cashdesk/void/{taken.payment.pk}", f"/cashdesk/shifts/{shift.pk}/hand-over"]
        for address in posts:
            assert client.post(address, {"reason": "x", "counted": "0"}).status_code == 404, address
        assert post_order(client, world, {"cash": "1"}, client_key="f" * 16).status_code == 404
        assert client.get("/cashdesk/find", {"q": "101"}).content.decode().count("data-property") == 0
        assert "GY-2026" not in client.get("/receipts/").content.decode()
        assert client_of(world, "collector").get("/cashdesk/").status_code == 403


def test_receipts_listed_exported_verified(world: World) -> None:
    with clock.at(NOW):
        open_shift(world.community.pk, 0, actor=world["cashier"])
        taken = take(order(world, "k1", {"cash": 25375}), actor=world["cashier"])
        client = client_of(world, "finance")
        page = client.get("/receipts/", {"number": "000001", "from": "2026-02-14", "to": "2026-02-14", "state": "valid"})
        assert "GY-2026-000001" in page.content.decode()
        assert "GY-2026" not in client.get("/receipts/", {"state": "void"}).content.decode()
        assert "不是日期" in client.get("/receipts/", {"from": "2026-13-99"}).content.decode()
        assert client.get("/receipts/export").content.startswith(b"PK")
        assert client_of(world, "cashier").get("/receipts/export").status_code == 403
        receipt = Receipt.objects.get()
        text = Client().get(f"/r/{receipt.token}").content.decode()
        assert "真实有效" in text and "253" in text and "陆**" in text and "桂语花园" in text
        assert "陆小满" not in text and "1-1-101" not in text
        decide(ask_void(taken.payment.pk, actor=world["cashier"], reason="收错房号").pk, approved=True, actor=world["lead"])
        text = Client().get(f"/r/{receipt.token}").content.decode()
        assert "已作废" in text and "收错房号" not in text
        assert Client().get("/r/" + "x" * 24).status_code == 404
        assert client_of(world, "auditor").get(f"/receipts/{receipt.pk}.pdf").status_code == 403


def test_verification_is_not_for_trying_tokens(world: World) -> None:
    from django.core.cache import cache

    cache.clear()
    with clock.at(NOW):
        answers = [Client().get("/r/" + "y" * 24).status_code for _ in range(31)]
        assert answers.count(404) == 30 and answers[-1] == 429
    cache.clear()


def test_a_former_owner_still_owes(world: World) -> None:
    """The debt follows the payer: shown at the flat with the name, not chosen for the new owner."""
    from wuyefei.estate.occupancy.public import Tie

    new = person(world.community, "周新禾")
    flat = world.flats["1-1-101"]
    Tie.objects.filter(property=flat).update(ends_on=dt.date(2026, 1, 31))
    Tie.objects.create(
        organisation=flat.organisation, community=flat.community, property=flat, person=new, role="owner",
        starts_on=dt.date(2026, 2, 1),
    )  # fmt: skip
    with clock.at(NOW):
        open_shift(world.community.pk, 0, actor=world["cashier"])
        text = client_of(world, "cashier").get(f"/cashdesk/household/{flat.pk}").content.decode()
        assert "陆小满" in text and "不是现缴费人" in text and "周新禾" in text
        # the parking space is still the former owner's: only that is chosen
        assert text.count(" checked") == 1
        assert find(world["cashier"], "lxm")[0].payer_name == "周新禾"
