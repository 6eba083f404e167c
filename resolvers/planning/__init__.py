"""From a stay to its keys, its automat, its lockers and its PINs: how any promise is planned.

Stays that come together are planned together: everything that they need is read by a few
statements, then they are decided one after the other in memory, each against what the ones before
it have taken, and all of it is written by a few statements. A single push is a batch of one.

- `stays`: what is to be planned, and what comes of it.
- `supplies`: which keys there are, and which of them are free when.
- `promised`: who has keys when, asked of the database.
- `wishes`: what is wanted of an automat.
- `claiming`: which key, locker and PIN exactly.
- `planner`: the way through all of it.
- `terms`: what templates say of the contracts of reservations.
- `writing`: the rows.
- `holdings`: what was held before, and letting go of it.
"""
