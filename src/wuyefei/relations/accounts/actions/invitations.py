"""Family and tenants are let in by invitation, and put out again."""

from __future__ import annotations

from django.db import transaction

from wuyefei.foundation.kernel.errors import Invalid, NotFound
from wuyefei.foundation.platform import audit, clock

from .. import rules
from ..marks import hashed, new_token
from ..models import Account, Binding, Invitation
from ..queries import Owner, Place, guests, open_invitation
from ..rules import GUESTS, InvitationOver, Kind, NotYours, TooManyGuests
from .bindings import acting, acting_for, end_binding


@transaction.atomic
def invite(owner: Owner, place: Place, kind: str) -> str:
    """Open an invitation to ``place`` for family or a tenant; returns the token of its link, shown this once.

    Raises ``NotYours`` where the place is not one's own register entry, ``TooManyGuests`` beyond the limit.
    """
    if kind not in GUESTS:
        raise Invalid(field="身份", reason="请选择家人或租户")
    if place.kind != Kind.REGISTERED:
        raise NotYours()
    Account.objects.select_for_update().get(pk=owner.account_id)
    if len(guests(place)) >= rules.MAX_GUESTS:
        raise TooManyGuests(limit=rules.MAX_GUESTS)
    token, now = new_token(), clock.now()
    row = Invitation.objects.create(
        organisation_id=place.organisation_id, community_id=place.community_id, property_id=place.property_id,
        person_id=place.person_id, invited_by_id=owner.account_id, kind=kind, token_hash=hashed(token), made_at=now,
        expires_at=now + rules.INVITATION_LIFE,
    )  # fmt: skip
    audit.record(acting_for(place), "account.invite", row, after={"property": place.property_code, "kind": kind})
    return token


@transaction.atomic
def accept(owner: Owner, token: str) -> Binding:
    """Bind the account by an open invitation, once. Raises ``InvitationOver``."""
    found = open_invitation(token)
    if found is None:
        raise InvitationOver()
    row = Invitation.objects.select_for_update().get(pk=found.pk)
    if row.accepted_at or row.revoked_at:
        raise InvitationOver()
    Account.objects.select_for_update().get(pk=owner.account_id)
    already = Binding.objects.filter(
        account_id=owner.account_id, property_id=row.property_id, person_id=row.person_id, ended_at__isnull=True
    ).first()
    if already is not None:
        return already
    row.accepted_at = clock.now()
    row.save(update_fields=["accepted_at"])
    binding = Binding.objects.create(
        organisation_id=row.organisation_id, community_id=row.community_id, property_id=row.property_id,
        person_id=row.person_id, account_id=owner.account_id, invitation=row, kind=row.kind, mark="", token=new_token(12),
        since=clock.today() if row.kind == Kind.TENANT else None, made_at=clock.now(),
    )  # fmt: skip
    actor = acting(row.organisation_id, owner.mobile_shown)
    audit.record(actor, "account.accept", binding, after={"property": row.property.code, "kind": row.kind})
    return binding


@transaction.atomic
def revoke(place: Place, invitation_id: int) -> None:
    """End an invitation to one's own place and whatever came of it, at once. ``NotFound`` for anybody else's."""
    row = (
        Invitation.objects.select_for_update()
        .filter(pk=invitation_id, property_id=place.property_id, person_id=place.person_id, revoked_at__isnull=True)
        .first()
    )
    if row is None or place.kind != Kind.REGISTERED:
        raise NotFound()
    row.revoked_at = clock.now()
    row.save(update_fields=["revoked_at"])
    actor = acting_for(place)
    audit.record(actor, "account.revoke", row)
    for binding in Binding.objects.select_for_update().filter(invitation=row, ended_at__isnull=True):
        end_binding(binding, actor, "邀请已停用")


@transaction.atomic
def leave(owner: Owner, place: Place) -> None:
    """A guest gives up a place by themself; a registered binding stays while the register says so."""
    row = Binding.objects.select_for_update().filter(token=place.token, account_id=owner.account_id, ended_at__isnull=True).first()
    if row is None or row.kind == Kind.REGISTERED:
        raise NotFound()
    end_binding(row, acting_for(place), "自己退出")
