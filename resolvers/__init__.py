"""What can be done: one function for each use case, whoever asks.

GraphQL, the command line, the link to the automats and the tests all call these functions. Each
one asks for the permission, loads, acts, records what happened, and returns rows. Not here: what
a single thing knows of itself (`models`), and how an answer looks (`schema`).
"""
