"""Exports: the register as files, for people and for other programs."""
