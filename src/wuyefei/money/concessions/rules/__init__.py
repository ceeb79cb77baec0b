"""Pure rules of concessions."""
