"""The door of the room: what other rooms may use."""

from .actions import Asked, choose, confirm, record
from .models import Choice, Consultation
from .packs import packs
from .queries import consultations, pack_on, packs_on, terms_of
from .rules import LocalRule, NeedsConsultation, Pack, Votes

__all__ = [
    "Asked", "Choice", "Consultation", "LocalRule", "NeedsConsultation", "Pack", "Votes", "choose", "confirm", "consultations", "pack_on", "packs",
    "packs_on", "record", "terms_of",
]  # fmt: skip
