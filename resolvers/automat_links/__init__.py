"""How automats get the credentials by which they are known, and how those are taken back.

- `issuing`: what our certificate authority signs; it knows no database.
- `authority`: that authority as it is kept, and the files that a broker needs of it.
- `credentials`: one set of them, made for an automat and shown once.
- `installing`, `enrolling`: the installation PIN, and what a new cabinet gets for it.
- `rotating`, `revoking`, `expiring`: new credentials, those taken back, and those that end soon.
- `replacing`, `uninstalling`: the ends of a cabinet.
- `simulating`: credentials for cabinets that are none.

What automats say and are told is not here, but in `resolvers.automat_reports`,
`resolvers.automat_codes` and `resolvers.automat_commands`.
"""
