"""Papers as data: parts of blocks that one template prints. Words here are the papers' own and always Chinese."""
