"""The demo: made-up organizations at real addresses of central Helsinki, and their loader.

Here belong the data files, what reads them, and what puts them into an empty database through the
use cases, as any client would. The product itself needs nothing from here. The addresses are
© OpenStreetMap contributors, ODbL 1.0: see `README.md` beside this file.
"""
