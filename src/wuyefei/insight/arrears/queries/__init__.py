"""Reads of the ledger: one filter for lists, totals and exports; movement and migration as booked."""
