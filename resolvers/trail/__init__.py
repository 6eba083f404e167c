"""The trail as evidence: sealed, checked, given out, and shortened when its time is over (G26).

Every use case writes its events with `Work.record`; here belongs what is done with them together.

- `documents`: an event and a seal, as they are written for whoever reads them elsewhere.
- `reading`: the trail of an organization, piece by piece.
- `sealing`: closes what is complete, in the order in which it was kept.
- `chains`: checks pieces, wherever they come from.
- `checking`: checks the trail in the database.
- `files`: the trail as a file, written and checked.
- `removing`: the oldest pieces go, and their seals stay.
"""
