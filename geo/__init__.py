"""Where things are: addresses become places, and places have nearest automats.

Here belong geocoding, distances, the nearest search and the choice of an automat with its reasons.
Not here: making contracts of a choice (`resolvers`), or what a choice looks like to a client
(`schema`). The only package of ours that this one imports is `models`.
"""
