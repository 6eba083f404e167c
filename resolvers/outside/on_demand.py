"""Modules that are loaded when they are first asked for, by name: here and nowhere else.

pyHanko takes most of a second to load, and most commands neither seal nor check anything:
`resolvers.outside.sealing` and `resolvers.evidence.checking` wait until they do. And
`resolvers.outside.hardware` needs a package (python-pkcs11) that is only there where somebody
installed it.
"""

from importlib import import_module
from typing import Any


def loaded(module: str) -> Any:
    """Load a module.

    Raises:
        ImportError: It needs a package that is not installed.
    """
    return import_module(module)
