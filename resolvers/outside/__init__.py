"""Ports to the world outside the database, and what stands behind them.

Here belong the file store, the scanner, the seal of documents, time stamps, identity providers
and the secret that signs links: each is a small port with real parts behind it, which
`schema.outside` chooses by the settings. None of it is ever called while a transaction is open.

- `files`: where bytes lie, in a folder or on S3.
- `secret`: what signs links, and what is derived from it.
- `ports`: all of them together, as requests and workers get them.
"""
