"""Reads of the room. A place is an account's own view of a property; every read of money goes through one."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from wuyefei.estate.occupancy.public import Tie
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform import clock, prepared
from wuyefei.money.billing.public import OpenBill, Receivable, open_bills, receivables
from wuyefei.money.payments.public import Payment, balance_fen, payments
from wuyefei.money.receipts.public import Receipt

from .finding import LIVING_ROLES, only
from .marks import hashed
from .models import Account, Binding, Invitation, Session, WechatIdentity
from .rules import TOUCH_EVERY, Kind, session_over


@dataclass(frozen=True, slots=True)
class Owner:
    """Who is signed in on a phone. ``stale``: the session should be touched and the bindings looked at again."""

    account_id: int
    session_id: int
    mobile_shown: str
    large_type: bool
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A property as one account sees it: the bills that ``person_id`` owes there and at the spaces attached to it.

    ``token`` stands in addresses and means nothing to anybody else; ``since`` hides what served earlier days.
    """

    token: str
    kind: Kind
    mobile_shown: str
    organisation_id: int
    organisation_name: str
    community_id: int
    community_name: str
    property_id: int
    property_code: str
    person_id: int
    person_name: str
    property_ids: tuple[int, ...]
    since: dt.date | None
    community_phone: str = ""

    @property
    def own(self) -> bool:
        return self.kind is Kind.REGISTERED

    @property
    def private(self) -> bool:
        """Whether the payer's money, receipts and name may be seen: by themself and their family."""
        return self.kind is not Kind.TENANT


def owner_of_session(token: str) -> Owner | None:
    """Whose session a cookie names; None for none, an ended or an expired one."""
    if not token or len(token) > 80:
        return None
    found, now = _SESSION.rows(hashed(token)), clock.now()
    if not found:
        return None
    session_id, made_at, seen_at, account_id, mobile_shown, large_type = found[0]
    if session_over(made_at, seen_at, now):
        return None
    return Owner(account_id, session_id, mobile_shown, large_type, now - seen_at >= TOUCH_EVERY)


def _session(token_hash: str) -> QuerySet[Session, tuple[Any, ...]]:
    rows = Session.objects.filter(token_hash=token_hash, ended_at__isnull=True)
    return rows.values_list("pk", "made_at", "seen_at", "account_id", "account__mobile_shown", "account__large_type")


_SESSION = prepared.Fixed(_session, "a token’s hash")


def get_account(owner: Owner) -> Account:
    return Account.objects.get(pk=owner.account_id)


def sessions(owner: Owner) -> list[Session]:
    """The account's open sessions, the latest used first."""
    rows = Session.objects.filter(account_id=owner.account_id, ended_at__isnull=True).order_by("-seen_at")
    now = clock.now()
    return [row for row in rows if not session_over(row.made_at, row.seen_at, now)]


def _bindings(account_id: int, today: dt.date) -> QuerySet[Binding]:
    """The account's bindings that hold on a day.

    A registered one while its mobile stands on the person's record; a guest's until the invitation is revoked or the
    inviting person leaves the property.
    """
    living = Tie.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today), property_id=OuterRef("property_id"), person_id=OuterRef("person_id"),
        role__in=LIVING_ROLES, starts_on__lte=today,
    )  # fmt: skip
    registered = Q(kind=Kind.REGISTERED, person__mobile_mark=F("mark")) & ~Q(mark="")
    guest = ~Q(kind=Kind.REGISTERED) & Q(invitation__revoked_at__isnull=True) & Exists(living)
    return Binding.objects.filter(registered | guest, account_id=account_id, ended_at__isnull=True, person__erased_at__isnull=True)


_PLACE = (
    "token", "kind", "account__mobile_shown", "organisation_id", "organisation__name", "community_id", "community__name",
    "property_id", "property__code", "person_id", "person__name", "property__attached_to_id", "since",
    "community__phone",
)  # fmt: skip
_RANK = {"residential": 0, "shop": 1, "office": 2, "parking": 3, "storage": 4}


def _rows(account_id: int, today: dt.date) -> QuerySet[Binding, tuple[Any, ...]]:
    return _bindings(account_id, today).order_by("community__sort_key", "property__sort_key", "pk").values_list(*_PLACE, "property__kind")


_PLACES = prepared.Fixed(_rows, 987_654_321, dt.date(1950, 1, 3))
_SPACES = f"SELECT id, attached_to_id FROM {Property._meta.db_table} WHERE attached_to_id = ANY(%s) AND ended_on IS NULL ORDER BY sort_key"


class _Row(NamedTuple):
    """The columns of ``_PLACE`` and the kind of property."""

    token: str
    kind: str
    mobile_shown: str
    organisation_id: int
    organisation_name: str
    community_id: int
    community_name: str
    property_id: int
    property_code: str
    person_id: int
    person_name: str
    attached_to_id: int | None
    since: dt.date | None
    community_phone: str
    property_kind: str


