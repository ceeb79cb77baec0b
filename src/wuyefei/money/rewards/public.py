"""The door of the room: what other rooms may use."""

from .actions import CAMPAIGN_KIND, CampaignOrder, ask_campaign, end, give, take_back
from .models import Campaign, Given
from .queries import came_to, campaigns, get_campaign
from .rules import CampaignKind, CampaignState, Terms, Tier

__all__ = [
    "CAMPAIGN_KIND",
    "Campaign",
    "CampaignKind",
    "CampaignOrder",
    "CampaignState",
    "Given",
    "Terms",
    "Tier",
    "ask_campaign",
    "came_to",
    "campaigns",
    "end",
    "get_campaign",
    "give",
    "take_back",
]
