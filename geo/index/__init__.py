"""The embedded geocoder: an address index in our own database, and how files fill it.

Here belong reading OpenStreetMap, CSV and OpenAddresses, the rows of the index, and finding an
address in it. Not here: how people write addresses (`geo.wording`), or the services of others
(`geo.services`).
"""
