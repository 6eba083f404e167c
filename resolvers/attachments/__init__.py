"""Files on contracts, units, keys and entities, and all other bytes that rows refer to (2.13).

Here belong the bytes themselves with their row, the links by which they come and go, and when they
are removed. Where bytes lie is `resolvers.outside.files`; what a file is, is told by its content
alone, never by its name.

- `storing`: bytes into the store and their row into the database; links for fetching them.
"""
