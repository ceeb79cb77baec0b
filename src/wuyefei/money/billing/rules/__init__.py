"""Pure rules of billing: proration, late fee, cycles and the comparison with the last period."""
