"""Every contact with the people who pay, and the law guard that each one passes (product rows A3, A5, G6, G8).

Nouns: contact 联系记录 (a message, call, letter or visit, planned or done, in or out), wish (a person's consent to or
refusal of a channel), limits (frequency caps and quiet hours, versioned), special day (a holiday or make-up working
day), refusal 拦截记录 (an attempt that the guard turned away), step (what is about to happen), measure (what it would
do to the person).
States of a contact: planned → done | cancelled. Invariants: a forbidden step is never a plan; what really happened is
recorded even where it broke a rule, and says which; a done contact never changes; refusals are append-only; a wish is
replaced by a later one, never edited; the latest limits of an organisation hold.
"""
