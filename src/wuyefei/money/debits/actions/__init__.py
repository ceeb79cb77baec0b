"""What changes mandates, batches and their items."""
