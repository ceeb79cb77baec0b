"""The pure rules of the room."""
