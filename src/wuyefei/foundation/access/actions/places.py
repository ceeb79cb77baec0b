"""The tree of places: organisations, regions, communities."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.db import transaction

from wuyefei.foundation.kernel.errors import Forbidden, Invalid
from wuyefei.foundation.kernel.text import pinyin_initials, pinyin_key, tidy
from wuyefei.foundation.platform import audit, clock

from ..actor import OPERATOR, SYSTEM, Actor, service_actor
from ..errors import NameTaken
from ..models import Community, Organisation, Region
from ..rules import PERMISSION_NAMES, Permission
from .finding import locked_community, locked_region

PREFIX = re.compile(r"[A-Z][A-Z0-9]{0,7}")
PHONE = re.compile(r"\+?[0-9][0-9 -]{1,18}[0-9](转[0-9]{1,6})?")


def _name(name: str) -> str:
    name = tidy(name)
    if not name or len(name) > 80:
        raise Invalid(field="名称", reason="应为 1–80 个字。")
    return name


def _phone(text: str) -> str:
    """A services phone as it is printed: 400-000-0000, 0571-8000000转8; blank for none."""
    phone = tidy(text)
    if phone and not PHONE.fullmatch(phone):
        raise Invalid(field="服务电话", reason="应为电话号码，如 0571-8000000 或 400-000-0000。")
    return phone


def suggest_prefix(organisation_id: int, name: str) -> str:
    """A free receipt prefix from the name's pinyin initials: 澜溪湾 → LXW, then LXW2 …"""
    letters = re.sub(r"[^A-Z0-9]", "", pinyin_initials(name).upper())[:6]
    stem = letters if letters[:1].isalpha() else f"X{letters}"[:6]
    taken = set(
        Community.objects.filter(organisation_id=organisation_id).values_list("receipt_prefix", flat=True)
    )
    number = 2
    prefix = stem
    while prefix in taken:
        prefix, number = f"{stem[: 8 - len(str(number))]}{number}", number + 1
    return prefix


@transaction.atomic
def create_organisation(name: str, *, seal_name: str = "") -> Organisation:
    """A new organisation with its two service identities. Only the command line and the demo generator call this."""
    name = _name(name)
    if Organisation.objects.filter(name=name).exists():
        raise NameTaken(name=name)
    organisation = Organisation.objects.create(
        name=name, seal_name=tidy(seal_name)[:80], created_at=clock.now()
    )
    service_actor(organisation.pk, SYSTEM)
    operator = service_actor(organisation.pk, OPERATOR)
    audit.record(operator, "access.create_organisation", organisation, after={"name": name})
    return organisation


@transaction.atomic
def create_region(name: str, *, actor: Actor, parent_id: int | None = None) -> Region:
    actor.require_wide(Permission.ADMIN)
    name = _free_region(_name(name), actor)
    parent = locked_region(parent_id, actor) if parent_id else None
    region = Region.objects.create(organisation_id=actor.organisation_id, parent=parent, name=name)
    audit.record(actor, "access.create_region", region, after=_region_facts(region))
    return region


@transaction.atomic
def change_region(region_id: int, *, actor: Actor, name: str, parent_id: int | None) -> Region:
    """Rename and move. Raises ``Invalid`` where the region would come to lie inside itself."""
    actor.require_wide(Permission.ADMIN)
    Organisation.objects.select_for_update().get(pk=actor.organisation_id)  # one change of the tree at a time
    region = locked_region(region_id, actor)
    before = _region_facts(region)
    region.name = _free_region(_name(name), actor, region.pk)
    region.parent = locked_region(parent_id, actor) if parent_id else None
    above = region.parent
    while above is not None:
        if above.pk == region.pk:
            raise Invalid(field="上级区域", reason="不能移到它自己或它的下级里面。")
        above = above.parent
    region.save(update_fields=["name", "parent"])
    audit.record(actor, "access.change_region", region, before=before, after=_region_facts(region))
    return region


def _region_facts(region: Region) -> dict[str, Any]:
    return {"name": region.name, "parent": region.parent.name if region.parent else None}


def _free_region(name: str, actor: Actor, but: int = 0) -> str:
    if Region.objects.filter(organisation_id=actor.organisation_id, name=name).exclude(pk=but).exists():
        raise NameTaken(name=name)
    return name


@transaction.atomic
def create_community(
    name: str, *, actor: Actor, region_id: int | None = None, receipt_prefix: str = "", address: str = "", phone: str = ""
) -> Community:
    """A new community, by an administrator or an importer of the whole organisation.

    ``actor`` does not see it yet: go on with ``actor.refreshed(actor)``. Without ``receipt_prefix`` one is found.
    """
    if not {Permission.ADMIN, Permission.IMPORT} & actor.wide:
        raise Forbidden(permission=PERMISSION_NAMES[Permission.ADMIN])
    name = _free_community(_name(name), actor)
    prefix = tidy(receipt_prefix).upper() or suggest_prefix(actor.organisation_id, name)
    if not PREFIX.fullmatch(prefix):
        raise Invalid(field="收据字头", reason="应为 1–8 位大写字母或数字，以字母开头。")
    if Community.objects.filter(organisation_id=actor.organisation_id, receipt_prefix=prefix).exists():
        raise NameTaken(name=prefix)
    community = Community.objects.create(
        organisation_id=actor.organisation_id,
        region=locked_region(region_id, actor) if region_id else None,
        name=name,
        sort_key=pinyin_key(name),
        receipt_prefix=prefix,
        address=tidy(address)[:160],
        phone=_phone(phone),
    )
    after = _community_facts(community) | {"receipt_prefix": prefix}
    audit.record(actor, "access.create_community", community, community_id=community.pk, after=after)
    return community


@transaction.atomic
def change_community(
    community_id: int, *, actor: Actor, name: str, region_id: int | None, address: str = "", phone: str = ""
) -> Community:
    """Rename, move to another region, correct the address and the services phone. The receipt prefix stays for good."""
    actor.require_wide(Permission.ADMIN)
    community = locked_community(community_id, actor)
    before = _community_facts(community)
    community.name = _free_community(_name(name), actor, community.pk)
    community.sort_key = pinyin_key(community.name)
    community.region = locked_region(region_id, actor) if region_id else None
    community.address = tidy(address)[:160]
    community.phone = _phone(phone)
    community.save(update_fields=["name", "sort_key", "region", "address", "phone"])
    after = _community_facts(community)
    audit.record(
        actor, "access.change_community", community, community_id=community.pk, before=before, after=after
    )
    return community


@transaction.atomic
def end_community(
    community_id: int, *, actor: Actor, ended_on: dt.date | None, reason: str = ""
) -> Community:
    """Note that the company no longer runs the community; None takes it back. Its rows stay."""
    actor.require_wide(Permission.ADMIN)
    community = locked_community(community_id, actor)
    before = {"ended_on": community.ended_on}
    community.ended_on = ended_on
    community.save(update_fields=["ended_on"])
    audit.record(
        actor,
        "access.end_community",
        community,
        community_id=community.pk,
        before=before,
        after={"ended_on": ended_on},
        reason=reason,
    )
    return community


def _community_facts(community: Community) -> dict[str, Any]:
    region = community.region.name if community.region else None
    return {"name": community.name, "region": region, "address": community.address, "phone": community.phone}


def _free_community(name: str, actor: Actor, but: int = 0) -> str:
    if Community.objects.filter(organisation_id=actor.organisation_id, name=name).exclude(pk=but).exists():
        raise NameTaken(name=name)
    return name
