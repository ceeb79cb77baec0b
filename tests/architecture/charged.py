"""What each place of the walk has of leases, consultations and photographed dials."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from tests.world import charge, flat
from wuyefei.estate.contracts.public import Contract, ContractLine
from wuyefei.estate.localrules.public import Asked, Votes, record
from wuyefei.estate.metering.public import Photo, Reading
from wuyefei.estate.tariffs.public import ChargeItem, Tariff, create_tariff
from wuyefei.estate.turnover.public import DeclaredRow, declare
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.platform import clock

START, VOTED = dt.date(2026, 1, 1), dt.date(2026, 1, 2)


def charged(word: str, letters: str, item: ChargeItem, contract: Contract, fee: Tariff, lead: Actor) -> dict[str, list[int | str]]:
    """A lease with a share of turnover, and a consultation of the fee; their ids by kind."""
    community = contract.community
    terms = {"by": "total", "steps": [["1", "8000"]], "turnover": [["", "0.08"]]}
    rent = create_tariff(item.pk, f"{word}商铺租金", "rent", effective_from=START, actor=lead, community=community, terms=terms)
    lease = charge(contract, flat(community, f"{letters}S-01", "60.00", "shop"), rent)
    votes = Votes(Decimal(300), 3, Decimal(300), 3, Decimal(300), 3)
    consultation = record(Asked(fee.pk, Decimal(3), VOTED, START, START, votes, b"%PDF-1.7", note=f"{word}征询"), actor=lead)
    return {"lease": [lease.pk], "consultation": [consultation.pk]}


def photograph(reading: Reading) -> None:
    Photo.objects.create(
        organisation_id=reading.organisation_id, community_id=reading.community_id, reading=reading, kind="image/png", content=b"dial",
        taken_at=clock.now(),
    )  # fmt: skip


def say_turnover(lease_id: int, word: str, actor: Actor) -> None:
    line = ContractLine.objects.select_related("community").get(pk=lease_id)
    declare([DeclaredRow(lease_id, Month.parse("2026-01"), 100, word)], actor=actor, community=line.community)
