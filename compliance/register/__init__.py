"""The register of processing activities, Art. 30(1) and 30(2)."""
