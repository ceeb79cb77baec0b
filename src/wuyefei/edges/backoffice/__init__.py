"""The back office: pages that stand on many rooms at once.

今日 and global search, the estate's lists and forms, the property's and the person's 360° pages, tariffs and contracts,
the audit trail and the proof of the books. It has no tables and changes nothing itself: every change is an action of
the room that owns the row, every read goes through a scoped query and so shows only the actor's places.

``queries`` gather what a page shows, ``forms`` read what a person types, ``pages`` join the two.
"""
