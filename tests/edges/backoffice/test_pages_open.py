"""Every page opens for those who may, and is not there for those who may not."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from tests.edges.backoffice.conftest import SignIn
from tests.world import World, actor_of
from wuyefei.edges.backoffice import urls
from wuyefei.estate.contracts.public import ContractLine
from wuyefei.estate.occupancy.public import Sharing, Tie
from wuyefei.estate.properties.public import Building, Vehicle
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import AuditEntry, PersonalDataRead
from wuyefei.money.billing.public import Receivable

POST_ONLY = {
    "building_new", "entrance_new", "housekeeper", "vehicle_end", "tie_end", "property_end", "property_attach", "vehicle_add",
    "tie_add", "reveal", "version_new", "tariff_end", "line_end", "contract_check", "contract_activate", "contract_end",
    "contract_cover", "line_new", "profile_details", "sharing_end", "person_pays",
}  # fmt: skip
ROWS = {
    "community_id": lambda world: world.community.pk,
    "building_id": lambda world: Building.objects.get(community=world.community).pk,
    "vehicle_id": lambda world: Vehicle.objects.get_or_create(
        organisation=world.organisation, community=world.community, property=world.flats["1-1-101"], plate="浙AD12346"
    )[0].pk,
    "tie_id": lambda world: Tie.objects.filter(property=world.flats["1-1-101"]).values_list("pk", flat=True)[0],
    "property_id": lambda world: world.flats["1-1-101"].pk,
    "receivable_id": lambda world: Receivable.objects.get(property=world.flats["1-1-101"]).pk,
    "person_id": lambda world: world.people["陆小满"].pk,
    "tariff_id": lambda world: world.service_tariff.pk,
    "contract_id": lambda world: world.contract.pk,
    "line_id": lambda world: ContractLine.objects.filter(property=world.flats["1-1-101"]).values_list("pk", flat=True)[0],
    "sharing_id": lambda world: Sharing.objects.get_or_create(
        property=world.flats["1-1-101"], organisation=world.organisation, community=world.community, starts_on=clock.today(), of=2,
        defaults={"document": "协议", "made_by_id": world["lead"].user_id, "made_at": clock.now()},
    )[0].pk,
    "field": lambda world: "mobile",
    "group": lambda world: "payment",
}
PATTERNS = [pattern for pattern in urls.urlpatterns if isinstance(pattern, URLPattern)]
OF_A_ROW = [pattern for pattern in PATTERNS if pattern.pattern.converters]
PLAIN = [pattern for pattern in PATTERNS if not pattern.pattern.converters]


def url_of(world: World, pattern: URLPattern) -> str:
    return reverse(f"backoffice:{pattern.name}", kwargs={name: ROWS[name](world) for name in pattern.pattern.converters})


def test_every_page_opens_for_the_finance_lead(world: World, enter: SignIn) -> None:
    client = enter(world["lead"])
    for pattern in PATTERNS:
        if pattern.name not in POST_ONLY:
            answer = client.get(url_of(world, pattern))
            assert answer.status_code == 200, (pattern.name, b"".join(answer)[:1500])


def test_a_row_of_elsewhere_is_not_found(world: World, enter: SignIn) -> None:
    """Another organisation's finance lead holds every right used here, in another place."""
    client, urls_ = enter(world["outsider"]), {p: url_of(world, p) for p in OF_A_ROW}
    counts = (AuditEntry.objects.count(), PersonalDataRead.objects.count())
    sent = {"name": "x", "purpose": "核对账单", "ends_on": "2026-03-01", "reason": "x", "q": "x"}
    for pattern, url in urls_.items():
        if pattern.name not in POST_ONLY:
            assert client.get(url).status_code == 404, pattern.name
        assert client.post(url, sent).status_code == 404, pattern.name
    assert (AuditEntry.objects.count(), PersonalDataRead.objects.count()) == counts


def test_a_row_of_another_community_is_not_found(world: World, enter: SignIn) -> None:
    """The same organisation, but a role in another community only."""
    beside = Community.objects.create(organisation=world.organisation, name="桂语南苑", sort_key="n", receipt_prefix="GN")
    client = enter(actor_of(world.organisation, "neighbour", Role.FINANCE_LEAD, beside))
    for pattern in OF_A_ROW:
        url = url_of(world, pattern)
        answer = client.post(url, {"name": "x", "purpose": "核对账单"}) if pattern.name in POST_ONLY else client.get(url)
        assert answer.status_code == 404, pattern.name


def test_lists_of_the_outsider_show_nothing_of_ours(world: World, enter: SignIn) -> None:
    client = enter(world["outsider"])
    for pattern in PLAIN:
        if pattern.name in POST_ONLY or pattern.name in {"properties_export", "audit_export", "verification_export"}:
            continue
        text = client.get(reverse(f"backoffice:{pattern.name}"), {"q": "1-1-101"}).content.decode()
        for ours in ("1-1-201", "陆小满", "桂语花园", "GY-2026", "住宅物业费"):
            assert ours not in text, pattern.name


@pytest.mark.parametrize("name", ["properties", "people", "tariffs", "contracts", "property_new", "tariff_new"])
def test_a_foreign_community_in_the_address_is_not_found(world: World, enter: SignIn, name: str) -> None:
    client = enter(world["lead"])
    assert client.get(reverse(f"backoffice:{name}"), {"community": world.other_community.pk}).status_code == 404


FORBIDDEN = [
    ("cashier", "property_new"), ("cashier", "tariff_new"), ("cashier", "contract_new"), ("cashier", "audit"),
    ("cashier", "verify"), ("cashier", "properties_export"), ("cashier", "person_new"), ("collector", "reads"),
    ("manager", "audit"), ("manager", "verify"), ("finance", "tariff_new"), ("admin", "properties"), ("admin", "people"),
    ("admin", "contracts"), ("auditor", "property_new"), ("auditor", "item_new"), ("admin", "audit_export"),
]  # fmt: skip


def test_without_the_right_a_page_is_refused(world: World, enter: SignIn) -> None:
    clients = {role: enter(world[role]) for role, _ in FORBIDDEN}
    for role, name in FORBIDDEN:
        assert clients[role].get(reverse(f"backoffice:{name}")).status_code == 403, (role, name)


def test_without_the_right_nothing_of_a_row_changes(world: World, enter: SignIn) -> None:
    """The auditor sees the estate and may change nothing in it."""
    client, count = enter(world["auditor"]), AuditEntry.objects.count()
    for pattern in OF_A_ROW:
        if pattern.name in POST_ONLY:
            sent = {"name": "x", "purpose": "核对账单", "ends_on": "2026-03-01", "reason": "x"}
            assert client.post(url_of(world, pattern), sent).status_code == 403, pattern.name
        elif str(pattern.name).endswith("_edit"):
            assert client.get(url_of(world, pattern)).status_code == 403, pattern.name
    assert AuditEntry.objects.count() == count and not PersonalDataRead.objects.exists()


def test_nobody_signed_in_is_sent_to_sign_in(world: World) -> None:
    for pattern in PATTERNS:
        if pattern.name not in POST_ONLY:
            answer = Client().get(url_of(world, pattern))
            assert answer.status_code == 302 and answer["Location"].startswith("/sign-in")
