"""Sign in, secure an account, and administer people, roles and places."""

from __future__ import annotations

from .passwords import change_password, reset_password
from .places import (
    change_community,
    change_region,
    create_community,
    create_organisation,
    create_region,
    end_community,
    suggest_prefix,
)
from .roles import end_role, grant_role
from .second_factor import Enrolment, confirm_enrolment, enrol_second_factor, reset_second_factor
from .signing import SignInResult, confirm_code, note, sign_in
from .users import create_user, end_user, rename_user, restore_user, unlock_user

__all__ = [
    "Enrolment",
    "SignInResult",
    "change_community",
    "change_password",
    "change_region",
    "confirm_code",
    "confirm_enrolment",
    "create_community",
    "create_organisation",
    "create_region",
    "create_user",
    "end_community",
    "end_role",
    "end_user",
    "enrol_second_factor",
    "grant_role",
    "note",
    "rename_user",
    "reset_password",
    "reset_second_factor",
    "restore_user",
    "sign_in",
    "suggest_prefix",
    "unlock_user",
]
