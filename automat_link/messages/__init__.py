"""What is said on the link, version 1: JSON in camelCase, checked on both sides.

One file for each direction: `wanted` and `commands` go to automats, `reports` and `states` come
from them. A field that a side does not know is passed over, so that either may be the newer one.
"""
