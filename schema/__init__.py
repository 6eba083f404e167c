"""The front door: everything that a client can see, and nothing that it may not.

Here belong GraphQL types, the web application and the command line. They translate: what was
written becomes plain arguments for `resolvers`, and rows become answers. No rule lives here.

A request comes in by `app` or `view`, past `doors` (who asks) and `guards` (what it may take), and
is answered by the types of `api`: here what all of them share, in a room each what belongs to
automats, keys, contracts, signing, selecting, access and organizations. `web` is what is served
beside the API, `commands` the command line, `operating` what runs a server.
"""
