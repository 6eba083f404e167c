"""How far it is on foot: a network of ways from a map, and honest labels where there is none.

- `distances`: what a distance on foot is, and the port behind which it is measured.
- `ways`: the ways of an OpenStreetMap extract on which people may walk.
- `files`: a network as it is kept in a file.
- `network`: measures on a network.
"""
