"""Writes of the room: keeping deposits, giving them back, handing them over."""
