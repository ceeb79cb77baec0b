"""The door of the room: what other rooms may use."""

from .actions import declare, lock_declarations, settle
from .models import Declaration
from .queries import confirmed, leases, settled, term_of
from .rules import DeclaredRow

__all__ = ["Declaration", "DeclaredRow", "confirmed", "declare", "leases", "lock_declarations", "settle", "settled", "term_of"]
