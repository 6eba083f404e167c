"""What a signature does to a key contract, and what its absence keeps back (R27, R69, R82, G16)."""
