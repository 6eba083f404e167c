"""Who comes in: what is presented at the door becomes an actor.

What they may do is not asked here, see `schema.guards`.
"""
