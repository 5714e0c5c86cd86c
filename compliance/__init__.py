"""Trente: law and memory. The factory is `compliance.app`."""
