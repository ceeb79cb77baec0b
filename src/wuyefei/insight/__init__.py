"""What the figures say: measures."""
