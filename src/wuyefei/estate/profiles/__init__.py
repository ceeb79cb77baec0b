"""The owner record beyond name and numbers (业主档案, product row A3), and when each part of it was last checked.

Nouns: a *profile* says how a person pays (method and cycle; optionally electronic bills) and may hold optional facts
(age, occupation, family, special needs) locked under the person's own key, and a satisfaction mark. A *verification*
(核实) notes that somebody checked one *group* of facts with a person, on which day and by which document. Groups:
identity (on moving in and on change), payment (every quarter), parking (on change), contacts (live: nothing to check).

Invariants: verifications are append-only; what is overdue is computed from facts, never stored; erasing a person
destroys the key, so the optional facts can never be read again.
"""
