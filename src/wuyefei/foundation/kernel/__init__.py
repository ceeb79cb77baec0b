"""Arithmetic of money and dates, text helpers and domain errors. No Django, no clock, no input or output."""
