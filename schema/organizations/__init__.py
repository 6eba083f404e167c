"""Organizations: the tree of their units, and what units decide for all below them."""
