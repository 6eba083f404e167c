"""What automats and desks report: keys that were taken, and keys that came back.

Everything here may be heard twice and does nothing the second time. Nothing that happened in the
world is refused: what contradicts that which was known is believed, flagged, and put in order.

- `matching`: which key and which contract a report is about.
- `lockers`: what an automat says of a locker.
- `desks`: what people do at a desk.
- `fetching`, `returning`: what follows for contracts.
"""
