"""Closing a month's books 结账 (product row C2): a list to work through, a second person, and then days that take nothing more.

Nouns: month 月份 of a community, list 结账清单 (what is not settled yet, each item with the page where it is settled), closing
结账, reopening 反结账. An item either hinders (阻止: it would be booked into the month, or the books do not hold) or is carried
over with a reason (可说明原因后结账: it stands in the books as what it is, such as money nobody has claimed yet).
States of a closing or reopening: asked → done | refused.
Invariants: months are closed one after the other, never before they are over; whoever asks does not decide; what hinders is
looked at again when it is decided; the days themselves are closed in ``money/ledger``, where the database refuses entries
in them; only the latest closing can be taken back, with a reason. What is found wrong later is adjusted in an open month.
"""
