"""Writes of billing, one function a verb."""
