"""The door of the room: what other rooms may use."""

from .actions import MissSettled, answer, watch_all, watch_now
from .models import Answer, Miss
from .queries import misses

__all__ = ["Answer", "Miss", "MissSettled", "answer", "misses", "watch_all", "watch_now"]
