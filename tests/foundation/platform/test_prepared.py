"""What a prepared statement reads is what the ORM reads; it is sent in the same transaction, with the same errors and log."""

from __future__ import annotations

import datetime as dt
from typing import Any

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.models import Q, QuerySet
from django.test.utils import CaptureQueriesContext

from wuyefei.foundation import environment
from wuyefei.foundation.access.models import Organisation
from wuyefei.foundation.platform import clock, prepared
from wuyefei.foundation.platform.models import AuditEntry

FIELDS = [field.attname for field in AuditEntry._meta.concrete_fields]


@pytest.mark.django_db
def test_rows_are_those_of_the_orm() -> None:
    AuditEntry.objects.create(
        organisation_id=1, actor_name="甲", at=dt.datetime(2026, 11, 25, 1, tzinfo=dt.UTC), action="test", subject_type="x",
        subject_text="", subject_id=7, after={"金额": [1, "2.50"]},
    )  # fmt: skip
    orm = AuditEntry.objects.get(action="test")
    for _ in range(12):  # parsed each time, then prepared, then with its plan kept
        [row] = prepared.read(AuditEntry, "WHERE subject_id = %s AND action = %s", [7, "test"])
        assert [getattr(row, name) for name in FIELDS] == [getattr(orm, name) for name in FIELDS]
    assert row.after == {"金额": [1, "2.50"]} and row.before is None and not row._state.adding


@pytest.mark.django_db
def test_errors_and_the_log_are_those_of_the_connection() -> None:
    with CaptureQueriesContext(connection) as sent, pytest.raises(ProgrammingError), transaction.atomic(), prepared.cursor() as cursor:
        cursor.execute("SELECT %s::int", [7])
        assert cursor.fetchone() == (7,)
        cursor.execute("SELECT no_such_column", [])
    assert sum("SELECT" in query["sql"] for query in sent.captured_queries) == 2


@pytest.mark.django_db
def test_a_partial_row_fetches_what_was_not_read() -> None:
    entry = AuditEntry.objects.create(
        organisation_id=1, actor_name="甲", at=dt.datetime(2026, 11, 25, 1, tzinfo=dt.UTC), action="test", subject_type="x", subject_text="九",
    )  # fmt: skip
    row = prepared.partial(AuditEntry, action="test", id=entry.pk)
    assert row.get_deferred_fields() == set(FIELDS) - {"id", "action"} and row.subject_text == "九"


def test_the_address_says_when_to_prepare() -> None:
    options = [environment.database(f"postgresql://a@h/b{end}")["OPTIONS"] for end in ("", "?prepare_threshold=none&sslmode=require")]
    assert options == [{"prepare_threshold": 5}, {"prepare_threshold": None, "sslmode": "require"}]
    with pytest.raises(ValueError, match="prepare_threshold"):
        environment.database("postgresql://a@h/b?prepare_threshold=often")


@pytest.mark.django_db
def test_a_fixed_query_takes_new_values_and_is_put_into_words_once() -> None:
    made: list[tuple[object, ...]] = []

    def build(name: str, since: int) -> QuerySet[Organisation, tuple[Any, ...]]:
        made.append((name, since))
        return Organisation.objects.filter(Q(name=name) | Q(seal_name=name), pk__gte=since).exclude(name="丙物业").order_by("pk").values_list("name")

    for name in ("甲物业", "乙物业 100%", "丙物业"):
        Organisation.objects.create(name=name, seal_name=f"{name}章", created_at=clock.now())
    fixed = prepared.Fixed(build, "stands in for a name", 987_654_321)
    assert fixed.rows("乙物业 100%", 0) == fixed.rows("乙物业 100%章", 0) == [("乙物业 100%",)]
    assert fixed.rows("甲物业", 2**31) == [] and fixed.rows("'; --", 0) == []
    assert made == [("stands in for a name", 987_654_321)]


@pytest.mark.django_db
def test_a_cursor_is_used_again_and_never_by_two_at_once() -> None:
    with prepared.cursor() as outer:
        outer.execute("SELECT %s::int", [7])
        with prepared.cursor() as inner:
            inner.execute("SELECT %(one)s::text || '%%' || %(two)s || %(one)s", {"two": "乙", "one": "甲", "more": 1})
            assert inner.fetchone() == ("甲%乙甲",)
        inner.close()
        assert outer.fetchone() == (7,)
        with prepared.cursor() as again, prepared.cursor() as other:
            assert again.cursor is inner.cursor and other.cursor not in (inner.cursor, outer.cursor)
    with prepared.cursor() as plain:
        plain.execute("SELECT 7 % 4, '%s'")
        assert plain.fetchone() == (3, "%s")
        for mixed in ("SELECT %s, %(one)s", "SELECT %(one)s, %s", "SELECT %b"):
            with pytest.raises(ValueError, match="mark of a value"):
                plain.execute(mixed, ["甲"])


@pytest.mark.django_db
def test_the_plan_of_a_short_list_is_kept() -> None:
    for count in (1, 2, 3, 4, 5, 6, 7, 8, 9, 60):
        ids = list(range(count))
        with prepared.cursor() as cursor:
            cursor.execute(f"SELECT id FROM platform_auditentry WHERE id = {prepared.among('%s', ids)}", [ids])
            assert cursor.fetchall() == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%platform_auditentry WHERE id = ANY((SELECT%'")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db(transaction=True)
def test_a_kept_connection_is_asked_only_where_the_server_has_said_something() -> None:
    connection.ensure_connection()
    with CaptureQueriesContext(connection) as sent:
        assert connection.is_usable()
    assert not sent.captured_queries
    with transaction.atomic():
        with pytest.raises(ProgrammingError), connection.cursor() as cursor:
            cursor.execute("SELECT no_such_column")
        assert not connection.is_usable()
        transaction.set_rollback(True)
    pid, held = connection.connection.info.backend_pid, connection.connection
    with psycopg.connect(held.info.dsn, password=held.info.password, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    assert not connection.is_usable()
    connection.close()
