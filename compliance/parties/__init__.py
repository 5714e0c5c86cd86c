"""Whom and what the register speaks of: legal entities (parties) and systems."""
