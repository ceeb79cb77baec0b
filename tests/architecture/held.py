"""What each place of the walk has of deposits and of payers by share."""

from __future__ import annotations

from tests.architecture.place import TODAY, Place
from wuyefei.estate.occupancy.public import Sharing
from wuyefei.estate.tariffs.public import ChargeItem
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import charge_once
from wuyefei.money.deposits.public import Deduction, Deposit, Return


def held(place: Place, finance: Actor) -> None:
    """A deposit of a card that was paid, and a return with a photograph that waits."""
    community, word = place.community, place.mark.word
    item, _made = ChargeItem.objects.get_or_create(
        organisation=community.organisation, code="walk_deposit", defaults={"name": "门禁卡押金", "nature": "deposit", "tax_rate": 0}
    )
    bill = charge_once(int(place.one("property")), int(place.one("person")), item, 2000, actor=finance, community_id=community.pk, memo=f"{word}门禁卡")
    deposit = Deposit.objects.get(bill=bill)
    back = Return.objects.create(
        organisation=community.organisation, community=community, deposit=deposit, inspected_on=TODAY, finding=f"{word}完好", refund_fen=1500,
        deduct_fen=500, way="transfer", state="refused", made_by_id=finance.user_id, made_at=clock.now(),
    )  # fmt: skip
    cut = Deduction.objects.create(given_back=back, reason=f"{word}磨损", amount_fen=500, photo_kind="image/png", photo=b"png")
    agreed = Sharing.objects.create(
        organisation=community.organisation, community=community, property_id=int(place.one("empty_home")), starts_on=TODAY, ends_on=TODAY, of=2,
        document=f"{word}协议", made_by_id=finance.user_id, made_at=clock.now(),
    )  # fmt: skip
    place.ids |= {"deposit": [deposit.pk], "deduction": [cut.pk], "sharing": [agreed.pk]}
