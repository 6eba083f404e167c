"""Key contracts that staff and partners make of certain keys, without a reservation.

- `asked`: what somebody asks for; drafts keep it.
- `preparing`: all that is looked at before a contract holds: keys, templates, terms, PINs, a plan.
- `creating`: contracts that hold from the beginning.
- `drafts`: contracts that are still thought about, and making them hold.
- `contacts`: who may have the keys.
- `changing`: other times, contacts, words and terms of a contract that holds.
- `keys`: keys added, removed and swapped.
- `pins`: PINs that somebody chose, and new ones.
- `many`: many contracts in one call.
- `enforcing`: what templates insist on, asked of a contract that is changed.
- `filling`: what templates fill in.
- `removing`: keys that a contract gives up while it goes on.
- `references`, `units`: what people call a contract, and whose rules hold for it.
"""
