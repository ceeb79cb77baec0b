"""Writes of the contact log, wishes and the guard's settings."""
