"""What may be done with payment files."""
