"""Scoped reads: the reports and what ties them."""
