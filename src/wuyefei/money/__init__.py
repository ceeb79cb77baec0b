"""Billing, payments and the books."""
