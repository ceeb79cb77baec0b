"""The door of the room: what other rooms may use."""

from .actions import MissSettled, answer, watch, watch_all, watch_now
from .models import Answer, Miss
from .queries import before_manager, misses

__all__ = ["Answer", "Miss", "MissSettled", "answer", "before_manager", "misses", "watch", "watch_all", "watch_now"]
