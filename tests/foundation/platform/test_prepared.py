"""What a prepared statement reads is what the ORM reads; it is sent in the same transaction, with the same errors and log."""

from __future__ import annotations

import datetime as dt
from typing import Any

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
