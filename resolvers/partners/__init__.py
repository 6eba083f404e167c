"""The ways in for partners' programs: tokens, signed requests, and access tokens of OAuth 2.0.

- `tokens`: bearer tokens that are turned with an overlap; `uses`: when each was used last.
- `service_accounts`, `public_keys`: programs, and the keys by which they are known.
- `signed_requests`: requests that are signed as livionkey.md 5.3 says.
- `assertions`, `access_tokens`: OAuth 2.0 client credentials (RFC 6749, 7523).
- `known`: the account behind what is presented; `proofs`: what was believed once, and not again.
- `onboarding`: what a partner still needs.

People who sign in have their own ways, and what an actor may do once they are in is no matter of
this package.
"""
