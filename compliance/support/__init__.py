"""Plumbing that knows nothing of the GDPR."""