def places(owner: Owner) -> list[Place]:
    """Every place of the account, homes first. Spaces attached to a place of the same payer are part of it."""
    rows = [_Row(*row) for row in _PLACES.rows(owner.account_id, clock.today())]
    rows.sort(key=lambda row: _RANK[row.property_kind])
    held = {(row.property_id, row.person_id) for row in rows}
    attached: dict[int, list[int]] = defaultdict(list)
    with prepared.cursor() as cursor:
        cursor.execute(_SPACES, [[row.property_id for row in rows]])
        for space_id, home_id in cursor.fetchall():
            attached[home_id].append(space_id)
    return [
        Place(
            row.token, Kind(row.kind), row.mobile_shown, row.organisation_id, row.organisation_name, row.community_id,
            row.community_name, row.property_id, row.property_code, row.person_id, row.person_name,
            (row.property_id, *attached[row.property_id]), row.since, row.community_phone,
        )
        for row in rows
        if (row.attached_to_id, row.person_id) not in held
    ]  # fmt: skip


def get_place(owner: Owner, token: str) -> Place:
    """One of the account's places; ``NotFound`` for anybody else's."""
    for place in places(owner):
        if place.token == token:
            return place
    raise NotFound()


def reader(place: Place) -> Actor:
    """What reads of the place's community are made with: the caller narrows them to the payer and the properties."""
    return only(place.mobile_shown, place.organisation_id, place.community_id)


def bills(place: Place) -> QuerySet[Receivable]:
    """Every bill of the place that its holder may see."""
    rows = receivables(reader(place)).filter(payer_id=place.person_id, property_id__in=place.property_ids)
    return rows.filter(service_to__gte=place.since) if place.since else rows


def get_bill(place: Place, bill_id: int) -> Receivable:
    row = bills(place).select_related("property", "item", "tariff", "contract", "community").filter(pk=bill_id).first()
    if row is None:
        raise NotFound()
    return row


def open_now(place: Place, today: dt.date, ids: Collection[int] = ()) -> list[OpenBill]:
    """What is unpaid at the place today, or of the bills ``ids`` among it, in order of due date."""
    found = open_bills(
        reader(place), today, property_ids=place.property_ids, payer_ids=[place.person_id], receivable_ids=ids
    )
    return [bill for bill in found if place.since is None or bill.service_to >= place.since]


def payments_of(place: Place) -> QuerySet[Payment]:
    """The payments of the payer at the place; none for a tenant, whose own they need not be."""
    if not place.private:
        return Payment.objects.none()
    return payments(reader(place)).filter(payer_id=place.person_id, property_id__in=place.property_ids)


def get_payment_by_receipt(place: Place, receipt_id: int) -> Payment:
    row = payments_of(place).select_related("receipt").filter(receipt_id=receipt_id).first()
    if row is None:
        raise NotFound()
    return row


def get_receipt_of(place: Place, receipt_id: int) -> Receipt:
    receipt = get_payment_by_receipt(place, receipt_id).receipt
    if receipt is None:
        raise NotFound()
    return receipt


def prepaid_fen(place: Place) -> int:
    """The money held for the payer at the place; 0 for a tenant."""
    return balance_fen(place.person_id, place.property_id) if place.private else 0


def open_invitation(token: str) -> Invitation | None:
    """An invitation that can still be accepted, by the token of its link."""
    if not token or len(token) > 80:
        return None
    return (
        Invitation.objects.select_related("property", "community")
        .filter(token_hash=hashed(token), accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=clock.now())
        .first()
    )


def guests(place: Place) -> list[Invitation]:
    """The invitations to one's own place that are open or accepted, the latest first; each with ``guest_shown``."""
    if not place.own:
        return []
    rows = Invitation.objects.filter(property_id=place.property_id, person_id=place.person_id, revoked_at__isnull=True)
    rows = rows.filter(Q(accepted_at__isnull=False) | Q(expires_at__gt=clock.now())).order_by("-pk")
    shown = dict(
        Binding.objects.filter(invitation__in=rows, ended_at__isnull=True).values_list("invitation_id", "account__mobile_shown")
    )
    found = [row for row in rows if row.accepted_at is None or row.pk in shown]
    for row in found:
        row.guest_shown = shown.get(row.pk, "")  # type: ignore[attr-defined]
    return found


def without_name(place: Place) -> Place:
    """The same place with the payer's name left out: what a guest's pages are made from."""
    return place if place.own else replace(place, person_name="")


def community_of(place: Place) -> Community:
    return Community.objects.select_related("organisation").get(pk=place.community_id)


def wechat_identities(actor: Actor, person_id: int) -> QuerySet[WechatIdentity]:
    """What is kept of a person's WeChat: of the accounts that are registered for them where the actor may see people."""
    speaking = _bindings_of_person(actor, person_id)
    return WechatIdentity.objects.filter(session__account_id__in=speaking, session__ended_at__isnull=True).order_by("pk")


def _bindings_of_person(actor: Actor, person_id: int) -> QuerySet[Binding, int]:
    rows = Binding.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.seen, person_id=person_id, kind=Kind.REGISTERED, ended_at__isnull=True
    )
    return rows.values_list("account_id", flat=True)
