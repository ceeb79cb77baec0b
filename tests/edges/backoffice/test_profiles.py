"""The owner record on pages: filled in, found on the list, checked, and taken off it."""

from __future__ import annotations

from django.urls import reverse

from tests.edges.backoffice.conftest import SignIn
from tests.world import World
from wuyefei.estate.profiles.public import Verification, rules_of
from wuyefei.estate.properties.public import HousekeeperTerm
from wuyefei.foundation.access.models import User
from wuyefei.foundation.platform import clock


def test_from_the_list_to_a_check_and_off_it(world: World, enter: SignIn) -> None:
    client, owner = enter(world["manager"]), world.people["陆小满"]
    page = client.get(reverse("backoffice:verification")).content.decode()
    assert page.count("从未核实") == 7 and "逾期" in page
    only = client.get(reverse("backoffice:verification"), {"group": "parking"}).content.decode()
    assert only.count("从未核实") == 1 and "1-1-101、B1-001" in only
    address = reverse("backoffice:profile_verify", args=[owner.pk, "parking"]) + "?back=list"
    assert client.post(address, {"verified_on": "2026-02-21"}).status_code == 422
    assert not Verification.objects.exists()
    answer = client.post(address, {"verified_on": "2026-02-20", "document": "vehicle", "note": "当面核对"}, follow=True)
    assert "已核实 陆小满 的车位与车辆" in answer.content.decode()
    person = client.get(reverse("backoffice:person", args=[owner.pk])).content.decode()
    assert "行驶证" in person and "manager甲" in person and "当面核对" in person
    assert client.get(reverse("backoffice:verification"), {"group": "parking"}).content.decode().count("从未核实") == 0


def test_a_profile_is_filled_in_and_its_details_shown_with_a_purpose(world: World, enter: SignIn) -> None:
    client, owner = enter(world["manager"]), world.people["陆小满"]
    address = reverse("backoffice:profile_edit", args=[owner.pk])
    assert client.post(address, {"method": "scan"}).status_code == 422
    facts = {"method": "debit", "cycle_months": "12", "ebill": "", "needs": "轮椅", "score": "5"}
    assert client.post(address, facts).status_code == 302
    person = client.get(reverse("backoffice:person", args=[owner.pk])).content.decode()
    assert "银行代扣" in person and "每年" in person and "5 分（2026-02-20）" in person and "轮椅" not in person
    assert "轮椅" not in client.get(address).content.decode()
    shown = client.post(reverse("backoffice:profile_details", args=[owner.pk]), {"purpose": "安排坡道"})
    assert "轮椅" in shown.content.decode()
    person = client.get(reverse("backoffice:person", args=[owner.pk])).content.decode()
    assert "安排坡道" in person and "选填资料" in person


def test_the_list_as_a_workbook_and_its_intervals(world: World, enter: SignIn) -> None:
    client = enter(world["lead"])
    book = client.get(reverse("backoffice:verification_export"), {"group": "payment"})
    assert book.status_code == 200 and book.content[:2] == b"PK"
    address = reverse("backoffice:verification_rules")
    assert "每 3 个月一次" in client.get(address).content.decode()
    assert client.post(address, {"group": "payment", "months": "99", "grace_days": "7"}).status_code == 422
    assert client.post(address, {"group": "payment", "months": "6", "grace_days": "7"}).status_code == 302
    assert {rule.months for rule in rules_of(world.organisation.pk).values()} == {0, 6}
    assert enter(world["cashier"]).post(address, {"group": "payment", "months": "1", "grace_days": "7"}).status_code == 403


def test_a_building_has_one_housekeeper_over_time(world: World, enter: SignIn) -> None:
    client = enter(world["manager"])
    building = world.flats["1-1-101"].building_id
    address = reverse("backoffice:housekeeper", args=[building])
    first, second = (User.objects.get(username=name).pk for name in ("collector", "cashier"))
    client.post(address, {"user": first})
    with clock.at(clock.today().replace(month=3, day=1)):
        client = enter(world["manager"])
        client.post(address, {"user": second})
        client.post(address, {"user": second})
    rows = HousekeeperTerm.objects.order_by("pk").values_list("user_id", "starts_on", "ends_on")
    assert [(user, str(since), str(until)) for user, since, until in rows] == [
        (first, "2026-02-20", "2026-02-28"), (second, "2026-03-01", "None"),
    ]  # fmt: skip
    page = client.get(reverse("backoffice:community", args=[world.community.pk])).content.decode()
    assert "管家任期" in page and "2026-02-20 – 2026-02-28" in page
