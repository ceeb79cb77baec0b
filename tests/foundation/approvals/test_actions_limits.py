"""Who decides on how much: refused in the act itself, and said on the page."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.edges.backoffice.conftest import SignIn, enter
from tests.foundation.approvals.conftest import KIND, Ask
from tests.world import World
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals import queries
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.approvals.errors import NotYours, OverLimit
from wuyefei.foundation.approvals.limiting import OwnLimit, set_limits
from wuyefei.foundation.approvals.models import Decision, Limit, Request
from wuyefei.foundation.approvals.rights import caps_told
from wuyefei.foundation.kernel.errors import Forbidden, Invalid
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.foundation.shell.verify import run_checks

__all__ = ["enter"]


def limit(world: World, fen: int | None, role: Role = Role.FINANCE_LEAD) -> None:
    set_limits({(KIND, role): fen}, reason="年度授权", actor=world["admin"])


def test_a_higher_role_decides_on_what_is_over(world: World, ask: Ask) -> None:
    limit(world, 500000)
    at, over = ask(500000), ask(500001)
    with pytest.raises(OverLimit) as refused:
        decide(over.pk, approved=True, actor=world["lead"])
    assert refused.value.text == "5,000.01 元超出你的复核额度（5,000.00 元），须由额度更高的角色复核：集团/区域管理者。"
    with pytest.raises(OverLimit):
        decide(over.pk, approved=False, actor=world["lead"], note="不同意")
    over.refresh_from_db()
    assert over.state == Request.State.OPEN
    assert not Decision.objects.exists()
    assert [queries.waiting(world[who]) for who in ("lead", "director")] == [1, 2]
    assert [row.pk for row in queries.deciding(world["lead"])] == [at.pk]
    decide(at.pk, approved=True, actor=world["lead"])
    decide(over.pk, approved=True, actor=world["director"])
    assert Decision.objects.count() == 2


def test_nothing_at_all(world: World, ask: Ask) -> None:
    limit(world, 0)
    with pytest.raises(NotYours) as refused:
        decide(ask(None).pk, approved=True, actor=world["lead"])
    assert "集团/区域管理者" in refused.value.text
    limit(world, None)
    decide(ask(10**10).pk, approved=True, actor=world["lead"])


def test_changes_are_recorded_and_refused_whole(world: World) -> None:
    limit(world, 500000)
    entry = AuditEntry.objects.get(action="approvals.limit")
    assert (entry.before, entry.after) == (
        {"kind": "减免违约金", "role": "财务主管", "up_to": "不限"}, {"kind": "减免违约金", "role": "财务主管", "up_to": "5,000.00"}
    )  # fmt: skip
    both = {(KIND, Role.FINANCE_LEAD): 600000, (KIND, Role.GROUP_MANAGER): 900000}
    for changes, reason, actor, error in [
        (both, "全部设限", "admin", Invalid), ({(KIND, Role.CASHIER): 100}, "收银员", "admin", Invalid),
        ({(KIND, Role.FINANCE_LEAD): -1}, "负数", "admin", Invalid), ({(KIND, Role.FINANCE_LEAD): 700000}, " ", "admin", Invalid),
        ({(KIND, Role.FINANCE_LEAD): 700000}, "自己", "lead", Forbidden), ({("no.kind", Role.FINANCE_LEAD): 1}, "没有", "admin", Invalid),
    ]:  # fmt: skip
        with pytest.raises(error):
            set_limits(changes, reason=reason, actor=world[actor])
    assert set_limits({(KIND, Role.FINANCE_LEAD): 500000}, reason="", actor=world["admin"]) == 0
    assert Limit.objects.get().up_to_fen == 500000
    assert AuditEntry.objects.filter(action="approvals.limit").count() == 1


def test_nobody_sets_the_limit_of_their_own_role(world: World) -> None:
    from tests.world import RoleGrant, load_actor
    from wuyefei.foundation.access.models import User

    user = User.objects.get(pk=world["admin"].user_id)
    RoleGrant.objects.create(organisation=world.organisation, user=user, role=Role.FINANCE_LEAD, starts_on="2020-01-01")
    with pytest.raises(OwnLimit):
        set_limits({(KIND, Role.FINANCE_LEAD): 1}, reason="自己", actor=load_actor(user))
    assert not Limit.objects.exists()


def test_the_page_sets_and_says(world: World, ask: Ask, enter: SignIn) -> None:
    admin = enter(world["admin"])
    field = f"{KIND}:{Role.FINANCE_LEAD}"
    wrong = admin.post("/approvals/limits/save", {field: "五千", "reason": "年度授权"})
    assert wrong.status_code == 409
    assert "减免违约金·财务主管：「五千」不是金额" in wrong.content.decode()
    assert admin.post("/approvals/limits/save", {field: "5,000", "reason": "年度授权"}).status_code == 302
    assert Limit.objects.get().up_to_fen == 500000
    ask(600000)
    lead = enter(world["lead"])
    page = lead.get("/approvals/").content.decode()
    assert "6,000.00 元超出你的复核额度（5,000.00 元）" in page
    assert "/approve" not in page
    shown = lead.get("/approvals/limits").content.decode()
    assert "5,000.00" in shown
    assert "保存额度" not in shown
    assert lead.post("/approvals/limits/save", {field: ""}).status_code == 403


def test_the_limit_is_kept_with_the_decision_and_proved(world: World, ask: Ask) -> None:
    limit(world, 500000)
    by_lead, by_director, waiting = ask(400000), ask(400000), ask(100)
    decide(by_lead.pk, approved=True, actor=world["lead"])
    decide(by_director.pk, approved=True, actor=world["director"])
    assert dict(Decision.objects.values_list("request_id", "cap_fen")) == {by_lead.pk: 500000, by_director.pk: None}
    rows = Request.objects.order_by("pk")
    assert caps_told(world.organisation.pk, rows) == {by_lead.pk: (500000,), by_director.pk: (), waiting.pk: (500000,)}
    limit(world, 300000)
    assert run_checks(world.organisation.pk, only=["approvals.limits"]).holds, "a limit lowered later says nothing of earlier decisions"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE approvals_decision DISABLE TRIGGER USER")
        cursor.execute("UPDATE approvals_decision SET cap_fen = 399999 WHERE request_id = %s", [by_lead.pk])
        cursor.execute("ALTER TABLE approvals_decision ENABLE TRIGGER USER")
    found = run_checks(world.organisation.pk, only=["approvals.limits"]).first
    assert found is not None and found.row_id == Decision.objects.get(request=by_lead).pk
