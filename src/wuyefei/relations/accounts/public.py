"""The door of the room: what other rooms may use."""

from .actions.bindings import acting_for, refresh_bindings
from .actions.codes import (
    ask_code,
    ask_code_again,
    ask_code_by_room,
    confirm_again,
    confirm_code,
    forget_codes,
)
from .actions.invitations import accept, invite, leave, revoke
from .actions.preferences import save_preferences
from .actions.sessions import end_other_sessions, end_session, open_session, set_large_type, touch
from .actions.wechat import forget_openids, keep_openid, known_to_wechat, openid_of
from .comparing import same_layout_average
from .funnel import funnel, note_step
from .marks import new_token
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
    wechat_identities,
)
from .rules import GUESTS, KIND_NAMES, LEAST_HOMES, SESSION_LIFE, Entry, InvitationOver, Kind, Step, entry_of
from .sandbox import demo_owner, message_for
from .sending import CodeMessage, register_code_sender

__all__ = [
    "GUESTS",
    "KIND_NAMES",
    "LEAST_HOMES",
    "SESSION_LIFE",
    "Account",
    "Binding",
    "Entry",
    "CodeMessage",
    "Invitation",
    "InvitationOver",
    "Kind",
    "Owner",
    "Place",
    "Step",
    "accept",
    "acting_for",
    "ask_code",
    "ask_code_again",
    "ask_code_by_room",
    "bills",
    "community_of",
    "confirm_again",
    "confirm_code",
    "demo_owner",
    "end_other_sessions",
    "end_session",
    "forget_codes",
    "forget_openids",
    "entry_of",
    "funnel",
    "get_account",
    "get_bill",
    "get_payment_by_receipt",
    "get_place",
    "get_receipt_of",
    "guests",
    "invite",
    "keep_openid",
    "known_to_wechat",
    "leave",
    "message_for",
    "new_token",
    "note_step",
    "open_invitation",
    "open_now",
    "open_session",
    "openid_of",
    "owner_of_session",
    "payments_of",
    "places",
    "prepaid_fen",
    "reader",
    "refresh_bindings",
    "register_code_sender",
    "revoke",
    "same_layout_average",
    "save_preferences",
    "sessions",
    "wechat_identities",
    "set_large_type",
    "touch",
]
