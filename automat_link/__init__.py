"""The link to the automats: what is said to a cabinet, and what a cabinet says to us.

Here belong topics, messages and the connection to the broker; each message is handed to a use
case of `resolvers`. The link itself comes with a later part; until then PINs wait as planned.
"""
