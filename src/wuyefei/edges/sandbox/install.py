"""Set up the sandbox channels and the sandbox invoice provider of an organisation."""

from __future__ import annotations

from wuyefei.foundation.access.actor import SYSTEM, service_actor
from wuyefei.foundation.access.models import Organisation
from wuyefei.money.channels.public import Channel, ChannelSetup, SetupDraft, save_setup
from wuyefei.money.invoices.public import (
    InvoiceSetup,
    InvoiceSetupDraft,
    check_sign,
    save_invoice_setup,
    setup_of,
)

from .keyring import APP_ID, INVOICE_APP, MERCHANT_ID, PLATFORM_SERIAL, SERIAL, Keyring


def install(organisation_id: int, keys: Keyring) -> list[ChannelSetup]:
    """Both channels as sandboxes for the whole organisation; what is set up already is left as it is."""
    actor = service_actor(organisation_id, SYSTEM)
    known = set(ChannelSetup.objects.filter(organisation_id=organisation_id).values_list("channel", flat=True))
    return [
        save_setup(
            SetupDraft(
                channel=channel, mode="sandbox", app_id=APP_ID, merchant_id=MERCHANT_ID, serial=SERIAL,
                platform_serial=PLATFORM_SERIAL, platform_key=keys.platform_public, merchant_key=keys.merchant_private,
                api_key=keys.api_key if channel is Channel.WECHAT else "",
                app_secret=keys.app_secret if channel is Channel.WECHAT else "",
            ),
            actor=actor, community_id=None,
        )
        for channel in Channel
        if channel not in known
    ]  # fmt: skip


SELLER_BODY = "91330100DEMA00000"
SELLER = SELLER_BODY + check_sign(SELLER_BODY)
"""The seller's tax number of every sandbox: right in form, and nobody's."""


def install_invoices(organisation_id: int, keys: Keyring, *, auto_issue: bool = True) -> InvoiceSetup:
    """The sandbox invoice provider for an organisation that has none. ``auto_issue``: what is asked for goes out by itself."""
    known = setup_of(organisation_id)
    if known is not None:
        return known
    seller = Organisation.objects.get(pk=organisation_id)
    draft = InvoiceSetupDraft(
        mode=InvoiceSetup.Mode.SANDBOX, provider_name="沙箱数电票", base_url="", app_key=INVOICE_APP, signing=InvoiceSetup.Signing.HMAC,
        secret=keys.invoice_secret, provider_key="", seller_name=seller.seal_name or seller.name, seller_tax_number=SELLER, auto_issue=auto_issue,
    )  # fmt: skip
    return save_invoice_setup(draft, actor=service_actor(organisation_id, SYSTEM))


def install_everywhere(keys: Keyring) -> None:
    for organisation_id in Organisation.objects.order_by("pk").values_list("pk", flat=True):
        install(organisation_id, keys)
        install_invoices(organisation_id, keys)
