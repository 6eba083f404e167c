"""What automats should know, and what they have said that they know (R5, R7, R9, G25).

The codes of an automat are a desired state with a revision: `resolvers.codes` and `return_codes`
keep it, the link brings it there, and a locker contract is READY once the automat has said that it
knows a revision which holds its PIN. An automat without a link is run by hand: nothing is sent to
it, and nothing is waited for.

- `tables`: what is sent to an automat.
- `confirming`: what follows when an automat says which revision it knows.
- `awaiting`: which PINs are on the way, and since when.
"""
