"""Commands to automats: asked for by people, brought by the link, answered once.

A command is a row. Whoever asks writes it, the link claims it and sends it again until it is
answered, and what was not answered by its deadline expires. What an automat says later is believed
all the same: a door that was opened is open.

- `asking`: what people may tell an automat to do, and what the system asks for by itself.
- `writing`: what stands against it: an automat that is busy or offline.
- `sending`: what the link has to send now.
- `answering`: what automats say became of a command; `clearing` is what follows for a locker.
- `expiring`: the end of those that were not answered.
- `telling`: what the trail says of them.
"""
