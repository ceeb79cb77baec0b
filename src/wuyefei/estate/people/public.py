"""The door of the room: what other rooms may use."""

from .actions import (
    bulk_create_persons,
    create_person,
    erase_person,
    open_mobiles,
    register_erasure_check,
    register_erasure_step,
    reveal,
    reveal_history,
    update_person,
)
from .models import Person
from .queries import find_people, get_person, known_people, mark, people
from .rules import (
    ERASED_NAME,
    Erased,
    KnownPerson,
    PersonRow,
    PurposeMissing,
    StillInUse,
    check_purpose,
    identity_doubt,
    normalise_bank,
    normalise_identity,
    normalise_mobile,
)

__all__ = [
    "ERASED_NAME",
    "Erased",
    "KnownPerson",
    "Person",
    "PersonRow",
    "PurposeMissing",
    "StillInUse",
    "bulk_create_persons",
    "check_purpose",
    "create_person",
    "erase_person",
    "find_people",
    "get_person",
    "identity_doubt",
    "known_people",
    "mark",
    "normalise_bank",
    "normalise_identity",
    "normalise_mobile",
    "open_mobiles",
    "people",
    "register_erasure_check",
    "register_erasure_step",
    "reveal",
    "reveal_history",
    "update_person",
]
