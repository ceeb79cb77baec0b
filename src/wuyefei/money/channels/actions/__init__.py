"""Writes of the room: orders, notices, exceptions, refunds and setups."""
