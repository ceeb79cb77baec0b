"""Reading the banks' formats and judging whose a line is. Pure."""

from __future__ import annotations

import datetime as dt

CLAIM_DUE = dt.timedelta(days=3)
"""A line nobody is sure of is claimed or returned within this time; then it stands first, marked late."""
MAX_LINES = 100_000
"""Lines of one file."""
