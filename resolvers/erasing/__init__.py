"""Contacts of whom nothing personal is kept any more: on request, and by rule (G27).

A contact's row stays, as contracts and the trail refer to it, but it says nothing of a person.
What the law lets one keep, signatures and their sealed documents, stays until the signed contract
is over for as long as contacts are kept; then it goes too. Each erasure leaves a receipt.

- `needs`: what still needs a contact.
- `traces`: where else a contact left something, and what is done about it.
- `evidence`: signatures, how long they are kept, and that they go.
- `attached`: attachments of its contracts, which go by their own retention.
- `contacts`: erasing one.
- `rule`: which contacts' time is over.
"""
