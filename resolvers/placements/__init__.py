"""How well things are placed: what to look at, setting it right, and placing many anew.

Not here: asking a geocoder for one address (`resolvers.placing`), and what nobody could answer yet
(`resolvers.unplaced`).
"""
