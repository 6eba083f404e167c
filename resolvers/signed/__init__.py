"""What a signature does to a key contract, and what its absence keeps back (R27, R69, R82, G16).

A contract with a verification is planned like any other: its keys and lockers are its own. Until
it is signed it waits: no PIN is shown or goes to an automat, and no key is handed over. What was
signed is one revision of its content; a change of it needs a new signature, unless a key is out:
whoever has it must be able to bring it back.

- `effects`: what follows when it is signed, changed, or begins to wait.
- `keeping_back`: PINs that automats have to forget again.
- `processes`: signing processes that are withdrawn.
- `records`: what was signed when, asked for many contracts at once.
- `verifications`: whether a contract has to be signed, decided anew.

How a plan comes to wait is in `planning.signatures`, what the timers do in `upkeep.unsigned`.
"""
