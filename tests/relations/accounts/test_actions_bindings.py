"""What an account is bound to, whom it lets in, and that it sees nothing else."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.relations.owners import (
    ADDRESS,
    GU,
    GUEST,
    LU,
    SHEN,
    STRANGER,
    TODAY,
    Town,
    another_home,
    enter,
    owner,
    place,
)
from tests.scenarios.month import publish
from wuyefei.estate.occupancy.public import end_tie, ties
from wuyefei.estate.people.public import update_person
from wuyefei.foundation.kernel.errors import Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.money.billing.public import Receivable
from wuyefei.relations.accounts.models import Binding, Invitation
from wuyefei.relations.accounts.public import (
    InvitationOver,
    Kind,
    Owner,
    accept,
    ask_code,
    bills,
    confirm_code,
    get_bill,
    get_place,
    get_receipt_of,
    guests,
    invite,
    leave,
    open_now,
    open_session,
    owner_of_session,
    payments_of,
    places,
    refresh_bindings,
    revoke,
    same_layout_average,
)
from wuyefei.relations.accounts.rules import NotYours, TooManyGuests

pytestmark = pytest.mark.django_db


def codes(who: Owner) -> list[str]:
    return [one.property_code for one in places(who)]


def guest(town: Town, kind: str, mobile: str = GUEST, host: str = LU) -> Owner:
    token = invite(owner(town, host), place(town, host, "1-1-101"), kind)
    challenge = ask_code(mobile, address=ADDRESS, invitation=token)
    found = owner_of_session(open_session(confirm_code(challenge, town.last_code(mobile)), agent=""))
    assert found is not None
    accept(found, token)
    return found


@pytest.fixture(autouse=True)
def _hourly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Signing in again and again is not what is tested here."""
    monkeypatch.setattr("wuyefei.relations.accounts.rules.refuse_too_often", lambda *args: None)


def test_a_mobile_binds_every_property_of_its_persons(town: Town) -> None:
    """Two organisations; the parking space attached to the flat is part of its place."""
    who = owner(town, LU)
    found = places(who)
    assert [(one.community_name, one.property_code) for one in found] == [("桂语花园", "1-1-101"), ("青禾里", "2-1-301")]
    assert found[0].property_ids == (town.world.flats["1-1-101"].pk, town.world.flats["B1-001"].pk)
    assert Binding.objects.count() == 3
    assert AuditEntry.objects.filter(action="account.bind", actor_name="业主端 199****0001").count() == 3
    assert codes(owner(town, SHEN)) == ["1-1-102"]


def test_a_place_shows_its_payers_bills_alone(town: Town) -> None:
    """January 250.00 (200.00 paid) and February 250.00 of the flat, twice 150.00 of the space; late fees of today."""
    here = place(town, LU, "1-1-101")
    assert bills(here).count() == 4
    found = open_now(here, TODAY)
    assert [(bill.property_code, bill.outstanding_fen) for bill in found] == [
        ("1-1-101", 5375), ("B1-001", 15000), ("1-1-101", 25000), ("B1-001", 15000)
    ]  # fmt: skip
    other = Receivable.objects.filter(property=town.world.flats["1-1-102"])[0]
    with pytest.raises(NotFound):
        get_bill(here, other.pk)
    assert open_now(here, TODAY, [other.pk]) == []
    assert payments_of(here).get() == town.payment
    assert town.payment.receipt_id is not None
    for mobile, code in ((SHEN, "1-1-102"), (LU, "2-1-301")):
        with pytest.raises(NotFound):
            get_receipt_of(place(town, mobile, code), town.payment.receipt_id)


def test_another_account_cannot_name_the_place(town: Town) -> None:
    token = place(town, LU, "1-1-101").token
    with pytest.raises(NotFound):
        get_place(owner(town, SHEN), token)


def test_a_number_that_changed_hands_shows_nothing_more(town: Town) -> None:
    """The record gets a new mobile: the old one's session goes on, and sees only what is still its own."""
    who = owner(town, LU)
    update_person(town.world.people["陆小满"].pk, actor=town.world["lead"], mobile=STRANGER)
    assert codes(who) == ["2-1-301"]
    refresh_bindings(who.account_id)
    assert Binding.objects.filter(account_id=who.account_id, ended_at__isnull=True).count() == 1
    assert codes(owner(town, STRANGER)) == ["1-1-101"]


