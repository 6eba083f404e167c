"""The link to the automats, over MQTT 5.

Here stands what is said and where (`topics`, `messages`), how it is sealed (`sealing`), the process
that talks to the broker (`link`), and automats that exist only in memory and speak the very same
language (`simulator`). What a report or a command means is decided in `resolvers`.
"""
