"""What an account is bound to, kept in step with the registers its mobile stands in."""

from __future__ import annotations

import dataclasses

from django.db import transaction

from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.actor import SYSTEM, Actor, service_actor
from wuyefei.foundation.platform import audit, clock, vault

from ..finding import Registered, homes_of, registered
from ..marks import new_token
from ..models import Account, Binding
from ..queries import Place
from ..rules import Kind


def acting(organisation_id: int, mobile_shown: str) -> Actor:
    """Who stands in the trail for what an owner does: the system, in the owner's (masked) name."""
    system = service_actor(organisation_id, SYSTEM)
    return dataclasses.replace(system, name=f"业主端 {mobile_shown}")


def acting_for(place: Place) -> Actor:
    return acting(place.organisation_id, place.mobile_shown)


@transaction.atomic
def refresh_bindings(account_id: int) -> None:
    """Bind the account to every property of the persons its mobile stands for; end what no longer holds."""
    account = Account.objects.select_for_update().get(pk=account_id)
    found = {row.person_id: row for row in registered(vault.open_secret(bytes(account.mobile_locked)))}
    present = {(row.property_id, row.person_id): row for row in account.bindings.filter(ended_at__isnull=True)}
    wanted = {(home, person_id): row for person_id, row in found.items() for home in homes_of(row)}
    for (home, person_id), row in wanted.items():
        if (home, person_id) not in present:
            _bind(account, home, row)
        elif present[home, person_id].kind == Kind.REGISTERED and present[home, person_id].mark != row.mark:
            Binding.objects.filter(pk=present[home, person_id].pk).update(mark=row.mark)
    gone = [row for key, row in present.items() if row.kind == Kind.REGISTERED and key not in wanted]
    for binding in gone:
        end_binding(binding, acting(binding.organisation_id, account.mobile_shown), "手机号已不在登记信息中")
    account.bound_at = clock.now()
    account.save(update_fields=["bound_at"])


def _bind(account: Account, property_id: int, found: Registered) -> None:
    home = Property.objects.get(pk=property_id, community_id=found.community_id)
    row = Binding.objects.create(
        organisation_id=found.organisation_id, community_id=found.community_id, property=home, person_id=found.person_id,
        account=account, kind=Kind.REGISTERED, mark=found.mark, token=new_token(12), made_at=clock.now(),
    )  # fmt: skip
    actor = acting(found.organisation_id, account.mobile_shown)
    audit.record(actor, "account.bind", row, after={"property": home.code, "kind": str(Kind.REGISTERED)})


def end_binding(row: Binding, actor: Actor, reason: str) -> None:
    """End a binding whose row the caller may end."""
    row.ended_at = clock.now()
    row.save(update_fields=["ended_at"])
    audit.record(actor, "account.unbind", row, reason=reason)
