"""Set up the sandbox channels of an organisation."""

from __future__ import annotations

from wuyefei.foundation.access.actor import SYSTEM, service_actor
from wuyefei.foundation.access.models import Organisation
from wuyefei.money.channels.public import Channel, ChannelSetup, SetupDraft, save_setup

from .keyring import APP_ID, MERCHANT_ID, PLATFORM_SERIAL, SERIAL, Keyring


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
            ),
            actor=actor, community_id=None,
        )
        for channel in Channel
        if channel not in known
    ]  # fmt: skip


def install_everywhere(keys: Keyring) -> None:
    for organisation_id in Organisation.objects.order_by("pk").values_list("pk", flat=True):
        install(organisation_id, keys)
