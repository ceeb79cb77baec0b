"""Writes of the room, one file an undertaking."""
