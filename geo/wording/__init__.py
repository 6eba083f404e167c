"""How people write addresses, taken apart and made comparable.

Here belong streets, house numbers, flats, towns, postal codes and countries as words: pure
functions without a database. Not here: where any of them is (`geo.index`), or who is asked
(`geo.services`).
"""
