"""Who owns, lives in and pays for a property, over time (product row A4).

A tie joins a person to a property in a role from a day to a day (both included). The payer of a day is the tie
``payer`` where there is one, else the owner, else the developer. Invariants: ties of one role and person on one
property never overlap; ties are ended, never deleted: only a transfer taken back removes the tie it had made, which the
audit keeps.
"""
