"""What there is: the rows of the database, and the rules each of them keeps for itself.

Here belong tables, their constraints, value types and the doors to the database. Not here: rules
between things (`resolvers`), questions of distance (`geo`), and anything that a client sees
(`schema`). Nothing in this package imports another of ours.
"""
