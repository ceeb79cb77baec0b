"""Rows made and written the short way are the rows that the fields would have made and written."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, models

from wuyefei.estate.occupancy.public import Tie
from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation import environment
from wuyefei.foundation.access.models import Organisation
from wuyefei.foundation.platform import vault
from wuyefei.foundation.platform.inserting import _all_prepared, _prepared, _unchanged, drafts, insert
from wuyefei.foundation.platform.models import AuditEntry, OutboxEvent

NOW = dt.datetime(2026, 11, 25, 8, tzinfo=dt.UTC)
VALUES = (True, 7, "三", "", b"\x00\xff", dt.date(2026, 11, 25), dt.datetime(2026, 11, 25, 8, tzinfo=dt.UTC), Decimal("2.50"), None)


def _told(field: models.Field, value: object) -> object:
    given = field.get_db_prep_save(value, connection)
    return bytes(given.obj) if type(given).__name__ == "Binary" else given


@pytest.mark.parametrize("model", list(apps.get_models()), ids=lambda model: model._meta.label)
def test_what_passes_unasked_is_what_the_field_would_give(model: type[models.Model]) -> None:
    for field in model._meta.concrete_fields:
        kind = _unchanged(field)
        for value in VALUES:
            if value is None or type(value) is kind:
                told = _told(field, value)
                assert isinstance(told, type(value)) and told == value, field


@pytest.mark.parametrize("model", [Person, Property, Tie])
def test_a_draft_is_the_row_that_the_model_makes(model: type[models.Model]) -> None:
    made, plain = drafts(model, organisation_id=1, community_id=2)(id=3), model(organisation_id=1, community_id=2, id=3)
    fields = model._meta.concrete_fields
    assert [getattr(made, field.attname) for field in fields] == [getattr(plain, field.attname) for field in fields]
    assert made._state.adding is plain._state.adding is True and made._state is not drafts(model)()._state
    columns = [(field.attname, _unchanged(field), field) for field in fields]
    assert _prepared(made.__dict__, columns) == [field.get_db_prep_save(getattr(plain, name), connection) for name, _, field in columns]


def test_many_rows_are_prepared_as_each_would_be() -> None:
    columns = [(field.attname, _unchanged(field), field) for field in Property._meta.concrete_fields]
    make = drafts(Property, organisation_id=1, community_id=2)
    plain = [make(id=n, area_m2=Decimal(n), delivered_on=None) for n in range(3)]
    mixed = [*plain, make(id=4, area_m2="81.50", vacant=1, delivered_on="2026-11-25")]
    for rows in (plain, mixed):
        assert [list(one) for one in _all_prepared(rows, columns)] == [_prepared(row.__dict__, columns) for row in rows]
    with pytest.raises(ValidationError):
        _all_prepared([*plain, make(id=5, area_m2=Decimal("NaN"))], columns)


def test_a_draft_refuses_a_name_that_is_no_column() -> None:
    with pytest.raises(TypeError, match="community"):
        drafts(Tie)(community=1)


def test_a_secret_that_was_replaced_is_read_anew(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("WUYEFEI_HOME", str(tmp_path))
    first = environment.keep_secret("vault.key")
    assert environment.keep_secret("vault.key") == first == (tmp_path / "secrets/vault.key").read_bytes()
    mark = vault.fingerprint(1, "mobile", "19900001111")
    assert vault.marker(1)("mobile", "19900001111") == mark
    other = tmp_path / "restored"
    other.write_bytes(bytes(32))
    other.replace(tmp_path / "secrets/vault.key")
    assert environment.keep_secret("vault.key") == bytes(32)
    assert vault.fingerprint(1, "mobile", "19900001111") != mark
    (tmp_path / "secrets/vault.key").unlink()
    assert environment.keep_secret("vault.key") not in (first, bytes(32))


def _event(kind: str) -> OutboxEvent:
    return OutboxEvent(organisation_id=1, kind=kind, data={"笔": [1]}, at=NOW)


@pytest.mark.django_db
def test_rows_of_several_models_go_together_and_get_their_ids_in_order() -> None:
    entry = AuditEntry(
        id=2**40, organisation_id=1, actor_name="甲", at=NOW, action="test", subject_type="x", subject_text="", after={"元": "2.50"}
    )
    events = [_event(kind) for kind in ("a", "b", "c")]
    assert insert(entry, *events)
    assert AuditEntry.objects.get(pk=2**40).after == {"元": "2.50"}
    assert [(row.pk, row.kind, row.data) for row in OutboxEvent.objects.order_by("pk")] == [
        (row.pk, row.kind, {"笔": [1]}) for row in events
    ]
    assert not any(row._state.adding for row in (entry, *events))


@pytest.mark.django_db
def test_a_row_that_is_there_already_is_left_as_it_is() -> None:
    assert Organisation.objects.create(name="甲公司", seal_name="", created_at=NOW)
    assert not insert(Organisation(name="甲公司", seal_name="乙", created_at=NOW), once=("name",))
    assert [row.seal_name for row in Organisation.objects.all()] == [""]
