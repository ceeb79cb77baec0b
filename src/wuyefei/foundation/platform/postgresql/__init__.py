"""Django's PostgreSQL, whose kept connections are looked at without asking the server."""
