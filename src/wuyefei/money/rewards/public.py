"""The door of the room: what other rooms may use."""

from .actions import CAMPAIGN_KIND, CampaignOrder, ask_campaign, end, give, take_back
from .models import Campaign, Given
from .queries import Progress, came_to, campaigns, due_back, get_campaign, progress_at
from .rules import CampaignKind, CampaignState, Terms, Tier

__all__ = [
    "CAMPAIGN_KIND",
    "Campaign",
    "CampaignKind",
    "CampaignOrder",
    "CampaignState",
    "Given",
    "Progress",
    "Terms",
    "Tier",
    "ask_campaign",
    "came_to",
    "campaigns",
    "due_back",
    "end",
    "get_campaign",
    "give",
    "progress_at",
    "take_back",
]
