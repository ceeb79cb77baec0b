"""Pages of runs and receivables."""
