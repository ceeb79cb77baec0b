"""Constraints looked at while the next rows are prepared refuse what they would have refused at commit."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from wuyefei.foundation.access.models import Community, Organisation
from wuyefei.foundation.platform import clock, meanwhile
from wuyefei.foundation.platform.inserting import drafts, insert_many

pytestmark = pytest.mark.django_db
NOBODY = 987_654_321


def write(organisation_id: int, *names: str) -> None:
    make = drafts(Community, organisation_id=organisation_id)
    insert_many([make(name=name, receipt_prefix=name, sort_key=name) for name in names])


def test_what_may_stand_is_written(organisation: Organisation) -> None:
    with transaction.atomic(), meanwhile.checked_meanwhile():
        write(organisation.pk, *(f"A{n}" for n in range(60)))
        meanwhile.check()
        meanwhile.check()
        write(organisation.pk, "B")
        meanwhile.check()
    connection.check_constraints()
    assert Community.objects.filter(organisation=organisation).count() == 61
    meanwhile.check()  # outside there is nothing to be done
    assert meanwhile._checker.get() is None and not connection.execute_wrappers


def test_a_row_that_may_not_stand_refuses_the_next_statement(organisation: Organisation) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), meanwhile.checked_meanwhile():
        write(organisation.pk, "A")
        write(NOBODY, "B")
        meanwhile.check()
        write(organisation.pk, "C")
        raise AssertionError("went on")
    assert not Community.objects.filter(name__in="ABC").exists()


def test_a_look_that_nobody_waited_for_refuses_at_the_end(organisation: Organisation) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), meanwhile.checked_meanwhile():
        write(NOBODY, "A")
        meanwhile.check()
    assert not Community.objects.filter(name="A").exists()


def test_another_error_is_told_as_it_is(organisation: Organisation) -> None:
    with pytest.raises(KeyError), transaction.atomic(), meanwhile.checked_meanwhile():
        write(NOBODY, "A")
        meanwhile.check()
        raise KeyError("x")
    assert not Community.objects.filter(name="A").exists()


@pytest.fixture
def organisation() -> Organisation:
    return Organisation.objects.create(name="测试物业", created_at=clock.now())
