"""Keys and where they are: at a desk, in a locker, on a ring, or out."""
