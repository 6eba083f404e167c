"""Automats that exist only in memory and speak the protocol over the real broker.

`cabinet` is one cabinet without any network: lockers, doors, a keypad, the codes that it knows, and
the reports that it keeps until they were heard. `firmware` brings it to the broker, `fleet` runs
many of them in one process, `scenarios` plays guests, power cuts and storms. What opens when is
decided by the rules in `models.doors` and `models.keypads`, as on a real automat. Nothing here
knows the database: an automat knows what it was told, and its credentials.
"""
