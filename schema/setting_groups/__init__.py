"""What can be set from outside, by what it is about. `schema.settings` puts the groups together.

Only it reads the environment; what is here says what there is, what it means and what it may be.
"""
