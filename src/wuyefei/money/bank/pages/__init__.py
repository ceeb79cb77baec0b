"""Pages of statements and of claiming."""
