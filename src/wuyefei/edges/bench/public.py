"""The door of the room: what the command line may use."""

from .harness import Figure, Measurement
from .run import catalogue, results_path, run_all, run_one

__all__ = ["Figure", "Measurement", "catalogue", "results_path", "run_all", "run_one"]
