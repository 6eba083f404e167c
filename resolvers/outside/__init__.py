"""Ports to the world outside the database, and what stands behind them.

Here belong the file store, the scanner, the seal of documents, time stamps, identity providers
and the secret that signs links: each is a small port with real parts behind it, which
`schema.operating.outside` chooses by the settings. None of it is ever called while a transaction is
open.

- `files`: where bytes lie, in a folder or on S3.
- `scanning`: looks for viruses in files that arrive.
- `secret`: what signs links, and what is derived from it.
- `identity`: who people are, by OpenID Connect; `answers` and `id_tokens` are its parts.
- `rendering`: the agreement as a PDF, and the stamp of a signature.
- `seals`: the seal of documents, opened when it is needed first; `sealing`, `credentials`,
  `authority`, `stamping` and `hardware` are behind it, `verifying` checks what it made.
- `ports`: all of them together, as requests and workers get them.
"""
