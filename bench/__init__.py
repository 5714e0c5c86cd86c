"""Measures, as ratios to a bare answer of the same machine in the same run; nothing is asserted here."""
