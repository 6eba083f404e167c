"""Agreements: terms that contacts accept before they get keys (livionkey.md 2.12, R80, R81, G18).

Here belongs what units ask for, in which words and versions, which of it a key contract carries,
and the document that a contact is shown. Who signs it, and when, is in `resolvers.signing`.

- `editing`, `versions`: agreements and their wordings, by people.
- `markup`: what a wording may look like; the only place that knows the parser.
- `wording`: languages, and how times are written in them.
- `applying`: which agreements key contracts carry.
- `choosing`: the optional ones of a contract.
- `facts`: what is told of a contract.
- `content`: all of it together, as it is offered and signed.
- `previewing`: how a wording will look.
"""
