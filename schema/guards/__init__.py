"""What stands before and around every operation: how large it is, what it costs and what it takes.

What clients may read of an error is decided here too. Who asks is known already, by `schema.doors`.
"""
