"""What is said to the people who pay, and what they say back."""
