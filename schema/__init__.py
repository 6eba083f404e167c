"""The front door: everything that a client can see, and nothing that it may not.

Here belong GraphQL types, the web application and the command line. They translate: what was
written becomes plain arguments for `resolvers`, and rows become answers. No rule lives here.
"""
