"""Contract templates: what units fill into key contracts by staff, and what they insist on (R56).

- `editing`: making, changing and deleting them.
- `effective`: what holds of each value in a place, and who says it.
- `applying`: filling in what a contract leaves out, and refusing what goes against a template.
"""
