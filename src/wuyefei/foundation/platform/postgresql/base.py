"""What Django loads as the database of an installation."""

from __future__ import annotations

import select

from django.db.backends.postgresql import base
from psycopg.pq import ConnStatus, TransactionStatus


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that is used again is fit where it is in no transaction and the server has said nothing since its last
    answer: one that ended, or was ended, has closed it, and there is something to read. Otherwise the server is asked."""

    def is_usable(self) -> bool:
        held = self.connection
        if held is None or held.pgconn.status != ConnStatus.OK:
            return False
        waiting = select.poll()
        waiting.register(held.pgconn.socket, select.POLLIN)
        at_rest = held.pgconn.transaction_status == TransactionStatus.IDLE and not waiting.poll(0)
        return at_rest or bool(super().is_usable())
