"""What the pages show, gathered from the rooms through their scoped queries."""
