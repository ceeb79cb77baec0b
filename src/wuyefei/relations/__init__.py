"""What stands between the firm and its customers: accounts, service, notices, contacts."""
