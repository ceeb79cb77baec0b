"""Photographs and signatures of visits: how long they are kept, what holds them, and what stays when they are destroyed."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest
from django.db import IntegrityError, transaction

from tests.collection.followup.conftest import MARCH, at
from tests.collection.visits.conftest import PNG, stop_of, walking
from tests.estate.metering.test_pages_metering import client_of
from tests.world import World, actor_of
from wuyefei.collection.followup.models import Case
from wuyefei.collection.followup.public import KEPT_YEARS, files_of
from wuyefei.collection.legal.models import Matter
from wuyefei.collection.legal.public import open_matter
from wuyefei.collection.visits.actions import Visited, visited
from wuyefei.collection.visits.forgetting import KIND, forget_of, forget_old
from wuyefei.collection.visits.models import Proof, Stop
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.money.billing.public import end_hold, open_bills, place_hold
from wuyefei.relations.privacy.holdings import holdings

pytestmark = pytest.mark.django_db
DIGEST = hashlib.sha256(PNG).hexdigest()
OVER = dt.date(2026 + KEPT_YEARS, 3, 4)
"""The first day on which what was closed on 3 March 2026 is destroyed."""


@pytest.fixture
def stop(ready: World) -> Stop:
    walking(ready)
    return visited(stop_of(ready, "陆小满").pk, Visited("v-1", 0, "not_home", clock.now(), photo=PNG, signature=PNG), actor=ready["collector"])


def closed(stop: Stop) -> None:
    Case.objects.filter(pk=stop.case_id).update(closed_on=MARCH)


def test_destroyed_in_time_with_a_line_and_their_digest(ready: World, stop: Stop) -> None:
    assert set(Proof.objects.values_list("kind", "size", "sha256")) == {("photo", len(PNG), DIGEST), ("signature", len(PNG), DIGEST)}
    packed = files_of(ready["manager"], stop.person_id, MARCH)
    assert [(one.kind, one.size, one.sha256) for one in packed] == [("上门照片", len(PNG), DIGEST), ("上门签名", len(PNG), DIGEST)]
    with clock.at(at(OVER)):
        assert forget_old(None) == 0  # the case is open
    closed(stop)
    with clock.at(at(OVER - dt.timedelta(days=1))):
        assert forget_old(ready.organisation.pk) == 0
    with clock.at(at(OVER)):
        assert forget_old(ready.organisation.pk) == 2 and forget_old(None) == 0
        page, gone = client_of(ready["manager"]), Proof.objects.order_by("pk").first()
        assert gone is not None and (bytes(gone.content), gone.sha256, gone.erased_on) == (b"", DIGEST, OVER)
        assert page.get(f"/visits/proofs/{gone.pk}").status_code == 404
        assert "到期删除" in page.get(f"/visits/routes/{stop.route_id}").content.decode()
        assert files_of(ready["manager"], stop.person_id, MARCH) == packed
    assert AuditEntry.objects.get(action=KIND).after == {"files": 2}
    [held] = [one for one in holdings() if one.key == "visit_proof"]
    assert [line[1:] for line in held.read(ready["manager"], stop.person)] == [("照片", len(PNG), DIGEST, OVER), ("签名", len(PNG), DIGEST, OVER)]
    with pytest.raises(IntegrityError), transaction.atomic():
        Proof.objects.filter(pk=gone.pk).update(content=PNG)


def test_kept_while_a_matter_or_a_dispute_needs_them(ready: World, stop: Stop) -> None:
    legal = ready.actors["legal"] = actor_of(ready.organisation, "legal", Role.LEGAL)
    bills = [bill.id for bill in open_bills(legal, MARCH, payer_ids=[stop.person_id])]
    matter = open_matter(bills, actor=legal)
    hold = place_hold(bills[0], MARCH, None, kind="dispute", source_ref="ticket:0", actor=ready["manager"], reason="服务没做到")
    closed(stop)
    with clock.at(at(OVER)):
        assert forget_old(None) == 0
        Matter.objects.filter(pk=matter.pk).update(closed_on=OVER, step="closed")
        assert forget_old(None) == 0
        end_hold(hold.pk, OVER - dt.timedelta(days=1), actor=ready["manager"])
        assert forget_old(None) == 2


def test_with_the_person_at_once(ready: World, stop: Stop) -> None:
    forget_of(stop.person_id)
    assert set(Proof.objects.values_list("erased_on", "content")) == {(MARCH, b"")}
