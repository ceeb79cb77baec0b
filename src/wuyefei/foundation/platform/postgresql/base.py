"""What Django loads as the database of an installation."""

from __future__ import annotations

import select

from django.db.backends.postgresql import base
from psycopg.pq import ConnStatus


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that is used again is fit where the server has said nothing since its last answer: one that ended, or was
    ended, has closed it, and there is something to read. Only then is the server asked."""

    def is_usable(self) -> bool:
        held = self.connection
        if held is None or held.pgconn.status != ConnStatus.OK:
            return False
        waiting = select.poll()
        waiting.register(held.pgconn.socket, select.POLLIN)
        return bool(super().is_usable()) if waiting.poll(0) else True
