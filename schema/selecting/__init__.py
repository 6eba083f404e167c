"""The choice of automats: what was chosen and why, what would be, and the way off device groups."""
