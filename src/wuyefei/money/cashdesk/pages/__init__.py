"""The desk, and the shifts."""
