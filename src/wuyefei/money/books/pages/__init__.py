"""Thin pages over the reports."""
