"""The fleet comparison: for every entity, its device group's automat against the nearest one.

Nothing here changes anything. An organization that thinks of leaving device groups sees what would
become of each of its entities, and what of its automats, before it does. Entities are read in
blocks by their ids, however many there are, and what is compared of them is counted and forgotten.
"""
