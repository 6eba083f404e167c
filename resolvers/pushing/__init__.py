"""Pushes of reservations: what partners say, compared with what is known, and done.

A push says all of a reservation, each time. Many come in one call; a single one is a call of one.

- `requests`: what was said.
- `mentions`: the things that it mentions.
- `checking`: whether it makes sense by itself.
- `comparing`: what of it is news.
- `rows`: the rows of reservations and their contacts.
- `reserving`: having all of them in hand before anything is planned.
- `running`: changes while somebody has the key.
- `calling_back`: the end of a stay while somebody has the key.
- `pushing`: the way through.
- `batches`: what a refused push means for the others of its call.
"""
