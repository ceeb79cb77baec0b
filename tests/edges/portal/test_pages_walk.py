"""Every phone address as its owner, as another account, as nobody and as staff."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from tests.architecture.addresses import Address, every_address
from tests.architecture.walker import fingerprint
from tests.relations.owners import LU, SHEN, Town, owner, phone, place
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.sessions import pass_factor
from wuyefei.money.billing.public import Receivable
from wuyefei.relations.accounts.models import Invitation
from wuyefei.relations.accounts.public import invite
from wuyefei.relations.service.public import complain

pytestmark = pytest.mark.django_db
PAGES = [address for address in every_address() if address.name.startswith("portal:")]
NAMED = [address for address in PAGES if "place" in address.params]
PRIVATE = ("陆小满", "1-1-101", "199****0001", "GY-2026-000001", "200.00")


def values_of(town: Town) -> dict[str, int | str]:
    """One row of 陆小满's for every kind of thing that an address may name."""
    here = place(town, LU, "1-1-101")
    bill = Receivable.objects.filter(property=town.world.flats["1-1-101"]).order_by("pk")[0]
    who = owner_again(town)
    token = invite(who, here, "family")
    ticket = complain(who, here, "门禁坏了")
    assert town.payment.receipt_id is not None
    return {
        "place": here.token, "bill_id": bill.pk, "receipt_id": town.payment.receipt_id, "token": token,
        "invitation_id": Invitation.objects.get().pk, "ticket": ticket.token, "key": "no-order-of-mine", "reading_id": 1, "file_id": 1,
    }  # fmt: skip


def arguments(address: Address, values: dict[str, int | str]) -> dict[str, int | str]:
    """A token names an invitation, or under ``requests`` a ticket."""
    return {name: values["ticket" if name == "token" and "requests" in address.route else name] for name in address.params}


def owner_again(town: Town):  # type: ignore[no-untyped-def]
    from wuyefei.relations.accounts.models import Code

    Code.objects.all().delete()
    return owner(town, LU)


def addresses(values: dict[str, int | str], pages: list[Address] = PAGES) -> Iterator[tuple[Address, str]]:
    for address in pages:
        yield address, reverse(address.name, kwargs=arguments(address, values))


def test_the_owner_opens_all_of_them(town: Town) -> None:
    values = values_of(town)
    from wuyefei.relations.accounts.models import Code

    Code.objects.all().delete()
    client, cookie = phone(town, LU), {}
    cookie = {name: morsel.value for name, morsel in client.cookies.items()}
    for address, path in addresses(values):
        if address.name in {"portal:sign_out", "portal:end_others", "portal:order", "portal:photo", "portal:open_file", "portal:wechat"}:
            continue
        answer = client.get(path)
        assert answer.status_code in {200, 302, 405}, path
        assert answer.status_code != 302 or address.name == "portal:code", path
        client.cookies.load(cookie)


def test_nobody_else_opens_any(town: Town) -> None:
    """Another owner with their own place in the address, or with another's; nobody; staff with every right."""
    values = values_of(town)
    shen = place(town, SHEN, "1-1-102").token
    from wuyefei.relations.accounts.models import Code

    Code.objects.all().delete()
    other, nobody, staff = phone(town, SHEN), Client(), Client()
    user = User.objects.get(pk=town.world["lead"].user_id)
    staff.force_login(user)
    session = staff.session
    pass_factor(session, user)
    session.save()
    before = fingerprint()
    mixed = {**values, "place": shen}
    for address, path in addresses(values, NAMED):
        for method in ("get", "post"):
            answer = getattr(other, method)(path)
            assert answer.status_code == 404, (method, path, answer.status_code)
            assert not [text for text in PRIVATE if text in answer.content.decode()], path
            for client in (nobody, staff):
                answer = getattr(client, method)(path)
                assert answer.headers["Location"].startswith("/h5/sign-in"), (method, path)
        if len(address.params) > 1:
            path = reverse(address.name, kwargs=arguments(address, mixed))
            for method in ("get", "post"):
                answer = getattr(other, method)(path)
                assert answer.status_code in {404, 405}, (method, path, answer.status_code)
    bill = values["bill_id"]
    answer = other.get(reverse("portal:pay", args=[shen]), {"bill": bill})
    assert "没有要缴的账单" in answer.content.decode()
    assert fingerprint() == before


def test_no_address_holds_anything_personal(town: Town) -> None:
    for _address, path in addresses(values_of(town)):
        assert not [text for text in ("陆", LU, "1-1-101") if text in path]
