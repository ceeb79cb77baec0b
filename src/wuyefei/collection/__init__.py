"""Getting paid what is overdue, within the law."""
