"""Pages of the arrears ledger."""
