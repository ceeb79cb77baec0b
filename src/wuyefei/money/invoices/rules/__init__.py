"""Who an invoice is made out to, what stands on it, and how it goes on. Pure."""
