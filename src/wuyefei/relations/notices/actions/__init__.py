"""Writes of templates, carriers, batches and messages."""
