"""Places, people, prices and contracts."""
