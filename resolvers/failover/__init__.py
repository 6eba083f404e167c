"""When an automat fails: what is to come at it goes elsewhere, as far as keys and policy allow.

Stays are planned again by the planner of all promises, as if the policy excluded the automat and
its largest distance was that of the automat and the metres that the policy adds. Nothing else is
planned anew: a stay whose key lies in the automat stays, and so does one for which there is no
place. An automat that comes back finds what is settled as it is.

- `failing`: whether a policy counts an automat as failed.
- `leaving`: which stays have to leave it, locked.
- `stays`: stays that nobody has begun, planned again.
- `returns`: lockers for keys that come back.
- `moves`: what becomes of a locker contract.
- `telling`: the event and the notice of each that moved.
- `staying`: those that cannot move, and the one notice of each.
- `applying`: the way through, with nothing kept where it is only shown.
- `watching`: the timer.
"""
