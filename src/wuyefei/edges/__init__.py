"""The outermost floor: where people and programs come in."""