def test_two_persons_on_one_number_are_one_account(town: Town) -> None:
    update_person(town.world.people["沈秋白"].pk, actor=town.world["lead"], mobile=LU)
    assert codes(owner(town, LU)) == ["1-1-101", "1-1-102", "2-1-301"]


def test_whoever_moved_out_still_sees_the_debt_and_no_more(town: Town) -> None:
    tie = ties(town.world["lead"]).get(property=town.world.flats["1-1-102"])
    end_tie(tie.pk, dt.date(2026, 2, 1), actor=town.world["lead"])
    here = place(town, SHEN, "1-1-102")
    assert {row.payer_id for row in bills(here)} == {town.world.people["沈秋白"].pk}


def test_family_sees_bills_and_receipts_until_revoked(town: Town) -> None:
    host = place(town, LU, "1-1-101")
    who = guest(town, Kind.FAMILY)
    (here,) = places(who)
    assert (here.kind, bills(here).count(), payments_of(here).count()) == (Kind.FAMILY, 4, 1)
    (row,) = guests(host)
    assert row.guest_shown == "199****0008"  # type: ignore[attr-defined]
    with pytest.raises(NotYours):
        invite(who, here, Kind.FAMILY)
    revoke(host, row.pk)
    assert places(who) == []
    with pytest.raises(NotFound):
        revoke(host, row.pk)


def test_a_tenant_sees_neither_the_past_nor_receipts(town: Town) -> None:
    with clock.at(dt.date(2026, 2, 20)):
        who = guest(town, Kind.TENANT)
    (here,) = places(who)
    assert [str(bill.service_from) for bill in open_now(here, TODAY)] == ["2026-02-01", "2026-02-01"]
    assert bills(here).count() == 2
    assert payments_of(here).count() == 0
    leave(who, here)
    assert places(who) == []


def test_an_invitation_is_used_once_and_expires(town: Town) -> None:
    host, here = owner(town, LU), place(town, LU, "1-1-101")
    token = invite(host, here, Kind.FAMILY)
    accept(owner(town, SHEN), token)
    with pytest.raises(InvitationOver):
        accept(owner(town, GU), token)
    late = invite(host, here, Kind.FAMILY)
    with clock.at(clock.now() + dt.timedelta(days=7)), pytest.raises(InvitationOver):
        accept(host, late)
    with pytest.raises(Invalid):
        invite(host, here, "boss")
    assert not Invitation.objects.filter(token_hash__in=[token, late]).exists()


def test_a_guest_goes_with_the_host(town: Town) -> None:
    who = guest(town, Kind.FAMILY)
    tie = ties(town.world["lead"]).get(property=town.world.flats["1-1-101"])
    end_tie(tie.pk, dt.date(2026, 2, 19), actor=town.world["lead"])
    assert places(who) == []


def test_a_stranger_reaches_nothing_of_anothers_invitation(town: Town) -> None:
    token = invite(owner(town, LU), place(town, LU, "1-1-101"), Kind.FAMILY)
    row = Invitation.objects.get()
    with pytest.raises(NotFound):
        revoke(place(town, SHEN, "1-1-102"), row.pk)
    assert row.token_hash != token


def test_eight_guests_are_enough(town: Town) -> None:
    host, here = owner(town, LU), place(town, LU, "1-1-101")
    for _ in range(8):
        invite(host, here, Kind.FAMILY)
    with pytest.raises(TooManyGuests):
        invite(host, here, Kind.TENANT)
    assert Invitation.objects.count() == 8


def test_an_average_needs_five_other_homes(town: Town) -> None:
    world = town.world
    for number in range(4):
        another_home(world, f"1-1-{301 + number}", f"邻居{number}")
    publish(world, "2026-02")
    here = place(town, LU, "1-1-101")
    bill = bills(here).get(property=world.flats["1-1-101"], service_from=dt.date(2026, 2, 1))
    assert same_layout_average(here, bill) is None
    another_home(world, "1-1-305", "邻居五")
    publish(world, "2026-02")
    assert same_layout_average(here, bill) == 25000


def test_a_guest_signs_in_again_without_the_invitation(town: Town) -> None:
    guest(town, Kind.FAMILY)
    assert enter(town, GUEST)
