"""``verify`` holds over a matter from letter to agreement, and names the row that somebody changed behind its back."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection, transaction

from tests.collection.legal.conftest import at
from tests.collection.legal.test_actions_legal import demanded, do, settle_up
from tests.scenarios.month import first_finding
from tests.scenarios.test_tampering import tamper
from tests.world import World
from wuyefei.collection.legal.models import Claim, Letter, Matter, Paper
from wuyefei.collection.legal.public import make_paper, watch
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.verify import run_checks

pytestmark = pytest.mark.django_db
DELIVERED = dt.date(2026, 9, 4)


@pytest.fixture
def told(world: World) -> World:
    """陆小满 has a letter, a mediation and an evidence pack; the books hold."""
    matter = demanded(world)
    do(world, matter, "mediate", DELIVERED, body="street")
    with clock.at(at(DELIVERED, 12)):
        make_paper(matter.pk, "pack", actor=world["legal"])
    assert first_finding(world) == ""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return world


CHANGES = (
    ("UPDATE legal_matter SET step = 'court' WHERE id = %s", Matter, "steps"),
    ("UPDATE legal_matter SET events = events + 1 WHERE id = %s", Matter, "steps"),
    ("UPDATE legal_matter SET next_on = next_on + 1 WHERE id = %s", Matter, "deadlines"),
    ("UPDATE legal_matter SET limitation_on = '2029-01-01' WHERE id = %s", Matter, "deadlines"),
    ("UPDATE legal_claim SET principal_fen = principal_fen - 1 WHERE id = %s", Claim, "claims"),
    ("UPDATE legal_letter SET principal_fen = principal_fen + 1 WHERE id = %s", Letter, "letters"),
    ("UPDATE legal_letter SET delivered_on = posted_on - 1 WHERE id = %s", Letter, "letters"),
    ("UPDATE legal_letter SET receivable_ids = '[1]' WHERE id = %s", Letter, "letters"),
    ("UPDATE legal_paper SET data = jsonb_set(data, '{title}', '\"改过\"') WHERE id = %s", Paper, "papers"),
    ("UPDATE legal_paper SET digest = repeat('0', 64) WHERE id = %s", Paper, "papers"),
    ("DELETE FROM legal_event WHERE id = (SELECT max(id) FROM legal_event WHERE kind = 'mediate' AND %s > 0)", Matter, "steps"),
)  # fmt: skip


def test_whoever_changes_a_row_is_found(told: World) -> None:
    """Each change alone, taken back afterwards; the check of that name finds it."""
    for sql, model, check in CHANGES:
        with transaction.atomic():
            tamper(sql, model.objects.latest("pk").pk)
            report = run_checks(told.organisation.pk, only=[f"legal.{check}"])
            assert report.first is not None, sql
            transaction.set_rollback(True)
    assert first_finding(told) == ""


def test_payment_and_the_night_keep_it_whole(told: World) -> None:
    with clock.at(at(dt.date(2026, 9, 21))):
        settle_up(told, "陆小满")
        assert first_finding(told) == ""  # the matter waits for the night
        assert watch(told.organisation.pk) == 1 and first_finding(told) == ""
