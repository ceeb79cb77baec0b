"""The wuyefei command."""
