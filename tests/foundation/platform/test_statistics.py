"""After much was written at once the planner knows of it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection, transaction

from wuyefei.foundation.platform import statistics
from wuyefei.foundation.platform.inserting import insert_many
from wuyefei.foundation.platform.models import OutboxEvent

NOW = dt.datetime(2026, 11, 25, 8, tzinfo=dt.UTC)


def _known_rows() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'platform_outboxevent'")
        return float(cursor.fetchone()[0])


def _write(count: int) -> None:
    insert_many([OutboxEvent(organisation_id=1, kind="x", data={}, at=NOW) for _ in range(count)])


@pytest.mark.django_db(transaction=True)
def test_a_table_that_grew_much_is_analysed_once_its_rows_are_committed() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE platform_outboxevent")
    with transaction.atomic():
        _write(statistics.LEAST - 1)
    assert _known_rows() == 0, "a few rows are left to the server"
    with transaction.atomic():
        for _ in range(4):
            _write(statistics.LEAST // 4)
        assert _known_rows() == 0, "not before they are committed"
    assert _known_rows() == 2 * statistics.LEAST - 1


@pytest.mark.django_db(transaction=True)
def test_only_tables_that_grew_by_a_fifth_are() -> None:
    _write(100)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE platform_outboxevent")
        for added, done in ((19, 0), (20, 1)):
            cursor.execute("SELECT platform_analyse(ARRAY['platform_outboxevent', 'pg_class', 'no_such'], ARRAY[%s, 1, 1]::bigint[])", [added])
            assert cursor.fetchone() == (done,)


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_asks_for_nothing() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        _write(statistics.LEAST)
        raise RuntimeError
    with transaction.atomic():
        _write(statistics.LEAST)
    assert _known_rows() == statistics.LEAST
