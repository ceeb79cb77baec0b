"""The door of the room: what other rooms may use."""

from .actions.bindings import acting_for, refresh_bindings
from .actions.codes import ask_code, ask_code_by_room, confirm_code, forget_codes
from .actions.invitations import accept, invite, leave, revoke
from .actions.sessions import end_other_sessions, end_session, open_session, set_large_type, touch
from .comparing import same_layout_average
from .models import Account, Binding, Invitation
from .queries import (
    Owner,
    Place,
    bills,
    community_of,
    get_account,
    get_bill,
    get_payment_by_receipt,
    get_place,
    get_receipt_of,
    guests,
    open_invitation,
    open_now,
    owner_of_session,
    payments_of,
    places,
    prepaid_fen,
    reader,
    sessions,
)
from .rules import GUESTS, KIND_NAMES, LEAST_HOMES, SESSION_LIFE, InvitationOver, Kind
from .sandbox import message_for
from .sending import CodeMessage, register_code_sender

__all__ = [
    "GUESTS",
    "KIND_NAMES",
    "LEAST_HOMES",
    "SESSION_LIFE",
    "Account",
    "Binding",
    "CodeMessage",
    "Invitation",
    "InvitationOver",
    "Kind",
    "Owner",
    "Place",
    "accept",
    "acting_for",
    "ask_code",
    "ask_code_by_room",
    "bills",
    "community_of",
    "confirm_code",
    "end_other_sessions",
    "end_session",
    "forget_codes",
    "get_account",
    "get_bill",
    "get_payment_by_receipt",
    "get_place",
    "get_receipt_of",
    "guests",
    "invite",
    "leave",
    "message_for",
    "open_invitation",
    "open_now",
    "open_session",
    "owner_of_session",
    "payments_of",
    "places",
    "prepaid_fen",
    "reader",
    "refresh_bindings",
    "register_code_sender",
    "revoke",
    "same_layout_average",
    "sessions",
    "set_large_type",
    "touch",
]
