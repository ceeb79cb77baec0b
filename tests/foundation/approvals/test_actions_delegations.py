"""A right to decide lent to a colleague: for a time, on record, and never round the four eyes."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from tests.edges.backoffice.conftest import SignIn, enter
from tests.foundation.approvals.conftest import KIND, TODAY, Ask
from tests.scenarios.together import at_once
from tests.world import World, actor_of
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals import queries
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.approvals.delegating import (
    AlreadyLent,
    CannotStandIn,
    NothingToLend,
    delegate,
    eligible,
    withdraw,
)
from wuyefei.foundation.approvals.errors import GiverIsMaker, OverLimit, SamePerson
from wuyefei.foundation.approvals.limiting import set_limits
from wuyefei.foundation.approvals.models import Decision, Delegation, Request
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.foundation.shell.verify import run_checks

__all__ = ["enter"]
LAST = dt.date(2026, 3, 6)


def lend(world: World, taker: str = "legal", giver: str = "lead", last: dt.date = LAST) -> Delegation:
    return delegate(world[taker].user_id, starts_on=clock.today(), ends_on=last, reason="年假", actor=world[giver])


def test_who_stands_in_decides_in_the_givers_name_until_the_last_day(world: World, ask: Ask) -> None:
    first, second, third = ask(100), ask(200), ask(300)
    with pytest.raises(NotFound):
        decide(first.pk, approved=True, actor=world["legal"])
    row = lend(world)
    assert queries.waiting(world["legal"]) == 3
    decide(first.pk, approved=True, actor=world["legal"])
    decision = Decision.objects.get()
    assert (decision.person_id, decision.behalf_id, decision.delegation_id) == (world["legal"].user_id, world["lead"].user_id, row.pk)
    assert decision.by == "legal甲 代 lead甲"
    names = AuditEntry.objects.filter(action__in=[f"{KIND}.approve", "test.done"]).values_list("actor_name", "actor_id")
    assert list(names) == [("legal甲 代 lead甲", world["legal"].user_id)] * 2
    with clock.at(LAST):
        decide(second.pk, approved=False, actor=world["legal"], note="缺附件")
    with clock.at(LAST + dt.timedelta(days=1)):
        assert queries.waiting(world["legal"]) == 0
        with pytest.raises(NotFound):
            decide(third.pk, approved=True, actor=world["legal"])
        assert queries.requests(world["legal"]).count() == 2  # what they decided stays theirs to see


def test_withdrawn_it_counts_no_more(world: World, ask: Ask) -> None:
    row, asked = lend(world), ask(100)
    for who, error in (("legal", Forbidden), ("cashier", NotFound), ("outsider", NotFound)):
        with pytest.raises(error):
            withdraw(row.pk, actor=world[who])
    withdraw(row.pk, actor=world["lead"])
    with pytest.raises(DomainError):
        withdraw(row.pk, actor=world["lead"])
    with pytest.raises(NotFound):
        decide(asked.pk, approved=True, actor=world["legal"])
    assert [entry.action for entry in AuditEntry.objects.filter(subject_type="delegation").order_by("id")] == [
        "approvals.delegate", "approvals.withdraw",
    ]  # fmt: skip


def test_four_eyes_hold_through_the_delegate(world: World, ask: Ask) -> None:
    of_the_giver, of_the_taker = ask(100, by="lead"), ask(200, by="legal")
    lend(world)
    with pytest.raises(GiverIsMaker):
        decide(of_the_giver.pk, approved=True, actor=world["legal"])
    with pytest.raises(SamePerson):
        decide(of_the_taker.pk, approved=True, actor=world["legal"])
    assert queries.waiting(world["legal"]) == 0
    assert not Decision.objects.exists()
    # who holds the right themselves is a second person to the giver all the same
    lend(world, taker="director")
    decide(of_the_giver.pk, approved=True, actor=world["director"])
    assert Decision.objects.get().behalf is None


def test_the_database_refuses_it_too(world: World, ask: Ask) -> None:
    asked, row = ask(100, by="lead"), lend(world)
    other = lend(world, giver="director")
    facts = {"request": asked, "maker_id": asked.maker_id, "person_id": world["legal"].user_id, "approved": True, "at": clock.now()}
    for behalf, through in ((world["lead"].user_id, row), (world["director"].user_id, row), (world["director"].user_id, None), (None, row)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Decision.objects.create(**facts, behalf_id=behalf, delegation=through)
    with pytest.raises(IntegrityError), transaction.atomic():
        Delegation.objects.filter(pk=other.pk).update(ends_on=dt.date(2027, 1, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Delegation.objects.filter(pk=other.pk).delete()


def test_the_limit_of_the_giver_counts(world: World, ask: Ask) -> None:
    set_limits({(KIND, Role.FINANCE_LEAD): 500000}, reason="年度授权", actor=world["admin"])
    lend(world)
    over = ask(500001)
    with pytest.raises(OverLimit):
        decide(over.pk, approved=True, actor=world["legal"])
    lend(world, giver="director")
    decide(over.pk, approved=True, actor=world["legal"])
    assert Decision.objects.get().behalf_id == world["director"].user_id


def test_whom_and_what_one_may_lend(world: World) -> None:
    legal = User.objects.filter(pk=world["legal"].user_id)
    assert {user.pk for user in eligible(world["lead"])} == {world[n].user_id for n in ("finance", "manager", "auditor", "collector", "director", "legal")}
    for taker, giver, error in (
        ("cashier", "lead", CannotStandIn), ("admin", "lead", CannotStandIn), ("admin", "cashier", NothingToLend), ("outsider", "lead", NotFound), ("lead", "lead", Invalid),
    ):  # fmt: skip
        with pytest.raises(error):
            lend(world, taker, giver)
    lend(world)
    with pytest.raises(AlreadyLent):
        lend(world, last=LAST + dt.timedelta(days=9))
    with pytest.raises(NothingToLend):  # what is lent is not lent on
        lend(world, taker="collector", giver="legal")
    legal.update(totp_confirmed_at=None)
    with pytest.raises(CannotStandIn):
        lend(world, giver="director")
    assert Delegation.objects.count() == 1


def test_a_loan_ends_with_the_second_factor_and_with_the_givers_right(world: World, ask: Ask) -> None:
    ask(100)
    lend(world)
    assert queries.waiting(world["legal"]) == 1
    User.objects.filter(pk=world["legal"].user_id).update(totp_confirmed_at=None)
    assert queries.waiting(world["legal"]) == 0
    User.objects.filter(pk=world["legal"].user_id).update(totp_confirmed_at=clock.now())
    User.objects.filter(pk=world["lead"].user_id).update(is_active=False)
    assert queries.waiting(world["legal"]) == 0


def test_lent_in_one_community_only(world: World, ask: Ask) -> None:
    from wuyefei.foundation.access.models import Community

    other = Community.objects.create(organisation=world.organisation, name="桂语东苑", sort_key="guiyudongyuan", receipt_prefix="GD")
    near = actor_of(world.organisation, "near", Role.LEGAL, other)
    User.objects.filter(pk=near.user_id).update(totp_confirmed_at=clock.now())
    asked = ask(100)
    days = {"starts_on": TODAY, "ends_on": LAST, "reason": "出差"}
    from wuyefei.foundation.access.actor import refreshed

    lead = refreshed(world["lead"])
    with pytest.raises(CannotStandIn):
        delegate(near.user_id, community_id=world.community.pk, actor=lead, **days)
    with pytest.raises(NotFound):
        delegate(near.user_id, community_id=world.other_community.pk, actor=lead, **days)
    delegate(near.user_id, actor=lead, **days)  # everywhere, yet only where the taker has a role
    with pytest.raises(NotFound):
        decide(asked.pk, approved=True, actor=near)


@pytest.mark.django_db(transaction=True)
def test_withdrawn_and_decided_at_once(world: World, ask: Ask) -> None:
    day = dt.date(2026, 1, 10)
    with clock.at(day):
        row, asked = lend(world, last=day), ask(100)
    results = at_once(
        lambda: withdraw(row.pk, actor=world["lead"]), lambda: decide(asked.pk, approved=True, actor=world["legal"])
    )
    asked.refresh_from_db()
    decided = Decision.objects.filter(request=asked).exists()
    assert isinstance(results[0], Delegation)
    assert decided == (asked.state == Request.State.APPROVED) == isinstance(results[1], Request)


def test_the_pages(world: World, ask: Ask, enter: SignIn) -> None:
    asked, lead = ask(123456), enter(world["lead"])
    form = {"taker": world["legal"].user_id, "starts_on": "2026-03-02", "ends_on": "2026-03-01", "reason": "年假"}
    wrong = lead.post("/approvals/delegations/new", form)
    assert wrong.status_code == 409
    assert "结束日期：不能早于开始日期" in wrong.content.decode()
    assert 'value="年假"' in wrong.content.decode()
    assert lead.post("/approvals/delegations/new", form | {"ends_on": "2026-03-06"}).status_code == 302
    legal = enter(world["legal"])
    page = legal.get("/approvals/").content.decode()
    assert "lead甲 委托你代为复核" in page
    assert "代 lead甲 通过" in page
    assert legal.post(f"/approvals/{asked.pk}/approve").status_code == 302
    assert "legal甲 代 lead甲" in lead.get("/approvals/history").content.decode()
    row = Delegation.objects.get()
    assert "委托一位同事" not in legal.get("/approvals/delegations").content.decode()
    assert legal.post(f"/approvals/delegations/{row.pk}/withdraw").status_code == 403
    assert lead.post(f"/approvals/delegations/{row.pk}/withdraw").status_code == 302
    assert "已撤回" in lead.get("/approvals/delegations").content.decode()
    assert row.pk not in queries.delegations(world["cashier"]).values_list("pk", flat=True)


def test_verify_finds_a_decision_outside_what_was_lent(world: World, ask: Ask) -> None:
    lend(world)
    decide(ask(100).pk, approved=True, actor=world["legal"])
    assert run_checks(world.organisation.pk, only=["approvals.delegations", "approvals.limits"]).holds
    facts = {"before": TODAY - dt.timedelta(days=1), "other": world.other_community.pk}
    for sql in (
        "UPDATE approvals_delegation SET ends_on = %(before)s, starts_on = %(before)s", "UPDATE approvals_delegation SET community_id = %(other)s",
        "UPDATE approvals_delegation SET withdrawn_at = made_at - interval '1 second', withdrawn_by_id = giver_id",
        "UPDATE access_rolegrant SET ended_on = %(before)s, starts_on = %(before)s WHERE user_id = (SELECT giver_id FROM approvals_delegation)",
    ):  # fmt: skip
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                for table in ("approvals_delegation", "access_rolegrant"):
                    cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
                cursor.execute(sql, facts)
            found = run_checks(world.organisation.pk, only=["approvals.delegations"]).first
            assert found is not None and found.row_id == Decision.objects.get().pk, sql
            transaction.set_rollback(True)
