"""Fleets of automats for the benchmark of the nearest search: made by a seed, loaded in bulk.

85 % of the places lie around 16 Finnish towns, the rest over Finland, or over the world when the
fleet is very large. 200 organizations share them as unequally as towns share people. Each automat
has one locker or three, three contracts, and now and then a reason not to be chosen.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import batched as chunks  # noqa: F401
from typing import Any
from uuid import UUID
