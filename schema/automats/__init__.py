"""Automats, lockers and device groups: what clients see of them, change, and tell them to do."""
