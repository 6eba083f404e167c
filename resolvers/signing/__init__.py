"""Signing: processes by which contacts sign contracts, and the stations where they do (2.14, 2.15).

A contract is signed through one process at a time, and a process through a secret: whoever has it
reads the offer and signs or declines, whatever the method. Only a digest of the secret is kept.
Everybody locks in one order: reservation, contract, process, station.

- `processes`: finding a process by its secret, and locking it with its contract.
- `starting`: staff begin a process; `demanding` says which contracts can be signed now.
- `offering`: what a signer is shown.
- `drawing`: whether a picture is a drawn signature, and that picture without all else.
- `signatures`: signing; `ending`: declining and withdrawing; `expiring`: what nobody signed.
- `stations`, `pairing`, `displays`: places to sign, their displays, and what those show.
"""
