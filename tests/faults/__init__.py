"""Processes killed outright while they work, on a database of their own with fsync on."""
