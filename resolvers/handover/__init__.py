"""What automats and desks report: keys that were taken, and keys that came back.

Everything here may be heard twice and does nothing the second time. Nothing that happened in the
world is refused: what contradicts that which was known is believed, flagged, and put in order.

- `lockers`: what an automat says of a locker.
- `desks`: what people do at a desk: `handing_over`, `taking_back`, and `transfers` elsewhere.
- `choosing`: under which contract keys are handed over there.
- `recognising`: which key an automat means.
- `inserting`: which locker is opened for a key, and so which key comes into it.
- `promises`: under which contract it is taken, or was out.
- `fetching`, `returning`: what follows for contracts.
- `swapping`: contracts whose guests took another key than was noted for them.
- `places`, `tasks`: which locker a key is put into by hand, and who is asked to do it.
"""
