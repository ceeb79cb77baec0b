"""The board of a quarter, a run, the rates."""
