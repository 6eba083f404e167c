"""Signatures: how staff begin them, stations where they are given, and what was signed."""
