"""Writes of payments, one function a verb."""
