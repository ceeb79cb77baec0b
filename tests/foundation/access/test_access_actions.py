"""Passwords, second factor, people, roles and places; and what each refuses."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.foundation.access.firm import NOON, PASSWORD, Firm, code_of
from wuyefei.foundation.access import actions
from wuyefei.foundation.access.actions.roles import AlreadyGranted, OwnApproval
from wuyefei.foundation.access.actions.second_factor import AlreadyEnrolled
from wuyefei.foundation.access.actor import load_actor, refreshed
from wuyefei.foundation.access.errors import (
    AccountLocked,
    LastAdministrator,
    NameTaken,
    OwnAccount,
    PasswordRefused,
    WrongCode,
    WrongPassword,
)
from wuyefei.foundation.access.models import Community, Region, RoleGrant, User
from wuyefei.foundation.access.rules import Permission, Role
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import AuditEntry


def audited() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


@pytest.fixture
def admin(firm: Firm) -> User:
    return firm.person("admin", Role.ADMINISTRATOR)


@pytest.mark.parametrize(
    "new", ["short-pw", "123456789012345", "password123", "cashier-123", PASSWORD, "demo-wuyefei"]
)
def test_a_poor_password_is_refused_and_nothing_changes(firm: Firm, new: str) -> None:
    user = firm.person("cashier", Role.CASHIER, factor=False)
    before = User.objects.get(pk=user.pk).password
    with pytest.raises(PasswordRefused):
        actions.change_password(user, PASSWORD, new)
    assert User.objects.get(pk=user.pk).password == before
    assert "access.change_password" not in audited()


def test_refusals_are_said_in_chinese(firm: Firm) -> None:
    user = firm.person("cashier", Role.CASHIER, factor=False)
    with pytest.raises(PasswordRefused) as refused:
        actions.change_password(user, PASSWORD, "12345")
    assert refused.value.data["each"] == ["太短，至少 10 位。", "太常见，容易被猜到。", "不能全是数字。"]


def test_changing_the_password_settles_what_was_owed(firm: Firm) -> None:
    user, temporary = actions.create_user(username="fresh", name="新人甲", actor=firm.operator)
    actions.change_password(user, temporary, "yi-ge-xin-mi-ma")
    user.refresh_from_db()
    assert user.check_password("yi-ge-xin-mi-ma")
    assert (user.must_change_password, user.password_changed_at) == (False, NOON)
    assert audited()[-1] == "access.change_password"


def test_guessing_the_current_password_locks(firm: Firm) -> None:
    user = firm.person("cashier", Role.CASHIER, factor=False)
    for _ in range(5):
        with pytest.raises(WrongPassword):
            actions.change_password(user, "nope", "yi-ge-xin-mi-ma")
    with pytest.raises(AccountLocked) as locked:
        actions.change_password(user, PASSWORD, "yi-ge-xin-mi-ma")
    assert "12:15" in locked.value.text


def test_enrolment_counts_only_after_a_code(firm: Firm) -> None:
    user = firm.person("finance", Role.FINANCE, factor=False)
    begun = actions.enrol_second_factor(user)
    assert actions.enrol_second_factor(user).secret == begun.secret
    assert begun.address.startswith("otpauth://totp/") and begun.secret in begun.address
    with pytest.raises(WrongCode):
        actions.confirm_enrolment(user, "000000")
    user.refresh_from_db()
    assert user.totp_confirmed_at is None
    assert begun.secret.encode() not in bytes(user.totp_secret or b"")
    code = code_of(user)
    assert actions.confirm_enrolment(user, code).totp_confirmed_at == NOON
    assert not actions.confirm_code(user, code, address="").passed
    with pytest.raises(AlreadyEnrolled):
        actions.enrol_second_factor(user)


def test_an_administrator_resets_others_but_not_themself(firm: Firm, admin: User) -> None:
    user = firm.person("finance", Role.FINANCE)
    actor = firm.actor("admin")
    for act in (actions.reset_password, actions.reset_second_factor, actions.end_user, actions.unlock_user):
        with pytest.raises(OwnAccount):
            act(admin.pk, actor=actor)
    temporary = actions.reset_password(user.pk, actor=actor, reason="忘了")
    actions.reset_second_factor(user.pk, actor=actor, reason="换手机")
    user.refresh_from_db()
    assert user.check_password(temporary) and user.must_change_password
    assert (user.totp_secret, user.totp_confirmed_at) == (None, None)
    entry = AuditEntry.objects.order_by("pk").last()
    assert entry is not None
    assert (entry.action, entry.actor_id, entry.subject_id, entry.reason) == (
        "access.reset_second_factor", admin.pk, user.pk, "换手机",
    )  # fmt: skip
    assert temporary not in str(list(AuditEntry.objects.values()))


def test_no_one_gives_themself_a_role_that_approves_money(firm: Firm, admin: User) -> None:
    actor = firm.actor("admin")
    for role in (Role.FINANCE_LEAD, Role.PROJECT_MANAGER, Role.GROUP_MANAGER, Role.FINANCE):
        with pytest.raises(OwnApproval):
            actions.grant_role(admin.pk, role, actor=actor)
    assert RoleGrant.objects.filter(user=admin).count() == 1
    actions.grant_role(admin.pk, Role.AUDITOR, actor=actor)


def test_a_role_holds_in_its_place_and_for_its_time(
    firm: Firm, admin: User, region: Region, community: Community
) -> None:
    other = actions.create_community("望江府", actor=firm.operator)
    user = firm.person("manager")
    actor = firm.actor("admin")
    grant = actions.grant_role(user.pk, Role.PROJECT_MANAGER, actor=actor, region_id=region.pk)
    assert load_actor(user).communities(Permission.BILLING_DRAFT) == {community.pk}
    with pytest.raises(NotFound):
        load_actor(user).require(Permission.BILLING_DRAFT, other.pk)
    with pytest.raises(AlreadyGranted):
        actions.grant_role(user.pk, Role.PROJECT_MANAGER, actor=actor, region_id=region.pk)
    later = NOON.date() + dt.timedelta(days=1)
    actions.grant_role(user.pk, Role.CASHIER, actor=actor, community_id=other.pk, starts_on=later)
    assert not load_actor(user).may(Permission.CASHDESK)
    with clock.at(later):
        assert load_actor(user).communities(Permission.CASHDESK) == {other.pk}
    actions.end_role(grant.pk, actor=actor, reason="调岗")
    assert not load_actor(user).may(Permission.BILLING_DRAFT)
    with pytest.raises(DomainError):
        actions.end_role(grant.pk, actor=actor)


def test_places_and_people_of_elsewhere_are_not_found(firm: Firm, elsewhere: Firm, admin: User) -> None:
    stranger = elsewhere.person("stranger")
    place = actions.create_community("青禾里", actor=elsewhere.operator)
    area = actions.create_region("青禾片", actor=elsewhere.operator)
    foreign = actions.grant_role(stranger.pk, Role.CASHIER, actor=elsewhere.operator)
    user, actor = firm.person("cashier"), firm.actor("admin")
    before = AuditEntry.objects.count()
    refused = [
        lambda: actions.grant_role(stranger.pk, Role.CASHIER, actor=actor),
        lambda: actions.grant_role(user.pk, Role.CASHIER, actor=actor, community_id=place.pk),
        lambda: actions.grant_role(user.pk, Role.CASHIER, actor=actor, region_id=area.pk),
        lambda: actions.end_role(foreign.pk, actor=actor),
        lambda: actions.end_user(stranger.pk, actor=actor),
        lambda: actions.reset_password(stranger.pk, actor=actor),
        lambda: actions.reset_second_factor(stranger.pk, actor=actor),
        lambda: actions.change_community(place.pk, actor=actor, name="改", region_id=None),
        lambda: actions.change_region(area.pk, actor=actor, name="改", parent_id=None),
        lambda: actions.create_region("新片", actor=actor, parent_id=area.pk),
        lambda: actions.create_community("新区", actor=actor, region_id=area.pk),
        lambda: actions.end_user(firm.operator.user_id, actor=actor),
    ]
    for act in refused:
        with pytest.raises(NotFound):
            act()
    assert AuditEntry.objects.count() == before


def test_without_the_right_nothing_is_administered(firm: Firm, community: Community) -> None:
    user = firm.person("manager", Role.PROJECT_MANAGER, community=community)
    actor = load_actor(user)
    for act in (
        lambda: actions.create_user(username="x1", name="甲", actor=actor),
        lambda: actions.grant_role(user.pk, Role.CASHIER, actor=actor),
        lambda: actions.create_region("新片", actor=actor),
        lambda: actions.create_community("新区", actor=actor),
        lambda: actions.end_community(community.pk, actor=actor, ended_on=None),
    ):
        with pytest.raises(Forbidden):
            act()


def test_the_last_administrator_stays(firm: Firm, admin: User) -> None:
    grant = RoleGrant.objects.get(user=admin)
    with pytest.raises(LastAdministrator):
        actions.end_role(grant.pk, actor=firm.actor("admin"))
    with pytest.raises(LastAdministrator):
        actions.end_user(admin.pk, actor=firm.operator)
    firm.person("second", Role.ADMINISTRATOR)
    actions.end_user(admin.pk, actor=firm.actor("second"), reason="离职")
    admin.refresh_from_db()
    assert not admin.is_active
    assert load_actor(admin).roles == frozenset()
    assert RoleGrant.objects.get(pk=grant.pk).ended_on == NOON.date()


def test_an_administrator_is_one_for_the_whole_organisation(firm: Firm, community: Community) -> None:
    user = firm.person("colleague")
    with pytest.raises(Invalid):
        actions.grant_role(user.pk, Role.ADMINISTRATOR, actor=firm.operator, community_id=community.pk)


def test_a_restored_person_starts_anew(firm: Firm, admin: User) -> None:
    user = firm.person("cashier", Role.CASHIER)
    actor = firm.actor("admin")
    actions.end_user(user.pk, actor=actor)
    password = actions.restore_user(user.pk, actor=actor, reason="返岗")
    user.refresh_from_db()
    assert user.is_active and user.must_change_password and user.check_password(password)
    assert load_actor(user).roles == frozenset()
    assert user.totp_confirmed_at is None


@pytest.mark.parametrize("username", ["", "a", "有名字", "a b", "system@1", "x" * 41, "-ab"])
def test_user_names(firm: Firm, username: str) -> None:
    with pytest.raises(Invalid):
        actions.create_user(username=username, name="甲", actor=firm.operator)


def test_a_user_name_is_taken_once_in_any_case_and_organisation(firm: Firm, elsewhere: Firm) -> None:
    firm.person("cashier")
    with pytest.raises(NameTaken):
        actions.create_user(username="CASHIER", name="乙", actor=elsewhere.operator)


def test_communities_by_importers_of_the_whole_organisation(firm: Firm) -> None:
    user = firm.person("finance", Role.FINANCE)
    actor = load_actor(user)
    place = actions.create_community("澜溪湾", actor=actor)
    assert (place.sort_key, place.receipt_prefix) == ("lanxiwan", "LXW")
    assert not actor.may(Permission.IMPORT, place.pk)
    assert refreshed(actor).may(Permission.IMPORT, place.pk)
    assert actions.create_community("临溪湾", actor=actor).receipt_prefix == "LXW2"
    with pytest.raises(NameTaken):
        actions.create_community("澜溪湾", actor=actor)
    with pytest.raises(NameTaken):
        actions.create_community("另一个", actor=actor, receipt_prefix="lxw")
    with pytest.raises(Invalid):
        actions.create_community("另一个", actor=actor, receipt_prefix="2区")


def test_a_region_never_lies_inside_itself(firm: Firm, region: Region) -> None:
    inner = actions.create_region("嘉兴片", actor=firm.operator, parent_id=region.pk)
    innermost = actions.create_region("南湖片", actor=firm.operator, parent_id=inner.pk)
    for parent in (region, inner, innermost):
        with pytest.raises(Invalid):
            actions.change_region(region.pk, actor=firm.operator, name="华东区域", parent_id=parent.pk)
    moved = actions.change_region(innermost.pk, actor=firm.operator, name="南湖区域", parent_id=region.pk)
    assert (moved.name, moved.parent_id) == ("南湖区域", region.pk)


def test_moving_a_community_moves_rights(firm: Firm, region: Region, community: Community) -> None:
    user = firm.person("manager")
    south = actions.create_region("华南区域", actor=firm.operator)
    actions.grant_role(user.pk, Role.HOUSEKEEPER, actor=firm.operator, region_id=south.pk)
    assert load_actor(user).seen == frozenset()
    actions.change_community(community.pk, actor=firm.operator, name="桂语新园", region_id=south.pk)
    assert load_actor(user).seen == {community.pk}
    community.refresh_from_db()
    assert community.sort_key == "guiyuxinyuan"
    actions.end_community(community.pk, actor=firm.operator, ended_on=NOON.date())
    assert audited()[-2:] == ["access.change_community", "access.end_community"]
