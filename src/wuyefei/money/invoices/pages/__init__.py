"""Pages, by what a person does."""
