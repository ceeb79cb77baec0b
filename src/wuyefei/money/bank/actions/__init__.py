"""What is done with statements and their lines."""
