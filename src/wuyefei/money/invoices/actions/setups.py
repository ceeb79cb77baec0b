"""The provider an organisation issues through. The secret goes into the vault and never comes out on a page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db import transaction

from wuyefei.foundation import environment
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Invalid
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock, vault

from ..models import Invoice, InvoiceSetup
from ..providing import InvoiceSandboxElsewhere, provider_of
from ..queries import setup_of
from ..rules.requests import NoProvider
from ..rules.states import State
from ..rules.titles import check_tax_number


class InvoicesUnderWay(DomainError):
    code = "invoices_under_way"
    message = "还有 {count} 张发票没有结果，等它们有结果后再换服务或账号。"


@dataclass(frozen=True)
class InvoiceSetupDraft:
    """What is entered. An empty secret keeps the one there is."""

    mode: str
    provider_name: str
    base_url: str
    app_key: str
    signing: str
    secret: str
    provider_key: str
    seller_name: str
    seller_tax_number: str
    auto_issue: bool = False
    enabled: bool = True


@transaction.atomic
def save_invoice_setup(draft: InvoiceSetupDraft, *, actor: Actor) -> InvoiceSetup:
    """Make or change the organisation's setup. Raises ``Invalid`` naming the field, ``InvoicesUnderWay``,
    ``InvoiceSandboxElsewhere``."""
    actor.require_wide(Permission.INVOICE_SETUP)
    row = InvoiceSetup.objects.select_for_update().filter(organisation_id=actor.organisation_id).first()
    before = None if row is None else _told(row)
    if row is None:
        row = InvoiceSetup(organisation_id=actor.organisation_id)
    elif (row.mode, row.base_url, row.app_key) != (draft.mode, draft.base_url.rstrip("/"), draft.app_key):
        under_way = Invoice.objects.filter(organisation_id=actor.organisation_id, state__in=(State.SENT, State.MISMATCH)).count()
        if under_way:
            raise InvoicesUnderWay(count=under_way)
    _check(draft, has_secret=row.pk is not None)
    secret = draft.secret.strip()
    row.mode, row.provider_name, row.base_url = draft.mode, limited(draft.provider_name, "服务商名称", 40, required=True), draft.base_url.rstrip("/")
    row.app_key, row.signing, row.provider_key = draft.app_key, draft.signing, draft.provider_key.strip() or row.provider_key
    row.secrets = vault.seal_secret(json.dumps({"secret": secret})) if secret else row.secrets
    row.seller_name = limited(draft.seller_name, "销售方名称", 100, required=True)
    row.seller_tax_number = check_tax_number(draft.seller_tax_number)
    row.auto_issue, row.enabled, row.changed_at = draft.auto_issue, draft.enabled, clock.now()
    row.tested_at, row.test_result, row.test_passed = None, "", False
    if draft.mode == InvoiceSetup.Mode.LIVE:
        provider_of(row)  # raises for a key that is none, before anything is kept
    row.save()
    audit.record(actor, "invoice.setup", row, before=before, after=_told(row) | {"secret_changed": bool(secret)})
    return row


def _told(row: InvoiceSetup) -> dict[str, object]:
    """What the trail says of a setup: never a secret."""
    return {
        "mode": row.mode, "base_url": row.base_url, "app_key": row.app_key, "signing": row.signing, "seller": row.seller_tax_number,
        "auto_issue": row.auto_issue, "enabled": row.enabled,
    }  # fmt: skip


def _check(draft: InvoiceSetupDraft, *, has_secret: bool) -> None:
    if draft.mode not in InvoiceSetup.Mode.values or draft.signing not in InvoiceSetup.Signing.values:
        raise Invalid(field="签名方式", reason="不认识")
    if not draft.app_key or len(draft.app_key) > 64 or not draft.app_key.isascii() or " " in draft.app_key:
        raise Invalid(field="应用标识", reason="应为字母、数字和符号，最多 64 位")
    if not draft.secret.strip() and not has_secret:
        raise Invalid(field="应用密钥", reason="不能为空")
    if draft.mode == InvoiceSetup.Mode.SANDBOX:
        if not environment.demo_mode():
            raise InvoiceSandboxElsewhere()
        return
    parts = urlsplit(draft.base_url)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment or len(draft.base_url) > 200:
        raise Invalid(field="接口网址", reason="应为 https:// 开头的网址")


def test_connection(*, actor: Actor) -> InvoiceSetup:
    """Ask the provider which seller the account issues for: only a right account and key get that answer, signed."""
    actor.require_wide(Permission.INVOICE_SETUP)
    row = setup_of(actor.organisation_id)
    if row is None:
        raise NoProvider()
    try:
        seller = provider_of(row).seller()
    except DomainError as error:
        passed, result = False, error.text
    else:
        passed = seller == row.seller_tax_number
        result = "连接正常：账号、密钥和销售方税号都对得上。" if passed else "连上了，但服务商账号的税号与这里填的不同，请核对。"
    row.tested_at, row.test_passed, row.test_result = clock.now(), passed, result[:200]
    with transaction.atomic():
        row.save(update_fields=["tested_at", "test_passed", "test_result"])
        audit.record(actor, "invoice.test", row, after={"passed": passed, "result": result[:200]})
    return row
