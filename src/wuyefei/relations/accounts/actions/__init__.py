"""Writes of the room: codes, sessions, bindings, invitations, preferences."""
