"""Figures of direct debits, each stated once. Pure."""

from __future__ import annotations

import datetime as dt

ATTEMPTS, DAYS_APART = 3, 7
"""How often a bill is tried at most, and how many days lie between two tries, where a community says nothing else (product row D1)."""
ATTEMPT_BOUNDS, APART_BOUNDS = (1, 10), (1, 60)
MOST_ITEMS = 20_000
"""Payers in one file: banks ask for larger ones to be split."""
MOST_BACK_BYTES = 10 * 1024 * 1024
ANSWER_WITHIN = dt.timedelta(days=5)
"""When the bank should have answered: later the batch is shown as late."""
SETTLED_WITHIN = dt.timedelta(days=10)
"""In how many days after the debit a line of our account may be its money."""
