"""What a voucher file will hold, and what was handed over before."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import translation

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.money.ledger.public import ACCOUNT_NAMES, Account, journal, source_of

from ..models import AccountCode, VoucherExport
from ..vouchers import Booked, Voucher, default_code, vouchers
from .scope import Scope


def exports(actor: Actor) -> QuerySet[VoucherExport]:
    """Files of communities the actor may export; those of the whole organisation for who may export all of it."""
    here = Q(community_id__in=actor.communities(Permission.EXPORT))
    if Permission.EXPORT in actor.wide:
        here |= Q(community_id__isnull=True)
    return VoucherExport.objects.filter(here, organisation_id=actor.organisation_id).select_related("community", "made_by")


def earlier(scope: Scope, target: str) -> VoucherExport | None:
    """The latest file for the same program that already holds vouchers of these days and places."""
    rows = VoucherExport.objects.filter(
        organisation_id=scope.actor.organisation_id, target=target, first__lte=scope.last, last__gte=scope.first
    ).select_related("made_by", "community")
    if scope.community_id is not None:
        rows = rows.filter(Q(community_id=scope.community_id) | Q(community_id__isnull=True))
    return rows.order_by("-pk").first()


def codes(actor: Actor, target: str) -> dict[str, tuple[str, str]]:
    """Every account of ours with its code and name there."""
    own = {
        row.account: (row.code, row.name)
        for row in AccountCode.objects.filter(organisation_id=actor.organisation_id, target=target)
    }
    return {
        account.value: own.get(account.value, (default_code(target, account.value), ACCOUNT_NAMES[account])) for account in sorted(Account)
    }


def vouchers_of(scope: Scope, *, each: bool) -> Iterator[Voucher]:
    """The vouchers of the scope in order of day."""
    names = {place.pk: place.name for place in scope.communities}
    kinds: dict[str, str] = {}

    def booked() -> Iterator[Booked]:
        for entry in journal(scope.actor, scope.communities, scope.first, scope.last):
            if entry.kind not in kinds:
                with translation.override(settings.LANGUAGE_CODE):
                    kinds[entry.kind] = str(source_of(entry.kind).label)
            legs = tuple((leg.account.value, leg.amount_fen) for leg in entry.legs)
            yield Booked(entry.id, names[entry.community_id], entry.entry_date, entry.kind, entry.memo, legs)

    return vouchers(booked(), each=each, labels=kinds)
