"""Managing the people and the work by figures."""
